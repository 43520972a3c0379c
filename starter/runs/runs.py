"""Operations on runs: start, show, choose, retry, stop.

The outcomes of organisations are decided by the workflow only.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta

from temporalio.client import Client, WorkflowFailureError
from temporalio.service import RPCError

from contracts.payloads.runs import Deadlines, SelectionAccepted
from contracts.payloads.selection import Selection
from contracts.words.access import scope_of
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import Action, RunKind, Stage
from models.kit.columns import now
from models.kit.database import Database
from models.runs import leftovers as run_leftovers
from models.runs import reads as run_views
from models.runs import reassignments, sign_ins, surveys, writes
from models.runs import reports as run_reports
from models.runs.leftovers import KeptLogin, Unreached
from models.runs.progress import RunSnapshot, snapshot_of
from models.runs.reads import RunFilter, RunView, WholeRun
from models.runs.reports import OrganisationFilter, OrganisationView
from models.runs.tables import Run
from rules.runs.endings import LackingList
from rules.runs.sign_in_queue import next_of
from rules.runs.taking_over import HeldSignIn
from starter.actor import Actor
from starter.people.may_add_clients import check_may_add
from starter.runs.consents import Consents
from starter.runs.kinds import PLAIN, RunOptions
from starter.runs.lost import Lost
from starter.runs.retries import Retried, Retries
from starter.runs.starting import StartedRun, Starts
from starter.runs.watch import RunWatch
from starter.software import Software
from starter.support.supporting import Supporting
from starter.support.temporal_faults import NO_TEMPORAL, explained

ALL_RUNS = RunFilter()


class Runs:
    """The operations on runs.

    Args:
        database: The product's database.
        temporal: A client with the product's payload converter.
        consents: Prepares sign-ins.
        supporting: Gives the facts for support staff.
        software: Says which lists an accounting software has.
        deadlines: How long new runs wait for people before they expire.
        answer_within: How long to wait for the answer to a selection.
    """

    def __init__(
        self,
        database: Database,
        temporal: Client,
        consents: Consents,
        supporting: Supporting,
        software: Software,
        deadlines: Deadlines,
        answer_within: timedelta = timedelta(seconds=20),
    ) -> None:
        self._database = database
        self._temporal = temporal
        self._software = software
        self.deadlines = deadlines
        self._starts = Starts(database, temporal, consents, supporting, deadlines)
        self._retries = Retries(database, temporal, consents, supporting, deadlines)
        self._watched = RunWatch(database)
        self._lost = Lost(database, temporal)
        self._answer_within = answer_within

    async def start(
        self,
        actor: Actor,
        kind: RunKind,
        provider: str,
        idempotency_key: str | None = None,
        options: RunOptions = PLAIN,
    ) -> StartedRun:
        """Start a run.

        Args:
            actor: The colleague who starts it.
            kind: The kind of run.
            provider: The accounting software's name in addresses.
            idempotency_key: A repeat with the same key by the same colleague returns the same run.
            options: Options beyond the kind.

        Returns:
            The run, and where to send the colleague's browser.

        Raises:
            Refused: Unknown provider or kind, a key that was used for something else, nobody to start it, or the actor
                may not add clients.
        """
        actor.check(scope_of(kind))
        return await self._starts.start(actor, kind, provider, idempotency_key, options)

    async def show(self, actor: Actor, run_id: str) -> WholeRun:
        """One run of the actor's practice, with its organisations.

        Raises:
            Refused: There is no such run in the practice.
        """
        async with self._database.session() as session:
            await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            found = await run_views.whole_run(session, actor.practice_id, run_id)
        if found is None:
            raise _unknown(run_id)
        return found

    async def recent(self, actor: Actor, *, limit: int = 50, before: datetime | None = None) -> Sequence[RunView]:
        """The practice's runs, newest first, without their organisations; only those before ``before``, if given."""
        async with self._database.reading() as session:
            return await run_views.list_runs(session, actor.practice_id, limit=limit, before=before)

    async def activity(
        self, actor: Actor, wanted: RunFilter = ALL_RUNS, *, limit: int = 50, offset: int = 0
    ) -> tuple[Sequence[RunView], int]:
        """One page of the practice's runs, newest first and without their lists, and how many match in all."""
        async with self._database.reading() as session:
            return await run_views.find_runs(session, actor.practice_id, wanted, limit=limit, offset=offset)

    async def report(self, actor: Actor, run_id: str) -> RunView:
        """One run of the actor's practice, with its outcomes in groups and without its list.

        Raises:
            Refused: There is no such run in the practice.
        """
        async with self._database.reading() as session:
            view = await run_views.run_view(session, actor.practice_id, run_id)
        if view is None:
            raise _unknown(run_id)
        return view

    async def organisations(
        self,
        actor: Actor,
        run_id: str | Run,
        wanted: OrganisationFilter = run_reports.EVERYTHING,
        *,
        limit: int | None = 50,
        offset: int = 0,
        is_told_apart: bool = True,
        is_counted: bool = True,
    ) -> tuple[Sequence[OrganisationView], int]:
        """One page of a run's list in its order (all of it when ``limit`` is None), and how many match in all.

        Without ``is_told_apart``, organisations of the same name are not told apart; without ``is_counted``, only those
        of the page are counted. As for what else is told of a run,
        who has read the run already gives that instead of its id.

        Raises:
            Refused: There is no such run in the practice.
        """
        run = await self._run(actor, run_id)
        async with self._database.reading() as session:
            return await run_reports.organisation_views(
                session,
                run,
                wanted,
                limit=limit,
                offset=offset,
                is_told_apart=is_told_apart,
                is_counted=is_counted,
            )

    async def at_one_moment(self, actor: Actor, run_id: str) -> tuple[RunSnapshot, RunView]:
        """A run's state and what became of its list, of one reading, so that they agree.

        Raises:
            Refused: There is no such run in the practice.
        """
        view = await self.report(actor, run_id)
        return snapshot_of(view, now()), view

    async def glance(self, actor: Actor, run_id: str) -> RunSnapshot:
        """A run's numbers as they are now.

        Raises:
            Refused: There is no such run in the practice.
        """
        snapshot, _ = await self.at_one_moment(actor, run_id)
        return snapshot

    async def to_allow_again(self, actor: Actor, run_id: str) -> Sequence[str]:
        """Names of organisations that people have to tick in this sign-in at the provider; only when reconnecting.

        Raises:
            Refused: There is no such run in the practice.
        """
        run = await self._run(actor, run_id)
        if run.kind is not RunKind.RECONNECT_ALL or run.stage is not Stage.AWAITING_CONSENT:
            return ()
        async with self._database.reading() as session:
            names = await surveys.to_allow_again(session, run.practice_id, run.provider, run.client_id)
            following = next_of(await sign_ins.queue_of(session, run.id))
        if following is None:
            return names
        return [name for name in names if name == following.name or name.startswith(f"{following.name} (")][:1]

    async def lacking(self, actor: Actor, run_id: str | Run) -> Sequence[LackingList]:
        """The lists that clients lack which an *Add clients* has added, since plan or role does not offer them.

        Raises:
            Refused: There is no such run in the practice.
        """
        run = await self._run(actor, run_id)
        if run.kind is not RunKind.ADD_CLIENTS or run.stage is not Stage.FINISHED:
            return ()
        async with self._database.reading() as session:
            return await run_leftovers.lacking_lists(session, run.id)

    async def unreached(self, actor: Actor, run_id: str | Run) -> Unreached:
        """What a *Reconnect all* did not reach, and whose login could.

        Raises:
            Refused: There is no such run in the practice.
        """
        run = await self._run(actor, run_id)
        async with self._database.reading() as session:
            return await run_leftovers.unreached(session, run.id)

    async def kept_logins(self, actor: Actor, run_id: str | Run) -> Sequence[KeptLogin]:
        """Clients that a run gave to somebody whose own login does not read them.

        Raises:
            Refused: There is no such run in the practice.
        """
        run = await self._run(actor, run_id)
        async with self._database.reading() as session:
            return await run_leftovers.kept_logins(session, run.id)

    async def held_sign_ins(self, actor: Actor, provider: str) -> Sequence[HeldSignIn]:
        """Colleagues' sign-ins that end when the actor signs in for the same organisations; none where none does."""
        if not self._software.allow_words(provider).takes_over:
            return ()
        async with self._database.reading() as session:
            return await reassignments.held_sign_ins(session, actor.practice_id, provider, actor.colleague_id)

    async def watch(self, actor: Actor, run_id: str) -> AsyncIterator[RunSnapshot]:
        """The run's numbers, and again after each change, until nothing can change or ``LONGEST_WATCH`` is over.

        The same numbers once more mean that nothing has changed; see ``RunWatch.watch``.

        Raises:
            Refused: There is no such run in the practice.
        """
        await self._run(actor, run_id)
        return self._watched.watch(run_id)

    async def select(self, actor: Actor, run_id: str, selection: Selection) -> SelectionAccepted:
        """Choose organisations; the whole selection is accepted or refused.

        Raises:
            Refused: With the reason and the field; ``UNAVAILABLE`` when no worker answers in time.
        """
        run = await self._run(actor, run_id, is_changed=True)
        creates = selection.all_new or any(one.action is Action.CREATE for one in selection.organisations)
        if creates and run.kind is RunKind.ADD_CLIENTS:
            async with self._database.reading() as session:
                await check_may_add(session, actor)
        if selection.settings is not None and selection.settings.list_names is not None:
            lists = self._software.whole(run.provider, selection.settings.list_names, "settings.list_names")
            completed = selection.settings.model_copy(update={"list_names": lists and tuple(lists)})
            selection = selection.model_copy(update={"settings": completed})
        handle = self._temporal.get_workflow_handle(run_id)
        closed = "This run has ended; nothing can be chosen in it any more. Start another one."
        async with explained(closed, within=self._answer_within):
            accepted: SelectionAccepted = await handle.execute_update(
                "submit_selection", selection, result_type=SelectionAccepted
            )
        async with self._database.transaction() as session:
            await writes.forget_choice(session, run_id)
        return accepted

    async def retry(self, actor: Actor, run_id: str) -> Retried:
        """Do a finished run's failed organisations again, and let its clients in trouble try again at once.

        Raises:
            Refused: The run is at work, nothing in it failed or waits, or it would add clients and the actor may not.
        """
        await self._lost.close(await self._run(actor, run_id, is_changed=True))
        return await self._retries.retry(actor, run_id)

    async def cancel(self, actor: Actor, run_id: str) -> None:
        """Stop a run; what was already done stays.

        Raises:
            Refused: The run has ended already.
        """
        run = await self._run(actor, run_id, is_changed=True)
        ended = "This run has ended already, so there is nothing to stop."
        if run.stage is Stage.FINISHED:  # the server takes a cancellation of an ended workflow without a word
            raise Refused(RefusalCode.WRONG_STAGE, ended)
        if not await self._lost.cancelled(run):
            async with explained(ended):
                await self._temporal.get_workflow_handle(run_id).cancel()

    async def ended(self, actor: Actor, run_id: str) -> WholeRun:
        """Wait until a run has ended; then show it.

        Raises:
            Refused: There is no such run in the practice, or Temporal cannot be reached.
        """
        await self._run(actor, run_id)
        try:
            await self._temporal.get_workflow_handle(run_id).result()
        except WorkflowFailureError:
            pass  # cancelled, or worse: the run says so
        except RPCError as error:
            raise Refused(RefusalCode.UNAVAILABLE, NO_TEMPORAL) from error
        return await self.show(actor, run_id)

    async def _run(self, actor: Actor, run_id: str | Run, *, is_changed: bool = False) -> Run:
        if isinstance(run_id, Run) and not is_changed and run_id.practice_id == actor.practice_id:
            return run_id
        run_id = run_id.id if isinstance(run_id, Run) else run_id
        async with self._database.reading() as session:
            run = await run_views.find_run(session, actor.practice_id, run_id)
        if run is None:
            raise _unknown(run_id)
        if is_changed:
            actor.check(scope_of(run.kind))
        return run


def _unknown(run_id: str) -> Refused:
    return Refused(RefusalCode.NOT_FOUND, f"There is no run {run_id[:120]!r} in your practice.")
