"""Sage behind the port."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import httpx2

from providers.kit.call_limits import CallLimits, nothing_said
from providers.kit.clock import Clock, utc_now
from providers.kit.json_bodies import read_object
from providers.kit.json_values import Record, text
from providers.kit.oauth.provider import CodeFlowProvider
from providers.kit.reads.lists_for_all import ListForAll
from providers.port.capabilities import Capabilities, Region, SignInBrings
from providers.port.credential import CredentialSource, OneCredential, person_label
from providers.port.errors import ConsentFailed, NeedsPerson, ProviderError
from providers.port.feeds import Feed
from providers.port.provider import FinishedSignIn, Kept, LastAnswer, Page, ReachableOrganisation
from providers.port.shared import AnswerKey, Shared
from providers.sage.api import Calls
from providers.sage.books import currency
from providers.sage.businesses import Businesses
from providers.sage.errors import TokenStaysRefused
from providers.sage.feeds import FEEDS, SINGLE
from providers.sage.limits import windows_of
from providers.sage.reading import Reading
from providers.sage.settings import SageSettings
from providers.sage.sign_in import NOBODY, SignIn


class Sage(CodeFlowProvider[SignIn]):
    """Sage as a ``Provider``. There is one in each process, because it owns limits, caches and connections.

    Args:
        settings: Our app's.
        http: The client to send with; ``providers.kit.http.http_client()`` outside of tests. Closed by ``close``.
        shared: What all processes share: the calls of the whole app, and what Sage answers to all alike.
        now: The clock, aware, in UTC.
    """

    name = SageSettings.name
    title = SageSettings.title
    organisation = SageSettings.organisation
    feeds = FEEDS
    capabilities = Capabilities(
        sign_in_brings=SignInBrings.ALL,
        ends_one_alone=False,
        leeway=timedelta(minutes=1),  # of five; a call takes 40 seconds at most
        renewed_at_age=timedelta(days=7),  # of 31
        regions=(Region("GB", "United Kingdom"), Region("IE", "Ireland"), Region("CA", "Canada")),
        may_return_at_once=True,
    )

    def __init__(self, settings: SageSettings, http: httpx2.AsyncClient, shared: Shared, now: Clock = utc_now) -> None:
        app, windows = settings.app().client_id, windows_of(settings)
        limits = CallLimits(self.name, app, windows, nothing_said, shared.budget, now)
        super().__init__(SignIn(settings, http, now), limits, http)
        self._api = Calls(settings.api_url, http, self._limits, now)
        self._businesses = Businesses(self._api)
        currencies = ListForAll(shared.answers, AnswerKey(self.name, app, "currencies"), currency, now)
        self._reading = Reading(self._api, self._businesses, currencies)

    async def finish_sign_in(self, params: Mapping[str, str], kept: bytes, *, redirect_uri: str) -> FinishedSignIn:
        """See ``Provider.finish_sign_in``. The person is whom the tokens name; ``/user`` says their name.

        The account is the person in a country: whether consents for several replace each other is not documented, and
        where they do not, each reaches what the other does not.

        A sign-in whose person is known is finished also where ``/user`` does not answer: its code is used.
        """
        credential = await self._sign_in.finish(params, kept, redirect_uri=redirect_uri)
        try:
            user = read_object(await self._api.get("/user", OneCredential(credential), SINGLE))
        except ProviderError:
            if credential.person is None:
                raise
            user = {}
        if (person := credential.person or text(user.get("id"))) is None:
            raise ConsentFailed("neither the tokens nor the answer about the user name the person")
        account = " ".join(filter(None, (person, credential.region)))
        return FinishedSignIn(replace(credential, account_key=account, person=person, label=label_of(user)))

    async def organisations(
        self,
        tokens: CredentialSource,
        consent_ref: str | None = None,  # noqa: ARG002  # a consent chooses nothing
        *,
        is_to_choose: bool = False,
    ) -> Sequence[ReachableOrganisation]:
        """See ``Provider.organisations``."""
        return await self._businesses.reached(tokens, is_to_choose=is_to_choose)

    async def disconnect(self, tokens: CredentialSource, organisation: ReachableOrganisation) -> Kept:
        """See ``Provider.disconnect``. Sage ends no business alone; what the login reaches besides is told."""
        listed = await self._businesses.reached(tokens)
        return Kept(tuple(one.organisation_id for one in listed if one.organisation_id != organisation.organisation_id))

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
        try:
            async for page in self._reading.pages(tokens, organisation_id, feed, since, cursor):
                yield page
        except (NeedsPerson, TokenStaysRefused) as error:
            raise await self._businesses.explained(tokens, organisation_id, feed, error) from None


def label_of(user: Record) -> str:
    """The person's name."""
    names = " ".join(part for key in ("first_name", "last_name") if (part := text(user.get(key))))
    return person_label(names or text(user.get("displayed_as")) or "", NOBODY)
