"""Starts a run: its row and its workflow begin together, or neither does.

The workflow is started inside the transaction that inserts the row, so that no row is left when the Temporal server is
down.
"""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio.client import Client

from contracts.payloads.runs import Deadlines, RunFacts
from contracts.words.names import run_id
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import RunKind
from models.events import writes as events
from models.kit.columns import now
from models.kit.database import Database
from models.runs import reassignments, sign_ins
from models.runs.expected import organisations as expected_organisations
from models.runs.expected.organisations import Named
from models.runs.reads import of_key
from models.runs.tables import Run
from rules.runs.taking_over import agree, asked_for
from starter.actor import Actor
from starter.people.may_add_clients import check_may_add
from starter.runs.consents import AWAITS_CONSENT, Consents
from starter.runs.expected_organisations import checked
from starter.runs.kinds import RunOptions, start_of
from starter.support.supporting import Supporting
from starter.support.temporal_faults import explained

ENDED = "This run has ended."

NOTHING_BROKEN = (
    "No client needs a sign-in to {title} now, so nobody is sent there: one would only end the sign-in that works. "
    "Clients of colleagues are taken over with Reassign clients."
)

GOES_ON = timedelta(days=7)
"""How long a run that goes from one sign-in to the next waits for it."""

CHOOSE_LATER = frozenset({RunKind.ADD_CLIENTS, RunKind.REASSIGN_CLIENTS})
"""Runs of which nothing is kept if they end before the choice; a repair does what it can with the sign-ins so far."""


@dataclass(frozen=True, slots=True)
class StartedRun:
    """A run, the address for the browser (None when the run is past its sign-in), and the provider there."""

    run_id: str
    authorize_url: str | None
    provider: str


