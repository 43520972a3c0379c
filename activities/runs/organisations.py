"""Lists what a sign-in reaches, reads profiles, and gives each organisation its verdict; nothing is created here."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio import activity

from activities.shared.grant_reader import ReachActivities
from contracts.payloads.listing import (
    JudgedOrganisations,
    JudgeOrganisationsInput,
    ListedOrganisations,
    ListOrganisationsInput,
    ReadProfilesInput,
    ReadProfilesResult,
)
from contracts.words.causes import DISPROVED_BY_LISTING, Cause
from contracts.words.runs import Mark, Stage
from models.clients import lookalikes
from models.clients import writes as clients
from models.grants import writes as grants
from models.night import reads as checks
from models.night.writes import record_looks
from models.practices.tables import Practice
from models.runs import organisations as run_lists
from models.runs import writes as runs
from models.runs.expected import organisations as expected_organisations
from models.runs.organisations import FoundOrganisation
from models.runs.tables import Run
from providers.port.errors import ProviderError, Transient
from rules.clients.matching import Candidate, ConnectedClient, Judgement, KnownOrganisation, UnconnectedClient, judge
from rules.night import diagnosing

MOST_ALLOWED = 50
"""Organisations of one sign-in that are compared with those that a run expects; one brings one."""


AT_ONCE = 2
"""Activities of one process that ask at the same moment what they are to read. All are begun together, and each would
open a connection to the database for it, which takes ten times as long as the question."""


class OrganisationActivities(ReachActivities):
    """Activities of the listing stage."""

    @activity.defn
    async def list_organisations(self, asked: ListOrganisationsInput) -> ListedOrganisations:
        """Add all that a login reaches to the run's list; what the person has just allowed comes first.

        Organisations that were allowed in an earlier sign-in and are no client yet are listed too, because the provider
        does not offer them again. Rows that are in the list already stay. A client of this login that was removed at
        the provider and is listed again becomes healthy.
        """
        began = self._now()
        reached = await self._reach.of_consent(asked.consent_id, asked.grant_id, is_of_this_pass=True)
        found = [
            FoundOrganisation(
                one.organisation_id, one.name, one.provider_connection_id, one.is_from_this_consent, one.marks
            )
            for one in sorted(reached, key=lambda one: not one.is_from_this_consent)
        ]
        at, ids = self._now(), {one.organisation_id for one in reached}
        async with self._database.transaction() as session:
            practice_id = (await session.get_one(Run, asked.run_id)).practice_id
            living = await checks.connections_of(session, practice_id, asked.grant_id, since=began)
            await runs.listing_run(session, asked.run_id)
            await grants.record_reach(session, asked.grant_id, reached, at)
            again = [one for one in living if one.organisation_id in ids and one.look_cause in DISPROVED_BY_LISTING]
            looks, listed_again = diagnosing.by_listing(again, ids), [one.connection_id for one in again]
            await record_looks(session, looks, listed_again, DISPROVED_BY_LISTING, at)
            listed = await run_lists.list_into(session, asked.run_id, asked.grant_id, found, at)
            is_expecting = bool(await expected_organisations.expected_of(session, asked.run_id))
        allowed = [one.organisation_id for one in found if one.is_just_allowed][:MOST_ALLOWED] if is_expecting else []
        return ListedOrganisations(first=0, end=listed, allowed=tuple(allowed))

    @activity.defn
    async def read_profiles(self, asked: ReadProfilesInput) -> ReadProfilesResult:
        """Read the profiles of part of the list; an organisation whose profile cannot be read stays without one."""
        async with self._database.room("profiles to read", AT_ONCE), self._database.reading() as session:
            wanted = await run_lists.without_profile(session, asked.run_id, asked.first, asked.end)
            run = await session.get_one(Run, asked.run_id)
        reading = (self._profile(run, organisation_id, grant_id) for organisation_id, grant_id in wanted)
        answers = await asyncio.gather(*reading)
        came = {organisation_id: answer for (organisation_id, _), answer in zip(wanted, answers, strict=True)}
        profiles = {identity: answer for identity, answer in came.items() if isinstance(answer, dict)}
        ended = [identity for identity, answer in came.items() if answer is Mark.ENDED]
        if profiles or ended:
            async with self._database.transaction() as session:
                await run_lists.save_profiles(session, asked.run_id, profiles, self._now())
                if ended:
                    await run_lists.mark(session, asked.run_id, ended, Mark.ENDED)
        return ReadProfilesResult(
            read=len(profiles),
            not_needed=asked.end - asked.first - len(wanted),
            unreadable=len(wanted) - len(profiles),
        )

    async def _profile(self, run: Run, organisation_id: str, grant_id: UUID) -> dict[str, Any] | Mark | None:
        """The profile; a mark where the refusal says so much; None where nothing is known."""
        try:
            return (await self._reach.profile(run.provider, grant_id, organisation_id, run.practice_id))._asdict()
        except Transient:
            return None  # the verdict is made without; the pull will tell
        except ProviderError as error:
            activity.logger.info("profile not readable: %s", error.cause.value)
            if error.cause is Cause.SUBSCRIPTION_ENDED:
                return Mark.ENDED
        return None

    @activity.defn
    async def judge_organisations(self, asked: JudgeOrganisationsInput) -> JudgedOrganisations:
        """Give every organisation of the run its verdict, and let people choose.

        Comparing thousands of names takes about a second. So it is done in a thread without a lock, and repeated if
        something has changed by the time the verdicts are written. If somebody has chosen already, an earlier try let
        them, whose answer was lost: its verdicts stay.
        """
        async with self._database.session() as session:
            run = await session.get_one(Run, asked.run_id)
            reads_ended = self._reach.reads_ended(run.provider)
            facts = await _facts(
                session, run, await session.get_one(Practice, run.practice_id), reads_ended=reads_ended
            )
        while True:
            judged = await asyncio.to_thread(judge, *facts)
            async with self._database.transaction() as session:
                run = await runs.open_run(session, asked.run_id)
                if run.selection_digest is not None:
                    return await _judged_before(session, run)
                judged_by, facts = (
                    facts,
                    await _facts(session, run, await runs.practice_of(session, run), reads_ended=reads_ended),
                )
                if facts == judged_by:
                    await run_lists.save_verdicts(session, run.id, judged)
                    message = await self._note_arrival(session, run, asked, judged)
                    run.stage = Stage.AWAITING_SELECTION
                    session.add(run)
                    break
        return JudgedOrganisations(verdicts=dict(Counter(judgement.verdict for judgement in judged)), message=message)

    async def _note_arrival(
        self, session: AsyncSession, run: Run, asked: JudgeOrganisationsInput, judged: Sequence[Judgement]
    ) -> str | None:
        """Say which of the organisations that the run expects came with the sign-in, if it expects any by name."""
        if asked.consent_id is None:
            return None
        return await expected_organisations.note_arrival(
            session, run, asked.consent_id, asked.allowed, judged, self._now()
        )


class Facts(NamedTuple):
    """The input of ``matching.judge`` for a run's organisations."""

    candidates: Sequence[Candidate]
    known: Mapping[str, KnownOrganisation]
    unconnected: Sequence[UnconnectedClient]
    room: int
    connected: Sequence[ConnectedClient]
    reads_ended: bool
    practice_name: str


async def _judged_before(session: AsyncSession, run: Run) -> JudgedOrganisations:
    listed = await run_lists.decided_of(session, run.id)
    return JudgedOrganisations(verdicts=dict(Counter(row.verdict for row in listed if row.verdict is not None)))


async def _facts(session: AsyncSession, run: Run, practice: Practice, *, reads_ended: bool) -> Facts:
    listed = await run_lists.candidates_of(session, run.id)
    ids = [organisation.organisation_id for organisation in listed]
    return Facts(
        listed,
        await clients.known_organisations(session, practice.id, run.provider, ids),
        await clients.unconnected_clients(session, practice.id),
        practice.client_allowance - await clients.count_clients(session, practice.id),
        await lookalikes.connected_clients(session, practice.id, run.provider),
        reads_ended,
        practice.name,
    )
