"""Moves clients between colleagues: owner and login together, only where the new login reads the organisation now.

A client that has changed its owner since the list was shown is not moved.
"""

import hashlib

from temporalio import activity

from activities.runs.moving import Move
from activities.shared.failures import application_error, refusal_error
from activities.shared.grant_reader import ReachActivities
from contracts.payloads.reassign_clients import (
    ClientsToReassign,
    ClientsToReassignInput,
    ClientToReassign,
    ListedClients,
    ListHandOverInput,
    ListReassignableInput,
    ReassignClientInput,
    ReassignedClient,
    RecordReassignmentInput,
    RecordUnmovedInput,
)
from contracts.payloads.runs import SelectionAccepted
from contracts.words.refusals import Refused
from contracts.words.runs import Outcome, Stage
from models.connections.tables import Connection
from models.grants import writes as grants
from models.grants.sign_ins import taken_over_in
from models.grants.tables import ConsentAttempt
from models.runs import organisations as run_lists
from models.runs import reassignments, sign_ins
from models.runs import writes as runs
from models.runs.organisations import still_to_reassign
from models.runs.tables import Run, RunOrganisation
from models.runs.tallies import tally_of
from providers.port.errors import ProviderError, Transient
from rules.runs.choosing import require_listed
from rules.runs.taking_over import take_over

NOBODY_S = "This login reaches no client of a colleague. Sign in with another login, or stop the run."


class ReassignActivities(ReachActivities):
    """Activities of the workflow ``ReassignClients``."""

    @activity.defn
    async def list_reassignable(self, asked: ListReassignableInput) -> ListedClients:
        """List colleagues' clients that a sign-in reaches, those of leavers first, and let people choose."""
        reached = await self._reach.of_consent(asked.consent_id, asked.grant_id)
        at = self._now()
        async with self._database.transaction() as session:
            run = await runs.listing_run(session, asked.run_id)
            consent = await session.get_one(ConsentAttempt, asked.consent_id)
            await grants.record_reach(session, asked.grant_id, reached, at)
            found = await reassignments.reached_clients(
                session,
                run.practice_id,
                run.provider,
                asked.grant_id,
                [organisation.organisation_id for organisation in reached],
                run.colleague_id,
            )
            listed = await reassignments.write_list(session, run.id, found, at, new_owner_id=None)
            run.stage = Stage.AWAITING_SELECTION
            came = {one.organisation_id: one.name for one in reached}
            if await sign_ins.note_arrival(session, run, consent, came, list(came.values()), at) is None:
                run.message = (await taken_over_in(session, consent))[:500] or (None if listed else NOBODY_S)
            session.add(run)
        return ListedClients(clients=listed)

    @activity.defn
    async def list_hand_over(self, asked: ListHandOverInput) -> ListedClients:
        """List a colleague's clients for an admin's hand-over; all of them are chosen already."""
        async with self._database.transaction() as session:
            run = await runs.listing_run(session, asked.run_id)
            found = await reassignments.clients_of(
                session, run.practice_id, run.provider, asked.hand_over.from_id, asked.hand_over.to_id
            )
            listed = await reassignments.write_list(
                session, run.id, found, self._now(), new_owner_id=asked.hand_over.to_id
            )
        return ListedClients(clients=listed)

    @activity.defn
    async def record_reassignment(self, asked: RecordReassignmentInput) -> SelectionAccepted:
        """Check which clients are to be taken over, and record that; a retry gets the same answer."""
        digest = hashlib.sha256(asked.selection.model_dump_json().encode()).hexdigest()
        try:
            async with self._database.transaction() as session:
                run = await runs.locked_run(session, asked.run_id)
                listed = await run_lists.organisations_of(session, run.id)
                if run.selection_digest != digest:
                    require_listed(run.stage)
                    choices = take_over(
                        asked.selection,
                        dict.fromkeys(row.organisation_id for row in listed),
                        run.colleague_id,
                        is_chosen=run.selection_digest is not None,
                    )
                    await run_lists.save_selection(session, run.id, choices, self._now())
                    run.selection_digest, run.message = digest, None
                    session.add(run)
                outcomes = (await tally_of(session, run.id)).counts
        except Refused as refused:
            raise refusal_error(refused) from None
        skipped = outcomes.get(Outcome.SKIPPED, 0)
        return SelectionAccepted(
            chosen=len(listed) - skipped,
            to_create=0,
            to_link=0,
            already_clients=len(listed) - skipped,
            skipped=skipped,
        )

    @activity.defn
    async def clients_to_reassign(self, asked: ClientsToReassignInput) -> ClientsToReassign:
        """The next clients of the run that are still to be moved."""
        async with self._database.session() as session:
            found = await still_to_reassign(session, asked.run_id, after=asked.after, limit=asked.limit)
            return ClientsToReassign(
                clients=tuple(
                    ClientToReassign(
                        position=row.position,
                        organisation_id=row.organisation_id,
                        name=row.name,
                        retry_at=row.retry_at,
                    )
                    for row in found
                )
            )

    @activity.defn
    async def reassign_client(self, asked: ReassignClientInput) -> ReassignedClient:
        """Read the organisation with the new login, then move owner and login in one transaction with the outcome.

        Raises:
            ApplicationError: The provider did not answer just now; nothing was changed.
        """
        async with self._database.session() as session:
            row = await session.get_one(RunOrganisation, (asked.run_id, asked.organisation_id))
            run = await session.get_one(Run, asked.run_id)
            connection = await session.get_one(Connection, row.connection_id)
        if row.outcome is not None:
            return ReassignedClient(outcome=row.outcome, cause=row.cause)
        is_other = row.grant_id != connection.grant_id
        tries = asked.tries_login and (is_other or not asked.keeps_login) and connection.is_living
        refused = await self._try_login(run, row) if tries else None
        if isinstance(refused, Transient):
            raise application_error(refused, self._now())
        async with self._database.transaction() as session:
            row = await session.get_one(
                RunOrganisation, (asked.run_id, asked.organisation_id), with_for_update={"key_share": True}
            )
            if row.outcome is None:
                move = Move(session, run, row, self._now(), keeps_login=asked.keeps_login)
                await move.settle(refused, has_read=tries and refused is None)
            return ReassignedClient(outcome=row.outcome or Outcome.FAILED, cause=row.cause)

    async def _try_login(self, run: Run, row: RunOrganisation) -> ProviderError | None:
        try:
            await self._reach.profile(run.provider, row.grant_id, row.organisation_id, run.practice_id)
        except ProviderError as error:
            return error
        return None

    @activity.defn
    async def record_unmoved(self, asked: RecordUnmovedInput) -> None:
        """Record that a client was not moved because the provider did not answer; it keeps its owner and its login.

        If the run tries it again, the row gets the cause and the time of the next try, but no outcome yet.
        """
        async with self._database.transaction() as session:
            row = await session.get_one(
                RunOrganisation, (asked.run_id, asked.organisation_id), with_for_update={"key_share": True}
            )
            if row.outcome is not None:
                return
            at, cause = self._now(), asked.cause
            if asked.retry_at is not None:
                waits = f"Not moved yet. {cause.sentence}"
                await runs.settle(session, row, None, at, cause=cause, message=waits, retry_at=asked.retry_at)
            else:
                message = f"Nothing was changed. {cause.sentence} Reassign it again later."
                await runs.settle(session, row, Outcome.FAILED, at, cause=cause, message=message)