class Starts:
    """Starts runs; see ``Runs.start``."""

    def __init__(
        self, database: Database, temporal: Client, consents: Consents, supporting: Supporting, deadlines: Deadlines
    ) -> None:
        self._supporting = supporting
        self._database = database
        self._temporal = temporal
        self._consents = consents
        self._deadlines = deadlines

    async def start(
        self, actor: Actor, kind: RunKind, provider: str, idempotency_key: str | None, options: RunOptions
    ) -> StartedRun:
        """See ``Runs.start``."""
        begin = start_of(kind)
        title = self._consents.provider(provider).title
        if kind is RunKind.ADD_CLIENTS:
            async with self._database.reading() as session:
                await check_may_add(session, actor)
        if idempotency_key and (earlier := await self._earlier(actor, idempotency_key)):
            return await self._again(actor, earlier, kind, provider, options)
        taken_over = await self._taken_over(actor, kind, provider, options)
        at = now()
        run = Run(
            id=_new_id(kind, actor, at),
            practice_id=actor.practice_id,
            colleague_id=actor.colleague_id,
            provider=provider,
            kind=kind,
            stage=options.first_stage,
            idempotency_key=idempotency_key,
            request_digest=options.digest(kind, provider) if idempotency_key else None,
            client_id=options.client_id,
            is_hand_over=options.hand_over is not None,
            created_at=at,
        )
        facts = RunFacts(
            run_id=run.id,
            practice_id=actor.practice_id,
            practice_name=actor.practice_name,
            practice_slug=actor.practice_slug,
            colleague_name=actor.colleague_name,
            provider=provider,
            provider_title=title,
            client_code=options.client_code,
            support=await self._supporting.facts(),
        )
        # An admin's hand-over needs no sign-in: the logins that it uses are there already.
        attempt = (
            None
            if options.hand_over or options.sign_in_follows
            else await self._consents.prepare(actor, run, at, await self._expected(run, taken_over), options.region)
        )
        deadlines = self._deadlines_of(kind, provider, options)
        try:
            async with self._database.transaction() as session:
                session.add(run)
                await session.flush()
                if named := await self._named(session, run, options):
                    await expected_organisations.expect(session, run.id, named, at)
                    deadlines = _patient(deadlines, GOES_ON)
                    if attempt is not None:
                        attempt.for_place(0)
                if taken_over:
                    await sign_ins.expect_takeovers(session, run, taken_over, at)
                    deadlines = _patient(deadlines, GOES_ON)
                if self._has_queue(run):
                    expected = await sign_ins.expect_repairs(session, run, at)
                    if not expected and self._consents.provider(provider).capabilities.takes_over:
                        raise Refused(RefusalCode.INVALID, NOTHING_BROKEN.format(title=title), field="kind")
                    options = replace(options, has_queue=expected > 0)
                if attempt is not None:
                    session.add(attempt.row)
                await events.record(
                    session,
                    [
                        {
                            "practice_id": actor.practice_id,
                            "run_id": run.id,
                            "colleague_id": actor.colleague_id,
                            "kind": "run.started",
                            "after": kind.value,
                            "at": at,
                        }
                    ],
                )
                await session.flush()
                async with explained(ENDED):
                    await begin(self._temporal, facts, deadlines, options)
        except IntegrityError:  # the same key at the same moment: the other one won
            earlier = await self._earlier(actor, idempotency_key) if idempotency_key else None
            if earlier is None:
                raise
            return await self._again(actor, earlier, kind, provider, options)
        return StartedRun(run.id, attempt.authorize_url if attempt else None, run.provider)

    def _deadlines_of(self, kind: RunKind, provider: str, options: RunOptions) -> Deadlines:
        """How long a run waits: for a choice a week, where one sign-in after the other leads to it."""
        usual = _patient(self._deadlines, options.patience)
        if kind not in CHOOSE_LATER or self._consents.provider(provider).capabilities.joins_many:
            return usual
        return usual.model_copy(update={"selection": max(usual.selection, GOES_ON)})

    async def _taken_over(self, actor: Actor, kind: RunKind, provider: str, options: RunOptions) -> Sequence[str]:
        """The organisations of colleagues' clients that a *Reassign clients* expects a sign-in for each.

        None where one sign-in is for all, or where nobody has said which clients. Nobody ends colleagues' sign-ins
        unawares.

        Raises:
            Refused: It would end them, and is not agreed; or a client is none of those.
        """
        if kind is not RunKind.REASSIGN_CLIENTS or options.hand_over is not None:
            return ()
        software = self._consents.provider(provider)
        is_one_by_one = not software.capabilities.joins_many
        if not is_one_by_one and not software.capabilities.takes_over:
            return ()
        async with self._database.reading() as session:
            held = await reassignments.held_sign_ins(session, actor.practice_id, provider, actor.colleague_id)
        wanted = asked_for(held, options.client_ids)
        if software.capabilities.takes_over:
            agree(wanted, software.title, is_agreed=options.takes_over)
        return [one.organisation_id for one in wanted] if is_one_by_one and options.client_ids else ()

    async def _named(self, session: AsyncSession, run: Run, options: RunOptions) -> Sequence[Named]:
        """The organisations that a new run expects by name.

        Raises:
            Refused: Nothing is expected by name in such a run, or what is said is not there; see ``checked``.
        """
        provider = self._consents.provider(run.provider)
        is_one_by_one = not provider.capabilities.joins_many
        is_taking_over = is_one_by_one and run.kind is RunKind.REASSIGN_CLIENTS and not options.names
        if is_taking_over or not (options.names or options.client_ids):
            return ()
        is_of_client = options.patience and not options.names  # whom a link is sent, whatever a sign-in brings
        if run.kind is not RunKind.ADD_CLIENTS or not (is_one_by_one or is_of_client):
            message = f"{run.kind.heading} with {provider.title} takes no list of organisations to sign in for."
            raise Refused(RefusalCode.INVALID, message, field="organisations")
        return await checked(session, run.practice_id, options.names, options.client_ids)

    async def _expected(self, run: Run, taken_over: Sequence[str]) -> str | None:
        """The organisation that a new run's first sign-in is for."""
        if taken_over:
            return taken_over[0]
        async with self._database.reading() as session:
            return await sign_ins.first_expected(session, run, has_queue=self._has_queue(run))

    def _has_queue(self, run: Run) -> bool:
        """Whether a sign-in is expected for each organisation, since each brings only one."""
        is_of_all = run.kind is RunKind.RECONNECT_ALL and run.client_id is None
        return is_of_all and not self._consents.provider(run.provider).capabilities.joins_many

    async def _earlier(self, actor: Actor, key: str) -> Run | None:
        async with self._database.reading() as session:
            return await of_key(session, actor.colleague_id, key)

    async def _again(self, actor: Actor, run: Run, kind: RunKind, provider: str, options: RunOptions) -> StartedRun:
        asked, earlier = options.digest(kind, provider), run.request_digest
        if earlier is None:  # started by a version that kept no digest
            is_same = (run.kind, run.provider, run.client_id) == (kind, provider, options.client_id)
        else:
            is_same = earlier == asked
        if not is_same:
            raise Refused(
                RefusalCode.DUPLICATE,
                "This key was used to start something else. Use a new key for each run.",
                field="Idempotency-Key",
            )
        waits = run.stage in AWAITS_CONSENT and not (options.hand_over or options.sign_in_follows)
        address = await self._consents.begin(actor, run.id, options.region) if waits else None
        return StartedRun(run.id, address, run.provider)


def _patient(deadlines: Deadlines, least: timedelta) -> Deadlines:
    """Deadlines for a run that people go on with on another day."""
    return Deadlines(consent=max(deadlines.consent, least), selection=max(deadlines.selection, least))


def _new_id(kind: RunKind, actor: Actor, at: datetime) -> str:
    token = base64.b32encode(secrets.token_bytes(4)).decode()[:6].lower()
    return run_id(kind, actor.practice_slug, f"{at.astimezone(actor.time_zone):%Y%m%d-%H%M}", token)
