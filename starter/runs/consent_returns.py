"""Sign-ins that come back from a provider: claimed once, exchanged, kept, and told to their run.

The code is exchanged here and nowhere else, the tokens are committed sealed before the run hears of them, and the run
hears only ids. Which browser may finish a sign-in is decided here too: the one in which it was begun.
"""

import asyncio
import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from temporalio.client import Client, WorkflowHandle

from contracts.payloads.runs import ConsentGiven, ConsentRefused, RunResult
from contracts.words.causes import Cause
from contracts.words.refusals import RefusalCode, Refused
from models.access.sessions import hashed
from models.budgets import troubles as app_troubles
from models.grants import regions, sign_ins
from models.grants import writes as grants
from models.grants.tables import ConsentAttempt
from models.kit.columns import now
from models.kit.database import Database
from models.kit.database_away import is_away
from models.kit.sealing import Sealer, open_kept
from models.practices.tables import Practice
from models.runs import writes as runs
from models.runs.tables import Run
from providers.port.errors import AppRefused, ConsentDenied, OtherRegion, ProviderError
from providers.port.provider import FinishedSignIn, Provider
from rules.clients.sign_in_links import other_pick
from starter.actor import Actor
from starter.connections import client_returns
from starter.runs import consent_words
from starter.runs.consents import Consents
from starter.support.temporal_faults import explained
from workflows.bulk_create_clients import BulkCreateClients

logger = logging.getLogger(__name__)

FINISHING = sign_ins.FINISHED_WITHIN
TELLING = timedelta(seconds=3)
"""How long whoever finishes a sign-in is left to tell the run; after that, the next callback tells it."""
KEEPING = timedelta(seconds=20)
"""How long the database may be away while what was granted is to be kept; shorter than ``FINISHING``."""
LOOK = timedelta(milliseconds=200)
"""Between two looks at a sign-in that another request finishes just now, or at a database that is away."""


@dataclass(frozen=True, slots=True)
class CameFrom:
    """The browser that came back.

    Attributes:
        viewer: Who is signed in in it, if anybody.
        mark: What it keeps since it went to a provider by a sign-in link, if it did.
    """

    viewer: Actor | None = None
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class ConsentReturn:
    """What to tell the person whose browser came back.

    Attributes:
        run_id: The run that the sign-in was for.
        practice_id: Whose run.
        practice_name: The same for people.
        message: What happened.
        ok: Whether the sign-in was successful.
        client_id: The one client that the run is about, if it is.
        denied: Whether the person said no; otherwise what is not ok has failed, and can be tried again in the run.
        app_is_refused: Whether our app was refused, whoever signs in.
        of_client: Name of the client whose own people were sent a link and signed in by it; None for other sign-ins.
    """

    run_id: str
    practice_id: UUID
    practice_name: str
    message: str
    ok: bool
    client_id: UUID | None = None
    denied: bool = False
    app_is_refused: bool = False
    of_client: str | None = None


