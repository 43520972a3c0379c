"""Sorts a practice's connections for *Reconnect all* by what this sign-in can do for them; repairs nothing itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.pulls.seeing import Seen
from activities.shared.grant_reader import ReachActivities
from contracts.payloads.reconnect_all import (
    NotedSignIn,
    NoteSignInInput,
    SurveyConnectionsInput,
    SurveyedConnections,
)
from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.standard_information import NAMELESS
from models.clients import writes as clients
from models.connections import disconnections
from models.connections import writes as connections
from models.connections.tables import Connection
from models.grants import writes as grants
from models.grants.tables import ConsentAttempt, GrantReach
from models.runs import organisations as run_lists
from models.runs import sign_ins, surveys
from models.runs import writes as runs
from models.runs.surveys import SurveyRow
from models.runs.tables import Run
from models.runs.tallies import tally_of
from providers.port.provider import ReachableOrganisation
from rules.runs.sign_in_queue import login_for
from rules.runs.surveying import LivingConnection, is_missed, survey, survey_one


class ReconnectActivities(ReachActivities):
    """Activities that prepare a *Reconnect all*."""

    @property
    def _seen(self) -> Seen:
        return Seen(self._database, self._reach, self._now)

    @activity.defn
    async def survey_connections(self, asked: SurveyConnectionsInput) -> SurveyedConnections:
        """Sort the connections into healthy, not reachable and to be repaired; list organisations of no client."""
        reached = {asked.grant_id: await self._named(asked, asked.consent_id, asked.grant_id)}
        for one in asked.further:  # of several by one login, the last has all
            reached[one.grant_id] = await self._named(asked, one.consent_id, one.grant_id)
        if asked.connection_id is None:
            await self._seen.look(asked.run_id)
        at = self._now()
        async with self._database.transaction() as session:
            run = await runs.listing_run(session, asked.run_id)
            for grant_id, organisations in reached.items():
                await grants.record_reach(session, grant_id, organisations, at)
            if not await run_lists.organisations_of(session, run.id):  # else an earlier try of this has written it
                await self._write(session, run, asked, reached, at)
            run.message = None  # what it said of the sign-ins
            session.add(run)
            listed = await run_lists.organisations_of(session, run.id)
            outcomes = (await tally_of(session, run.id)).counts
        offers = sum(row.connection_id is None for row in listed)
        return SurveyedConnections(
            counts=outcomes, to_repair=len(listed) - offers - sum(outcomes.values()), offers=offers
        )

    @activity.defn
    async def note_sign_in(self, asked: NoteSignInInput) -> NotedSignIn:
        """Compare what a sign-in brought with those that the run expects, and tell the run's people; a retry agrees.

        Raises:
            ApplicationError: What the login reaches could not be listed.
        """
        reached = await self._reach.of_consent(asked.consent_id, asked.grant_id, is_of_this_pass=True)
        allowed = [one.name for one in reached if one.is_from_this_consent]
        at = self._now()
        async with self._database.transaction() as session:
            run = await runs.open_run(session, asked.run_id)
            consent = await session.get_one(ConsentAttempt, asked.consent_id)
            await grants.record_reach(session, asked.grant_id, reached, at)
            came = await sign_ins.note_arrival(
                session, run, consent, {one.organisation_id for one in reached}, allowed, at
            )
        return NotedSignIn(to_do=came.to_do if came else 0, message=came.message if came else "")

    async def _named(
        self, asked: SurveyConnectionsInput, consent_id: UUID, grant_id: UUID
    ) -> Sequence[ReachableOrganisation]:
        """What a login reaches; organisations that the provider lists without a name get the name in their profile."""
        reached = await self._reach.of_consent(consent_id, grant_id)
        nameless = [one for one in reached if one.name == NAMELESS]
        if not nameless or asked.connection_id is not None:
            return reached
        async with self._database.session() as session:
            run = await session.get_one(Run, asked.run_id)
        profiles = await self._reach.profiles_of_doubtful(run.provider, grant_id, run.practice_id, nameless)
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
        reached: Mapping[UUID, Sequence[ReachableOrganisation]],
        at: datetime,
    ) -> None:
        living = await surveys.living_connections(session, run.practice_id, run.provider, at, asked.connection_id)
        names_of = {grant_id: {one.organisation_id: one.name for one in some} for grant_id, some in reached.items()}
        names = {identity: name for some in names_of.values() for identity, name in some.items()}
        added = await clients.known_organisations(session, run.practice_id, run.provider, list(names))
        offers = {identity: name for identity, name in names.items() if identity not in added}
        if asked.connection_id is None:
            surveyed = [
                found
                for login, names_there in names_of.items()
                for found in survey(
                    [one for one in living if login_for(one, names_of) == login],
                    names_there,
                    login,
                    moves_healthy=asked.moves_healthy,
                    nobodys=offers.values(),
                )
            ]
        else:
            surveyed = [survey_one(one, names, asked.grant_id, offers.values()) for one in living]
            offers = {}  # of no matter when one client is reconnected
            for found in surveyed:
                if found.connection.status is ConnectionStatus.DISCONNECTED and found.outcome is None:
                    await self._reopen(session, run, found.connection, asked.grant_id, at)
        for one in surveyed:  # the sign-in was the last look at its own login's connections
            removed, connection = Cause.DISCONNECTED_AT_PROVIDER, one.connection
            is_gone = connection.organisation_id not in names and is_missed(connection, login_for(connection, names_of))
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
                login_for(one.connection, names_of),
            )
            for one in surveyed
        ]
        rows += [SurveyRow(identity, name) for identity, name in offers.items()]
        await surveys.write_survey(session, run.id, asked.grant_id, rows, at)
