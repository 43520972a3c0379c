"""Records a selection, creates the clients, and lists those that are still to be pulled."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.shared.failures import refusal_error
from contracts.payloads.bulk_create_clients import CreateClientsInput, CreatedClients, RecordSelectionInput
from contracts.payloads.pulling import ClientsToPull, ClientsToPullInput, ClientToPull
from contracts.payloads.runs import SelectionAccepted
from contracts.payloads.selection import Selection
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import Action, Outcome, Stage, Verdict
from models.clients import writes as clients
from models.connections import templates
from models.connections import writes as connections
from models.events import writes as events
from models.kit.columns import now as this_moment
from models.kit.database import Database
from models.practices.reads import everybody_there, teams_there
from models.runs import organisations as run_lists
from models.runs import writes as runs
from models.runs.tables import Run
from rules.runs.choosing import Terms, require_listed, resolve


class ClientActivities:
    """Activities that turn a selection into client accounts.

    Args:
        database: Where runs and clients are stored.
        now: The clock.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = this_moment) -> None:
        self._database = database
        self._now = now

    @activity.defn
    async def record_selection(self, asked: RecordSelectionInput) -> SelectionAccepted:
        """Check a selection, and record all of it or refuse all of it; a retry gets the same answer."""
        try:
            async with self._database.transaction() as session:
                run = await runs.locked_run(session, asked.run_id)
                await self._record_once(session, run, asked.selection)
                return await self._accepted(session, run)
        except Refused as refused:
            raise refusal_error(refused) from None

    async def _record_once(self, session: AsyncSession, run: Run, selection: Selection) -> None:
        digest = hashlib.sha256(selection.model_dump_json().encode()).hexdigest()
        if run.selection_digest == digest:
            return
        if run.selection_digest is not None:
            raise Refused(RefusalCode.ALREADY_SELECTED, "The organisations of this run are already chosen.")
        require_listed(run.stage)
        choices, at = resolve(selection, await self._terms(session, run)), self._now()
        await run_lists.save_selection(session, run.id, choices, at)
        run.selection_digest, run.message = digest, None
        run.client_settings = await self._settings(session, run, selection)
        runs.enter(session, run, Stage.CREATING)  # people see at once that it goes on
        await events.record(session, [_selected(run, len(choices), at)])

    async def _settings(self, session: AsyncSession, run: Run, selection: Selection) -> dict[str, Any] | None:
        """The settings that were chosen, which are remembered, or those that the practice remembers."""
        if selection.settings is None:
            found = await templates.remembered(session, run.practice_id, run.provider)
            return dict(found) if found else None
        settings: dict[str, Any] = selection.settings.model_dump(mode="json")
        await templates.remember(session, run.practice_id, run.provider, settings)
        return settings

    async def _terms(self, session: AsyncSession, run: Run) -> Terms:
        practice = await runs.practice_of(session, run)
        listed = await run_lists.decided_of(session, run.id)
        return Terms(
            verdicts={row.organisation_id: row.verdict for row in listed if row.verdict is not None},
            plan=practice.plan,
            allowance=practice.client_allowance,
            clients=await clients.count_clients(session, practice.id),
            teams={team_id for team_id, _ in await teams_there(session, practice.id)},
            colleagues={colleague_id for colleague_id, _ in await everybody_there(session, practice.id)},
            linkable={client.id for client in await clients.unconnected_clients(session, practice.id)},
            already={
                row.organisation_id: row.matched_client_id
                for row in listed
                if row.verdict is Verdict.ALREADY_CLIENT and row.matched_client_id is not None
            },
            default_owner=run.colleague_id,
            codes=await clients.codes_in_use(session, practice.id),
        )

    async def _accepted(self, session: AsyncSession, run: Run) -> SelectionAccepted:
        listed = await run_lists.decided_of(session, run.id)
        chosen = [row for row in listed if row.action is not None]
        new = [row for row in chosen if row.verdict is not Verdict.ALREADY_CLIENT]
        return SelectionAccepted(
            chosen=len(chosen),
            to_create=sum(row.action is Action.CREATE for row in new),
            to_link=sum(row.action is Action.LINK for row in new),
            already_clients=len(chosen) - len(new),
            skipped=sum(row.outcome is Outcome.SKIPPED for row in listed),
            existing=sum(row.outcome is Outcome.ALREADY_CLIENT and row.action is None for row in listed),
        )

    @activity.defn
    async def create_clients(self, asked: CreateClientsInput) -> CreatedClients:
        """Create or link the next clients of the run, in one transaction with their outcomes and events."""
        to_pull = None
        async with self._database.transaction() as session:
            run = await runs.open_run(session, asked.run_id)
            batch = await clients.create_chosen(session, run, asked.limit, self._now())
            if asked.then is not None:
                runs.enter(session, run, Stage.CREATING if batch.remaining else Stage.PULLING)
                if not batch.remaining:
                    to_pull = await _page_to_pull(session, asked.then)
        return CreatedClients(counts=dict(batch.outcomes), remaining=batch.remaining, to_pull=to_pull)

    @activity.defn
    async def clients_to_pull(self, asked: ClientsToPullInput) -> ClientsToPull:
        """The next clients of the run that still wait for their first pull."""
        async with self._database.session() as session:
            return await _page_to_pull(session, asked)


async def _page_to_pull(session: AsyncSession, asked: ClientsToPullInput) -> ClientsToPull:
    found = await run_lists.still_to_pull(session, asked.run_id, after=asked.after, limit=asked.limit)
    return ClientsToPull(
        clients=tuple(
            ClientToPull(
                position=row.position,
                connection_id=row.connection_id,
                client_id=row.client_id,
                client_name=name,
                client_code=code,
                outcome=connections.made(row),
                login=row.grant_id if row.action is Action.REPAIR else None,
            )
            for row, name, code in found
            if row.connection_id is not None and row.client_id is not None
        ),
        is_last=len(found) < asked.limit,
    )


def _selected(run: Run, chosen: int, at: datetime) -> dict[str, object]:
    return {
        "practice_id": run.practice_id,
        "run_id": run.id,
        "colleague_id": run.colleague_id,
        "kind": "run.organisations_chosen",
        "after": f"{chosen} chosen",
        "at": at,
    }