class ConsentReturns:
    """What follows when a browser comes back.

    Args:
        database: The product's database.
        sealer: Opens what a sign-in needs again, and seals what it gives.
        temporal: A client with the product's payload converter.
        consents: Began them.
    """

    def __init__(self, database: Database, sealer: Sealer, temporal: Client, consents: Consents) -> None:
        self._database = database
        self._sealer = sealer
        self._temporal = temporal
        self._consents = consents

    async def finish(self, provider: str, params: Mapping[str, str], came_from: CameFrom) -> ConsentReturn:
        """The browser came back from the provider.

        A reload, and a second request at the same moment, tell the run again if it has not been told yet, and
        otherwise only give the same answer.

        Args:
            provider: From the callback's path.
            params: The callback's whole query: ``state``, and what its provider makes something of.
            came_from: The browser. Where it is not the one in which the sign-in was begun, it is not finished:
                whoever sent its address would get the login of whoever followed it.

        Raises:
            Refused: Unknown or expired state, another browser, or the run cannot be told just now.
        """
        attempt, is_first = await self._claim(provider, params, came_from)
        came_instead = None
        if is_first:
            came_instead = await self._exchange(attempt, params)
        else:
            attempt = await self._settled(attempt)
        return await self._deliver(attempt, came_instead)

    async def _claim(
        self, provider: str, params: Mapping[str, str], came_from: CameFrom
    ) -> tuple[ConsentAttempt, bool]:
        """The sign-in of this state, and whether this is the first time that it comes back."""
        at, state_hash = now(), hashed(params.get("state", ""))
        async with self._database.transaction() as session:
            attempt = await sign_ins.find_consent(session, state_hash)
            if attempt is None or attempt.provider != provider:
                raise Refused(RefusalCode.NOT_FOUND, self._unknown(provider, params))
            _check_browser(attempt, came_from)
            if attempt.used_at is None:
                await client_returns.check_link(session, attempt, at)
            taken = await sign_ins.use_consent(session, state_hash, at)
        if taken is not None:
            return taken, True
        if attempt.used_at is None and attempt.expires_at <= at:
            raise Refused(RefusalCode.WRONG_STAGE, consent_words.TOO_LONG)
        return attempt, False

    def _unknown(self, provider: str, params: Mapping[str, str]) -> str:
        """What to say of a state that nobody knows. Beside an error there may be none; the error tells most then."""
        if params.get("state"):
            return consent_words.UNKNOWN_SIGN_IN
        try:
            by = self._consents.provider(provider)
        except Refused:
            return consent_words.UNKNOWN_SIGN_IN
        return consent_words.without_state(by.title, by.refusal_in(params))

    async def _settled(self, attempt: ConsentAttempt) -> ConsentAttempt:
        """A sign-in that another request was the first to finish, once that one is done with it or was interrupted."""
        first_look = now()
        while True:
            async with self._database.reading() as session:
                found = await session.get_one(ConsentAttempt, attempt.id)
            at = now()
            is_left = found.used_at is not None and found.used_at + FINISHING < at
            is_told = found.delivered_at is not None
            if is_told or is_left or (self._message(found) is not None and first_look + TELLING < at):
                return found
            if first_look + FINISHING < at:
                raise Refused(RefusalCode.UNAVAILABLE, consent_words.BEING_FINISHED)
            await asyncio.sleep(LOOK.total_seconds())

    async def _exchange(self, attempt: ConsentAttempt, params: Mapping[str, str]) -> str | None:
        """Exchange and keep; gives what to say where a client's link brought something else, which is kept nowhere."""
        kept = open_kept(self._sealer, attempt.id, attempt.sealed_secrets)
        provider, redirect_uri = (
            self._consents.provider(attempt.provider),
            self._consents.redirect_uri(attempt.provider),
        )
        try:
            finished = await provider.finish_sign_in(params, kept, redirect_uri=redirect_uri)
            if attempt.client_link_id is not None:
                finished = await client_returns.own_only(provider, attempt, finished)
        except client_returns.OtherPick as other:
            return await self._refuse_pick(provider, attempt, other)
        except ConsentDenied:
            attempt.denied = True
            await self._save(attempt)
        except ProviderError as error:
            logger.warning("sign-in %s failed: %s", attempt.id, error.detail)
            if isinstance(error, AppRefused):
                await self._note_refusal(attempt.provider, error)
            attempt.cause, attempt.is_other_region = error.cause, isinstance(error, OtherRegion)
            await self._save(attempt)
        else:
            await self._keep_at_last(attempt, finished)
        return None

    async def _refuse_pick(self, provider: Provider, attempt: ConsentAttempt, other: client_returns.OtherPick) -> str:
        attempt.cause = Cause.WRONG_ORGANISATION
        async with self._database.transaction() as session:
            wanted = await client_returns.note_other_pick(session, attempt, now())
            has_grant = await grants.has_grant(session, attempt.provider, other.credential.account_key)
        await self._save(attempt)
        if not has_grant:  # of a login that is in use here already, nothing is ended
            await client_returns.let_go(provider, other.credential)
        return other_pick(wanted, other.names, provider.title)

    async def _note_refusal(self, provider: str, error: AppRefused) -> None:
        """For those who run this installation, once: the worker writes to them, the log tells at once."""
        async with self._database.transaction() as session:
            is_new = await app_troubles.note(session, provider, error.cause, error.detail, now())
        if is_new:
            logger.error("%s refuses our app's secret (%s): `clientsync doctor` tries it", provider, error.detail)

    async def _keep_at_last(self, attempt: ConsentAttempt, finished: FinishedSignIn) -> None:
        """Keep what was granted, also if the database is away for a moment: the code cannot be exchanged again.

        Where it stays away, what was granted is lost with this process. Whoever asks again is told that the sign-in was
        interrupted, and a sign-in that was ended by it is found to be at its next use, and repaired as any other.
        """
        first_try = now()
        while True:
            try:
                return await self._keep(attempt, finished)
            except Exception as error:
                if not is_away(error) or first_try + KEEPING < now():
                    raise
            await asyncio.sleep(LOOK.total_seconds())

    async def _keep(self, attempt: ConsentAttempt, finished: FinishedSignIn) -> None:
        """Commit the grant with the attempt: from here on, nothing that was granted can be lost."""
        at = now()
        async with self._database.transaction() as session:
            await runs.locked_run(session, attempt.run_id)  # before the grant, as whoever lists what it reaches does
            provider = self._consents.provider(attempt.provider)
            takes_over = provider.capabilities.takes_over
            key = finished.credential.account_key
            ended = await sign_ins.holder_of(session, attempt.provider, key, attempt) if takes_over else None
            grant = await grants.upsert_grant(
                session,
                self._sealer,
                provider=attempt.provider,
                credential=finished.credential,
                practice_id=attempt.practice_id,
                colleague_id=attempt.colleague_id,
                at=at,
                takes_over=takes_over,
            )
            if finished.organisations:
                await grants.record_reach(session, grant.id, finished.organisations, at)
            if finished.credential.region is not None:
                await regions.remember(session, attempt.practice_id, attempt.provider, finished.credential.region)
            await sign_ins.tell_clients(session, attempt, grant.id, at, ended)
            if attempt.client_link_id is not None:
                await client_returns.use_up(session, attempt, at)
            if attempt.link_id is not None:
                await sign_ins.tell_of_link(session, attempt, finished.credential.label, at)
                title, page = provider.title, self._consents.page_of(attempt.run_id)
                await client_returns.tell_of_never_connected(session, attempt, title, page, at)
            await app_troubles.over(session, attempt.provider)
            attempt.grant_id, attempt.consent_ref = grant.id, finished.consent_ref
            session.add(attempt)
            await runs.say_while_waiting(session, attempt.run_id, None)

    async def _save(self, attempt: ConsentAttempt) -> None:
        async with self._database.transaction() as session:
            session.add(attempt)
            if attempt.grant_id is None:
                await runs.say_while_waiting(session, attempt.run_id, self._message(attempt))

    async def _deliver(self, attempt: ConsentAttempt, came_instead: str | None = None) -> ConsentReturn:
        message = self._message(attempt)
        if message is None:
            raise Refused(RefusalCode.WRONG_STAGE, consent_words.UNFINISHED)
        if attempt.delivered_at is None:
            await self._signal(attempt, message)
            attempt.delivered_at = now()
            await self._save(attempt)
        async with self._database.reading() as session:
            client_id = (await session.get_one(Run, attempt.run_id)).client_id
            practice = await session.get_one(Practice, attempt.practice_id)
            of_client = await client_returns.client_name(session, attempt)
        return ConsentReturn(
            attempt.run_id,
            practice.id,
            practice.name,
            came_instead or message,
            ok=attempt.grant_id is not None,
            client_id=client_id,
            denied=attempt.denied,
            app_is_refused=attempt.cause is Cause.APP_REFUSED,
            of_client=of_client,
        )

    def _message(self, attempt: ConsentAttempt) -> str | None:
        """What came of a sign-in, for the person; None while that is not known."""
        return consent_words.outcome(self._consents.provider(attempt.provider).title, attempt)

    async def _signal(self, attempt: ConsentAttempt, message: str) -> None:
        handle: WorkflowHandle[BulkCreateClients, RunResult] = self._temporal.get_workflow_handle_for(
            BulkCreateClients.run, attempt.run_id
        )
        async with explained("The run that this sign-in was for has ended. Start another one from Clientsync."):
            if attempt.grant_id is not None:
                given = ConsentGiven(consent_id=attempt.id, grant_id=attempt.grant_id)
                await handle.signal(BulkCreateClients.consent_given, given)
            else:
                refused = ConsentRefused(denied=attempt.denied, message=message)
                await handle.signal(BulkCreateClients.consent_refused, refused)


def _check_browser(attempt: ConsentAttempt, came_from: CameFrom) -> None:
    """Let nobody finish a sign-in that was begun in another browser.

    Raises:
        Refused: ``FORBIDDEN``; nothing of the sign-in is used up.
    """
    if attempt.browser_hash is not None:
        if came_from.mark is None or not hmac.compare_digest(hashed(came_from.mark), attempt.browser_hash):
            raise Refused(RefusalCode.FORBIDDEN, consent_words.LINK_IN_ANOTHER_BROWSER)
    elif came_from.viewer is None:
        raise Refused(RefusalCode.FORBIDDEN, consent_words.IN_ANOTHER_BROWSER)
    elif came_from.viewer.colleague_id != attempt.colleague_id:
        raise Refused(RefusalCode.FORBIDDEN, consent_words.SOMEBODY_ELSES)
