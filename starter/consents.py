"""Sign-ins at a provider: begun for a run, finished when the browser comes back.

A state is 256 random bits of which only the hash is kept; it works once. The code is exchanged here and nowhere else,
the tokens are committed sealed before the run hears of them, and the run hears only ids (design rule 2).
"""

import hashlib
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from temporalio.client import Client

from contracts.bulk_create_clients import ConsentGiven, ConsentRefused
from contracts.causes import Cause
from contracts.refusals import RefusalCode, Refused
from contracts.runs import RunKind, Stage
from models import app_troubles, grants, run_views, runs, sign_ins
from models.columns import now
from models.database import Database
from models.encryption import ConsentSecrets, Sealer, StoredTokens, open_secrets, seal_secrets
from models.grant import ConsentAttempt
from models.run import Run
from providers.errors import AppRefused, ConsentFailed, ProviderError
from providers.port import Consent, Provider, Providers
from starter import consent_words
from starter.actor import Actor
from starter.temporal_faults import explained
from workflows.bulk_create_clients import BulkCreateClients

logger = logging.getLogger(__name__)

AWAITS_CONSENT = frozenset({Stage.AWAITING_CONSENT, Stage.LISTING, Stage.AWAITING_SELECTION})
"""Stages in which a (further) sign-in adds organisations to a run."""


@dataclass(frozen=True, slots=True)
class PreparedConsent:
    """A sign-in that is ready to be stored and begun."""

    row: ConsentAttempt
    authorize_url: str


@dataclass(frozen=True, slots=True)
class ConsentReturn:
    """What to tell the person whose browser came back.

    Attributes:
        run_id: The run that the sign-in was for.
        message: What happened.
        ok: Whether the sign-in was successful.
        client_id: The one client that the run is about, if it is.
        denied: Whether the person said no; otherwise what is not ok has failed, and can be tried again in the run.
        app_is_refused: Whether our app was refused, whoever signs in.
    """

    run_id: str
    message: str
    ok: bool
    client_id: UUID | None = None
    denied: bool = False
    app_is_refused: bool = False


