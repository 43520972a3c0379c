"""Sorts a practice's connections for *Reconnect all* by what this sign-in can do for them; repairs nothing itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.pulls.seeing import Seen
from activities.shared.grant_reader import ReachActivities
from contracts.payloads.reconnect_all import SurveyConnectionsInput, SurveyedConnections
from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.standard_information import NAMELESS
from models.clients import writes as clients
from models.connections import disconnections
from models.connections import writes as connections
from models.connections.tables import Connection
from models.grants import writes as grants
from models.grants.tables import GrantReach
from models.runs import organisations as run_lists
from models.runs import surveys
from models.runs import writes as runs
from models.runs.surveys import SurveyRow
from models.runs.tables import Run
from models.runs.tallies import tally_of
from providers.port.provider import ReachableOrganisation
from rules.runs.surveying import LivingConnection, is_missed, survey, survey_one


class ReconnectActivities(ReachActivities):
    """Activities that prepare a *Reconnect all*."""

    @property
    def _seen(self) -> Seen:
        return Seen(self._database, self._reach, self._now)

    @activity.defn
    async def survey_connections(self, asked: SurveyConnectionsInput) -> SurveyedConnections:
        """Sort the connections into healthy, not reachable and to be repaired; list organisations of no client."""
        reached = await self._reach.of_consent(asked.consent_id, asked.grant_id)
        reached = await self._named(asked, reached)
        if asked.connection_id is None:
            await self._seen.look(asked.run_id)
        at = self._now()
        async with self._database.transaction() as session:
            run = await runs.listing_run(session, asked.run_id)
            await grants.record_reach(session, asked.grant_id, reached, at)
            if not await run_lists.organisations_of(session, run.id):  # else an earlier try of this has written it
                await self._write(session, run, asked, reached, at)
            listed = await run_lists.organisations_of(session, run.id)
            outcomes = (await tally_of(session, run.id)).counts
        offers = sum(row.connection_id is None for row in listed)
        return SurveyedConnections(
            counts=outcomes, to_repair=len(listed) - offers - sum(outcomes.values()), offers=offers
        )

    async def _named(
        self, asked: SurveyConnectionsInput, reached: Sequence[ReachableOrganisation]
    ) -> Sequence[ReachableOrganisation]:
        """The same organisations; those that the provider lists without a name get the name in their profile."""
        nameless = [one for one in reached if one.name == NAMELESS]
        if not nameless or asked.connection_id is not None:
            return reached
        async with self._database.session() as session:
            run = await session.get_one(Run, asked.run_id)
        profiles = await self._reach.profiles_of_doubtful(run.provider, asked.grant_id, run.practice_id, nameless)
        names = {identity: profile["name"] or NAMELESS for identity, profile in profiles.items()}
        return [replace(one, name=names.get(one.organisation_id, one.name)) for one in reached]

    async def _reopen(
        self, session: AsyncSession, run: Run, one: LivingConnection, grant_id: UUID, at: datetime
    ) -> None:
        """Connect a disconnected client again: the same connection and organisation, through this login."""
        connection = await session.get_one(Connection, one.connection_id, with_for_update={"key_share": True})
        if connection.status is ConnectionStatus.DISCONNECTED:
            reach = await session.get(GrantReach, (grant_id, one.organisation_id))
            pair = reach.provider_connection_id if reach else None
            await disconnections.reopen(session, connection, run, grant_id, pair, at)

    async def _write(
        self,
        session: AsyncSession,
        run: Run,
        asked: SurveyConnectionsInput,
        reached: Sequence[ReachableOrganisation],
        at: datetime,
    ) -> None:
        living = await surveys.living_connections(session, run.practice_id, run.provider, asked.connection_id)
        names = {organisation.organisation_id: organisation.name for organisation in reached}
        added = await clients.known_organisations(session, run.practice_id, run.provider, list(names))
        offers = {identity: name for identity, name in names.items() if identity not in added}
        if asked.connection_id is None:
            settled = survey(living, names, asked.grant_id, moves_healthy=asked.moves_healthy, nobodys=offers.values())
        else:
            settled = [survey_one(one, names, asked.grant_id, offers.values()) for one in living]
            offers = {}  # of no matter when one client is reconnected
            for found in settled:
                if found.connection.status is ConnectionStatus.DISCONNECTED and found.outcome is None:
                    await self._reopen(session, run, found.connection, asked.grant_id, at)
        for one in settled:  # the sign-in was the last look at its own login's connections
            removed, connection = Cause.DISCONNECTED_AT_PROVIDER, one.connection
            is_gone = connection.organisation_id not in names and is_missed(connection, asked.grant_id)
            if is_gone and connection.cause is not removed:
                await connections.record_trouble(
                    session, connection.connection_id, removed, "a sign-in does not reach it", at, until=None
                )
        rows = [
            SurveyRow(
                one.connection.organisation_id,
                one.connection.name,
                one.connection.connection_id,
                one.connection.client_id,
                one.outcome,
                one.message,
                one.cause,
            )
            for one in settled
        ]
        rows += [SurveyRow(identity, name) for identity, name in offers.items()]
        await surveys.write_survey(session, run.id, asked.grant_id, rows, at)
