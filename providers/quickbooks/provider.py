"""QuickBooks behind the port."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

import httpx2

from contracts.words.standard_information import NAMELESS
from providers.kit.call_limits import CallLimits, nothing_said
from providers.kit.clock import Clock, utc_now
from providers.kit.oauth.provider import CodeFlowProvider
from providers.port.call_budget import CallBudget
from providers.port.capabilities import Capabilities, SignInBrings
from providers.port.credential import CredentialSource, OneCredential
from providers.port.errors import ConsentFailed, NeedsPerson, Transient
from providers.port.feeds import Feed
from providers.port.provider import FinishedSignIn, Kept, LastAnswer, Page, ReachableOrganisation
from providers.quickbooks.api import Calls
from providers.quickbooks.feeds import FEEDS
from providers.quickbooks.limits import windows_of
from providers.quickbooks.reading import Reading
from providers.quickbooks.settings import QuickBooksSettings
from providers.quickbooks.sign_in import SignIn
from providers.quickbooks.webhooks import QuickBooksWebhook


class QuickBooks(CodeFlowProvider[SignIn]):
    """QuickBooks as a ``Provider``. There is one in each process, because it owns limits, caches and connections.

    Args:
        settings: Our app's.
        http: The client to send with; ``providers.kit.http.http_client()`` outside of tests. Closed by ``close``.
        budget: The calls of the whole app, shared by all processes.
        now: The clock, aware, in UTC.
        pause: Waits for a number of seconds.
    """

    name = QuickBooksSettings.name
    title = QuickBooksSettings.title
    organisation = QuickBooksSettings.organisation
    feeds = FEEDS
    capabilities = Capabilities(
        sign_in_brings=SignInBrings.ONE,
        ends_one_alone=False,  # a grant has one company, and ends with it
        leeway=timedelta(minutes=5),  # of an hour
        renewed_at_age=timedelta(days=1),  # of 100; a refresh token is replaced about once a day
        takes_over=True,  # one active connection of an app and a company
        organisation_parameter="realmId",
        reads_ended=True,
    )

    def __init__(
        self,
        settings: QuickBooksSettings,
        http: httpx2.AsyncClient,
        budget: CallBudget,
        now: Clock = utc_now,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        app, windows = settings.app().client_id, windows_of(settings)
        limits = CallLimits(self.name, app, windows, nothing_said, budget, now, pause)
        super().__init__(SignIn(settings, http, now), limits, http)
        token = settings.webhook_verifier_token
        self.webhook = QuickBooksWebhook(token.get_secret_value() if token else None)
        self._reading = Reading(Calls(settings.api_url, http, self._limits, now), now, pause)

    async def finish_sign_in(self, params: Mapping[str, str], kept: bytes, *, redirect_uri: str) -> FinishedSignIn:
        """See ``Provider.finish_sign_in``. The account is the company, which comes unsigned beside the code.

        So the company itself is asked: a grant that does not open it must not take the place of the one that does.
        Where the id_token names it too and it does not answer, the sign-in is finished without its name.
        """
        signed_in = await self._sign_in.finish(params, kept, redirect_uri=redirect_uri)
        credential = signed_in.credential
        try:
            company = await self._reading.named(OneCredential(credential), credential.account_key)
        except NeedsPerson as error:
            raise ConsentFailed(f"the company does not open: {error.detail}") from None
        except Transient:
            if not signed_in.is_realm_signed:
                raise
            named = ReachableOrganisation(credential.account_key, NAMELESS, None, is_from_this_consent=True)
        else:
            named = ReachableOrganisation(
                credential.account_key, company.name, None, is_from_this_consent=True, marks=company.marks
            )
        return FinishedSignIn(credential, (named,))

    async def organisations(
        self,
        tokens: CredentialSource,
        consent_ref: str | None = None,  # noqa: ARG002  # a grant has one company
        *,
        is_to_choose: bool = False,  # noqa: ARG002  # likewise
    ) -> Sequence[ReachableOrganisation]:
        """See ``Provider.organisations``: the grant's one company, which is asked, since there is no list."""
        realm = (await tokens.credential()).account_key
        company = await self._reading.named(tokens, realm)
        return [ReachableOrganisation(realm, company.name, None, is_from_this_consent=True, marks=company.marks)]

    async def disconnect(self, tokens: CredentialSource, organisation: ReachableOrganisation) -> Kept:  # noqa: ARG002  # nothing is asked
        """See ``Provider.disconnect``. A company's connection ends with its grant, and with nothing else."""
        return Kept()

    async def read(
        self,
        tokens: CredentialSource,
        organisation_id: str,
        feed: Feed,
        modified_since: datetime | None = None,
        cursor: str | None = None,
        last: LastAnswer | None = None,  # noqa: ARG002  # none of its feeds is fingerprinted
    ) -> AsyncIterator[Page]:
        """See ``Provider.read``."""
        since = modified_since if feed.tells_changes else None
        async for page in self._reading.pages(tokens, organisation_id, feed, since, cursor):
            yield page
