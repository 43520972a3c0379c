"""Moves a client to other books: lists what a sign-in reaches, creates the new connection, and swaps it in.

The ordinary pull reads the new lists, through the new connection, which is not the client's current one until somebody
confirms.
"""

import asyncio
from collections import Counter
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.shared.failures import refusal_error
from activities.shared.grant_reader import ReachActivities
from contracts.naming.spans import span
from contracts.payloads.change_connection import (
    ChangeBooksInput,
    ChangedBooks,
    DiscardBooksInput,
    ListBooksInput,
    ListedBooks,
    RecordBooksInput,
    RecordedBooks,
)
from contracts.words.connections import UNDO_WITHIN
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import Action, Stage, Verdict
from models.clients import lookalikes
from models.clients import writes as clients
from models.clients.tables import Client
from models.connections import changes as connection_changes
from models.connections.tables import Connection
from models.grants import writes as grants
from models.runs import organisations as run_lists
from models.runs import writes as runs
from models.runs.organisations import FoundOrganisation
from models.runs.tables import Run
from rules.clients.matching import ConnectedClient, Judgement, UnconnectedClient, judge
from rules.runs.choosing import ChosenOrganisation, require_listed
from rules.runs.new_books import OldBooks, chosen_books, judge_books
from rules.runs.stages import require_preview


class ChangeActivities(ReachActivities):
    """Activities of the workflow ``ChangeConnection``."""

    @activity.defn
    async def list_books(self, asked: ListBooksInput) -> ListedBooks:
        """List what the sign-in reaches and let people choose; organisations of other clients are marked."""
        async with self._database.session() as session:
            old = await session.get_one(Connection, asked.connection_id)
            client = await session.get_one(Client, old.client_id)
        reached = await self._reach.of_consent(asked.consent_id, asked.grant_id)
        found = [FoundOrganisation(one.organisation_id, one.name, one.provider_connection_id) for one in reached]
        profiles = await self._reach.profiles_of_doubtful(old.provider, asked.grant_id, old.practice_id, reached)
        at = self._now()
        async with self._database.transaction() as session:
            run = await runs.listing_run(session, asked.run_id)
            await grants.record_reach(session, asked.grant_id, reached, at)
            await run_lists.list_into(session, run.id, asked.grant_id, found, at)
            await run_lists.save_profiles(session, run.id, profiles, at)
            judged = await self._judged(session, run, old)
            await run_lists.save_verdicts(session, run.id, judged)
            run.stage = Stage.AWAITING_SELECTION
            session.add(run)
        verdicts = Counter(one.verdict for one in judged)
        return ListedBooks(verdicts=dict(verdicts), client_name=client.name, organisation_name=old.organisation_name)

    async def _judged(self, session: AsyncSession, run: Run, old: Connection) -> list[Judgement]:
        candidates = await run_lists.candidates_of(session, run.id)
        ids = [one.organisation_id for one in candidates]
        known = await clients.known_organisations(session, run.practice_id, run.provider, ids)
        unconnected = await clients.unconnected_clients(session, run.practice_id)
        connected = await lookalikes.connected_clients(session, run.practice_id, run.provider)
        judged = await asyncio.to_thread(judge, candidates, known, unconnected, len(ids), connected)
        theirs: dict[UUID, UnconnectedClient | ConnectedClient] = {one.id: one for one in unconnected}
        theirs.update((one.id, one) for one in connected)
        alike = {
            one.organisation_id: theirs.get(one.client_id)
            for one in judged
            if one.verdict is Verdict.LOOKS_LIKE_CLIENT and one.client_id is not None
        }
        books = _books(old)
        return [judge_books(one, known.get(one), books, alike.get(one)) for one in ids]

    @activity.defn
    async def record_books(self, asked: RecordBooksInput) -> RecordedBooks:
        """Check the chosen organisation and create its connection, in one transaction; a retry gets the same answer.

        Raises:
            ApplicationError: Refused, with the reason and the field.
        """
        try:
            async with self._database.transaction() as session:
                run = await runs.locked_run(session, asked.run_id)
                require_listed(run.stage)
                old = await connection_changes.current_or_refused(session, asked.connection_id)
                listed = {row.organisation_id: row for row in await run_lists.organisations_of(session, run.id)}
                row = listed[chosen_books(asked.selection, listed, _books(old))]
                new = await connection_changes.take_up(session, old, row, self._now())
                await session.flush()
                choice = ChosenOrganisation(row.organisation_id, Action.LINK, old.client_id, run.colleague_id, None)
                skipped = await run_lists.save_selection(session, run.id, [choice], self._now())
                return RecordedBooks(connection_id=new.id, organisation_name=row.name, skipped=skipped)
        except Refused as refused:
            raise refusal_error(refused) from None

    @activity.defn
    async def change_books(self, asked: ChangeBooksInput) -> ChangedBooks:
        """Make the new connection the client's current one; a retry finds that done and changes nothing.

        Raises:
            ApplicationError: Refused: the preview is not there yet, or the old connection is not the client's current
                one any more.
        """
        try:
            async with self._database.transaction() as session:
                run = await runs.open_run(session, asked.run_id)
                new = await session.get_one(Connection, asked.new_connection_id, with_for_update={"key_share": True})
                if not new.is_current:
                    require_preview(run.stage)
                    old = await connection_changes.current_or_refused(session, asked.old_connection_id)
                    await connection_changes.change(session, run, old, new, self._now())
                client = await session.get_one(Client, new.client_id)
                return ChangedBooks(
                    message=f"{client.name} is connected to {new.organisation_name} now. "
                    f"The old lists are kept, and this can be undone for {span(UNDO_WITHIN)}."
                )
        except Refused as refused:
            raise refusal_error(refused) from None
        except runs.RunOver:
            ended = Refused(RefusalCode.WRONG_STAGE, "This run has ended. Nothing was changed.")
            raise refusal_error(ended) from None

    @activity.defn
    async def discard_books(self, asked: DiscardBooksInput) -> None:
        """Delete what was read for a preview that nobody confirmed."""
        async with self._database.transaction() as session:
            await connection_changes.discard(session, asked.run_id, asked.connection_id, self._now())


def _books(old: Connection) -> OldBooks:
    return OldBooks(old.client_id, old.organisation_id, old.organisation_name)