class Consents:
    """The operations on sign-ins.

    Args:
        database: The product's.
        sealer: Seals verifiers and tokens.
        temporal: Connected with the product's converter.
        providers: The providers that this process speaks to.
        public_url: Base address at which browsers reach us, without a final slash.
        valid_for: How long a sign-in may take.
    """

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        temporal: Client,
        providers: Providers,
        public_url: str,
        valid_for: timedelta,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._temporal = temporal
        self._providers = providers
        self._public_url = public_url
        self._valid_for = valid_for

    def provider(self, name: str) -> Provider:
        """The provider of that name.

        Raises:
            Refused: There is none.
        """
        found = self._providers.get(name)
        if found is None:
            known = ", ".join(sorted(self._providers))
            raise Refused(
                RefusalCode.INVALID, f"{name!r} is not an accounting software known here: {known}.", field="provider"
            )
        return found

    async def prepare(self, actor: Actor, run: Run, at: datetime) -> PreparedConsent:
        """A sign-in for a run; the caller stores its row.

        Raises:
            Refused: ``UNAVAILABLE`` when the provider cannot be reached.
        """
        provider, state = self.provider(run.provider), secrets.token_urlsafe(32)
        try:
            request = await provider.begin_consent(state=state, redirect_uri=self._redirect_uri(run.provider))
        except ProviderError as error:
            message = f"{provider.title} cannot be reached just now. Nothing was changed; try again in a moment."
            raise Refused(RefusalCode.UNAVAILABLE, message) from error
        attempt = ConsentAttempt(
            state_hash=_hashed(state),
            practice_id=actor.practice_id,
            colleague_id=actor.colleague_id,
            run_id=run.id,
            provider=run.provider,
            sealed_secrets=b"",
            created_at=at,
            expires_at=at + self._valid_for,
        )
        kept = ConsentSecrets(request.code_verifier, request.nonce)
        attempt.sealed_secrets = seal_secrets(self._sealer, attempt.id, kept)
        return PreparedConsent(attempt, request.authorize_url)

    async def begin(self, actor: Actor, run_id: str) -> str:
        """A further sign-in for a run; gives the address for the browser.

        Raises:
            Refused: Unknown run, or past the stages in which a sign-in is of use.
        """
        async with self._database.session() as session:
            run = await run_views.find_run(session, actor.practice_id, run_id)
        if run is None:
            raise Refused(RefusalCode.NOT_FOUND, f"There is no run {run_id[:120]!r} in your practice.")
        is_repairing = run.kind is RunKind.RECONNECT_ALL and run.stage is not Stage.AWAITING_CONSENT
        # A repair goes on with the one login, and nobody signs in for a hand-over.
        if run.stage not in AWAITS_CONSENT or is_repairing or run.is_hand_over:
            raise Refused(
                RefusalCode.WRONG_STAGE,
                "This run is past its sign-in. Start another one to sign in with another login.",
            )
        prepared = await self.prepare(actor, run, now())
        async with self._database.transaction() as session:
            session.add(prepared.row)
        return prepared.authorize_url

    async def finish(self, provider: str, params: Mapping[str, str], viewer: Actor | None = None) -> ConsentReturn:
        """The browser came back from the provider.

        A reload tells the run again if it has not been told yet, and otherwise only gives the same answer.

        Args:
            provider: From the callback's path.
            params: The callback's query: ``state`` with ``code``, or with ``error``.
            viewer: Who is signed in in that browser. Somebody else's sign-in is not finished there: whoever sent its
                address would get the login of whoever followed it. Nobody is fine: other products begin sign-ins
                through the API, in browsers that have no session here.

        Raises:
            Refused: Unknown or expired state, another colleague's, or the run cannot be told just now.
        """
        attempt, is_first = await self._claim(provider, params.get("state", ""), viewer)
        if is_first and (error := params.get("error")):
            attempt.denied = error == "access_denied"
            attempt.cause = None if attempt.denied else Cause.UNKNOWN
            await self._save(attempt)
        elif is_first:
            await self._exchange(attempt, params.get("code", ""))
        return await self._deliver(attempt)

    async def _claim(self, provider: str, state: str, viewer: Actor | None) -> tuple[ConsentAttempt, bool]:
        """The sign-in of this state, and whether this is the first time that it comes back."""
        at, state_hash = now(), _hashed(state)
        async with self._database.transaction() as session:
            attempt = await sign_ins.find_consent(session, state_hash)
            if attempt is None or attempt.provider != provider:
                raise Refused(RefusalCode.NOT_FOUND, consent_words.UNKNOWN_SIGN_IN)
            if viewer is not None and viewer.colleague_id != attempt.colleague_id:
                raise Refused(RefusalCode.FORBIDDEN, consent_words.SOMEBODY_ELSES)
            taken = await sign_ins.use_consent(session, state_hash, at)
        if taken is not None:
            return taken, True
        if attempt.used_at is None and attempt.expires_at <= at:
            raise Refused(RefusalCode.WRONG_STAGE, consent_words.TOO_LONG)
        async with self._database.session() as session:  # used a moment ago, perhaps: read what came of it
            return await session.get_one(ConsentAttempt, attempt.id), False

    async def _exchange(self, attempt: ConsentAttempt, code: str) -> None:
        kept = open_secrets(self._sealer, attempt.id, attempt.sealed_secrets)
        try:
            if not code:
                raise ConsentFailed("no code came back")
            consent = await self.provider(attempt.provider).finish_consent(
                code=code,
                code_verifier=kept.code_verifier,
                nonce=kept.nonce,
                redirect_uri=self._redirect_uri(attempt.provider),
            )
        except ProviderError as error:
            logger.warning("sign-in %s failed: %s", attempt.id, error.detail)
            if isinstance(error, AppRefused):
                await self._note_refusal(attempt.provider, error)
            attempt.cause = error.cause
            await self._save(attempt)
        else:
            await self._keep(attempt, consent)

    async def _note_refusal(self, provider: str, error: AppRefused) -> None:
        """For those who run this installation, once: the worker writes to them, the log tells at once."""
        async with self._database.transaction() as session:
            is_new = await app_troubles.note(session, provider, error.cause, error.detail, now())
        if is_new:
            logger.error("%s refuses our app's secret (%s): `clientsync doctor` tries it", provider, error.detail)

    async def _keep(self, attempt: ConsentAttempt, consent: Consent) -> None:
        """Commit the grant with the attempt: from here on, nothing that was granted can be lost."""
        tokens = consent.tokens
        stored = StoredTokens(
            tokens.access_token, tokens.refresh_token, tokens.expires_at, tokens.scope, tokens.id_token
        )
        at = now()
        async with self._database.transaction() as session:
            grant = await grants.upsert_grant(
                session,
                self._sealer,
                provider=attempt.provider,
                provider_user_id=consent.provider_user_id,
                display_name=consent.display_name,
                tokens=stored,
                practice_id=attempt.practice_id,
                colleague_id=attempt.colleague_id,
                at=at,
            )
            await sign_ins.tell_clients(
                session, grant.id, attempt.practice_id, attempt.colleague_id, attempt.run_id, at
            )
            await app_troubles.over(session, attempt.provider)
            attempt.grant_id, attempt.consent_ref = grant.id, consent.consent_ref
            session.add(attempt)
            await runs.say_while_waiting(session, attempt.run_id, None)

    async def _save(self, attempt: ConsentAttempt) -> None:
        async with self._database.transaction() as session:
            session.add(attempt)
            if attempt.grant_id is None:
                await runs.say_while_waiting(session, attempt.run_id, self._message(attempt))

    async def _deliver(self, attempt: ConsentAttempt) -> ConsentReturn:
        message = self._message(attempt)
        if message is None:
            raise Refused(RefusalCode.WRONG_STAGE, consent_words.UNFINISHED)
        if attempt.delivered_at is None:
            await self._signal(attempt, message)
            attempt.delivered_at = now()
            await self._save(attempt)
        async with self._database.session() as session:
            client_id = (await session.get_one(Run, attempt.run_id)).client_id
        return ConsentReturn(
            attempt.run_id,
            message,
            ok=attempt.grant_id is not None,
            client_id=client_id,
            denied=attempt.denied,
            app_is_refused=attempt.cause is Cause.APP_REFUSED,
        )

    def _message(self, attempt: ConsentAttempt) -> str | None:
        """What came of a sign-in, for the person; None while that is not known."""
        return consent_words.outcome(self.provider(attempt.provider).title, attempt)

    async def _signal(self, attempt: ConsentAttempt, message: str) -> None:
        handle = self._temporal.get_workflow_handle_for(BulkCreateClients.run, attempt.run_id)
        async with explained("The run that this sign-in was for has ended. Start another one from Clientsync."):
            if attempt.grant_id is not None:
                given = ConsentGiven(consent_id=attempt.id, grant_id=attempt.grant_id)
                await handle.signal(BulkCreateClients.consent_given, given)
            else:
                refused = ConsentRefused(denied=attempt.denied, message=message)
                await handle.signal(BulkCreateClients.consent_refused, refused)

    def _redirect_uri(self, provider: str) -> str:
        return f"{self._public_url}/connect/{provider}/callback"


def _hashed(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()
