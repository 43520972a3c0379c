"""Moves clients between colleagues: owner and login together, and only where the new login reads the organisation now.

Hands off a client that has changed hands since the list was shown.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.failures import application_error, refusal_error
from activities.grants import Tokens
from contracts.bulk_create_clients import SelectionAccepted
from contracts.causes import Cause
from contracts.lists import Source
from contracts.reassign_clients import (
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
    TellOldOwnersInput,
)
from contracts.refusals import RefusalCode, Refused
from contracts.runs import Action, Outcome, Stage
from contracts.selection import Selection
from models import connections, grants, reassignments, runs
from models.client import Client
from models.columns import now as this_moment
from models.connection import Connection
from models.database import Database
from models.grant import ConsentAttempt
from models.practice import Colleague
from models.run import Run, RunOrganisation
from models.runs import Choice
from providers.errors import NeedsPerson, ProviderError, Transient
from providers.port import Providers


class ReassignActivities:
    """From a list of colleagues' clients to their new owners.

    Args:
        database: Where the clients are.
        providers: The accounting software that this worker speaks to.
        tokens: Where access tokens come from.
        now: The clock.
    """

    def __init__(
        self, database: Database, providers: Providers, tokens: Tokens, now: Callable[[], datetime] = this_moment
    ) -> None:
        self._database = database
        self._providers = providers
        self._tokens = tokens
        self._now = now

    @activity.defn
    async def list_reassignable(self, asked: ListReassignableInput) -> ListedClients:
        """List the clients of colleagues that a sign-in reaches, those of leavers first; open the selection."""
        async with self._database.session() as session:
            consent = await session.get_one(ConsentAttempt, asked.consent_id)
        provider = self._providers[consent.provider]
        try:
            reached = await provider.organisations(self._tokens.of(asked.grant_id, provider))
        except ProviderError as error:
            raise application_error(error, self._now()) from None
        at = self._now()
        async with self._database.transaction() as session:
            run = await runs.locked_run(session, asked.run_id)
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
            session.add(run)
        return ListedClients(clients=listed)

    @activity.defn
    async def list_hand_over(self, asked: ListHandOverInput) -> ListedClients:
        """List a colleague's clients for an admin's hand-over; nothing is left to choose."""
        async with self._database.transaction() as session:
            run = await runs.locked_run(session, asked.run_id)
            found = await reassignments.clients_of(
                session, run.practice_id, run.provider, asked.hand_over.from_id, asked.hand_over.to_id
            )
            listed = await reassignments.write_list(
                session, run.id, found, self._now(), new_owner_id=asked.hand_over.to_id
            )
        return ListedClients(clients=listed)

    @activity.defn
    async def record_reassignment(self, asked: RecordReassignmentInput) -> SelectionAccepted:
        """Check which clients are to be taken over, and record it; a retry of the same is answered the same."""
        digest = hashlib.sha256(asked.selection.model_dump_json().encode()).hexdigest()
        try:
            async with self._database.transaction() as session:
                run = await runs.locked_run(session, asked.run_id)
                listed = await runs.organisations_of(session, run.id)
                if run.selection_digest != digest:
                    choices = chosen(asked.selection, run, [row.organisation_id for row in listed])
                    await runs.save_selection(session, run.id, choices, self._now())
                    run.selection_digest, run.message = digest, None
                    session.add(run)
                outcomes, _ = await runs.tally(session, run.id)
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
        query = select(RunOrganisation).where(
            RunOrganisation.run_id == asked.run_id,
            RunOrganisation.action == Action.REASSIGN,
            col(RunOrganisation.outcome).is_(None),
            RunOrganisation.position > asked.after,
        )
        async with self._database.session() as session:
            found = await session.exec(query.order_by(col(RunOrganisation.position)).limit(asked.limit))
            return ClientsToReassign(
                clients=tuple(
                    ClientToReassign(position=row.position, organisation_id=row.organisation_id, name=row.name)
                    for row in found.all()
                )
            )

    @activity.defn
    async def reassign_client(self, asked: ReassignClientInput) -> ReassignedClient:
        """Move one client: owner and login together, in one transaction with the outcome.

        Raises:
            ApplicationError: The provider did not answer; trying again may help.
        """
        async with self._database.session() as session:
            row = await session.get_one(RunOrganisation, (asked.run_id, asked.organisation_id))
            run = await session.get_one(Run, asked.run_id)
            connection = await session.get_one(Connection, row.connection_id)
        if row.outcome is not None:
            return ReassignedClient(outcome=row.outcome, cause=row.cause)
        refused = None
        if row.grant_id != connection.grant_id or not asked.keeps_login:
            refused = await self._try_login(run.provider, row.grant_id, row.organisation_id)
        if isinstance(refused, Transient) and not asked.keeps_login:
            raise application_error(refused, self._now())
        async with self._database.transaction() as session:
            row = await session.get_one(RunOrganisation, (asked.run_id, asked.organisation_id), with_for_update=True)
            if row.outcome is None:
                await self._move(session, row, refused, keeps_login=asked.keeps_login)
            return ReassignedClient(outcome=row.outcome or Outcome.FAILED, cause=row.cause)

    async def _try_login(self, provider_name: str, grant_id: UUID, organisation_id: str) -> ProviderError | None:
        provider = self._providers[provider_name]
        try:
            async for page in provider.read(self._tokens.of(grant_id, provider), organisation_id, Source.ORGANISATION):
                if any(profile.key.lower() != organisation_id.lower() for profile in page.rows):
                    return NeedsPerson(Cause.WRONG_ORGANISATION, "the profile has another id")
        except ProviderError as error:
            return error
        return None

    async def _move(
        self, session: AsyncSession, row: RunOrganisation, refused: ProviderError | None, *, keeps_login: bool
    ) -> None:
        at = self._now()
        client = await session.get_one(Client, row.client_id, with_for_update=True)
        owner = await session.get_one(Colleague, client.owner_id)
        if client.owner_id != row.shown_owner_id:
            message = f"Looked after by {owner.name} by now, so nothing was changed."
            await runs.settle(session, row, Outcome.CHANGED_MEANWHILE, at, message=message)
            return
        if refused is not None and not keeps_login:
            await runs.settle(
                session,
                row,
                Outcome.UNREACHABLE,
                at,
                cause=refused.cause,
                message=f"Your login cannot open it now, so nothing was changed. {refused.cause.sentence}",
            )
            return
        new_owner = await session.get_one(Colleague, row.owner_id)
        await reassignments.move_owner(session, client, new_owner, owner, row.run_id, at)
        connection = await session.get_one(Connection, row.connection_id)
        message = f"Before: {owner.name}."
        if connection.grant_id == row.grant_id or refused is not None:
            message += f" It keeps the login that it had; {new_owner.name} can reconnect it with an own one."
        else:
            await connections.move_to_login(session, connection.id, row.grant_id, at)
            await connections.record_reachable(session, connection.id, at)
        await runs.settle(session, row, Outcome.REASSIGNED, at, message=message)

    @activity.defn
    async def record_unmoved(self, asked: RecordUnmovedInput) -> None:
        """Record that a client could not be moved for want of an answer; it keeps its owner and its login."""
        async with self._database.transaction() as session:
            row = await session.get_one(RunOrganisation, (asked.run_id, asked.organisation_id), with_for_update=True)
            if row.outcome is None:
                message = f"Nothing was changed. {asked.cause.sentence} Reassign it again later."
                await runs.settle(session, row, Outcome.FAILED, self._now(), cause=asked.cause, message=message)

    @activity.defn
    async def tell_old_owners(self, asked: TellOldOwnersInput) -> None:
        """Write a notice to every active colleague who lost clients in the run."""
        async with self._database.transaction() as session:
            await reassignments.tell_old_owners(session, asked.run_id, self._now())


def chosen(selection: Selection, run: Run, listed: Sequence[str]) -> list[Choice]:
    """The clients to be taken over.

    Raises:
        Refused: One of them is not on the list, or the selection asks for what reassigning cannot do.
    """
    if run.selection_digest is not None:
        raise Refused(RefusalCode.ALREADY_SELECTED, "The clients of this run are already chosen.")
    if selection.team_id is not None or selection.owner_id not in {None, run.colleague_id}:
        field = "team_id" if selection.team_id is not None else "owner_id"
        raise Refused(RefusalCode.INVALID, "Clients are taken over by yourself, with the team they have.", field=field)
    wanted = [row.organisation_id for row in selection.organisations]
    for place, organisation_id in enumerate(wanted):
        if organisation_id not in listed:
            raise Refused(
                RefusalCode.UNKNOWN_ORGANISATION,
                f"Organisation {organisation_id} is not on this run's list.",
                field=f"organisations.{place}.organisation_id",
            )
    if selection.all_new:
        wanted = list(listed)
    if not wanted:
        raise Refused(RefusalCode.INVALID, "There is no client to take over.", field="organisations")
    return [Choice(organisation_id, Action.REASSIGN, None, run.colleague_id, None) for organisation_id in wanted]
