"""Checks a practice's logins one at a time, updates the health of their connections, and lists clients to pull.

A check costs a refresh and one list of organisations for each login, however many connections the login has. It costs
one small read more for each organisation of which nothing was read for a day.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from temporalio import activity

from activities.pulls.lease import holder
from activities.pulls.seeing import READ_LASTS
from activities.shared.failures import application_error, met_at
from activities.shared.grant_reader import ReachActivities
from contracts.payloads.check_connections import (
    CheckedLogin,
    CheckLoginInput,
    ClientDue,
    ClientsDue,
    ClientsDueInput,
    LoginsToCheck,
    LoginsToCheckInput,
    LoginToCheck,
    NotedTrouble,
    NoteLoginTroubleInput,
    NoteTroubleInput,
)
from contracts.words.causes import DISPROVED_BY_LISTING, Cause
from models.connections import leases
from models.connections import writes as connections
from models.grants import writes as grants
from models.night import reads as checks
from models.night.writes import record_looks
from providers.port.errors import NeedsPerson, ProviderError, SignedOut, Unavailable
from providers.port.provider import ReachableOrganisation
from rules.lists.increments import latest_turn, was_read_whole
from rules.night import diagnosing

NIGHTS_READ_LASTS = timedelta(hours=28)
"""``READ_LASTS`` for the night: what the night before read late, after many others, it does not read again early."""


class CheckActivities(ReachActivities):
    """Activities of the workflow ``CheckConnections``."""

    @activity.defn
    async def logins_to_check(self, asked: LoginsToCheckInput) -> LoginsToCheck:
        """The next logins that living connections of the practice use."""
        async with self._database.session() as session:
            found = await checks.logins(session, asked.practice_id, after=asked.after, limit=asked.limit)
        return LoginsToCheck(
            logins=tuple(
                LoginToCheck(grant_id=one.grant_id, login=one.label, connections=one.connections, provider=one.provider)
                for one in found
            )
        )

    @activity.defn
    async def check_login(self, asked: CheckLoginInput) -> CheckedLogin:
        """Check one login and update all of its connections in one transaction.

        Raises:
            ApplicationError: The provider did not answer; nothing was changed.
        """
        began = self._now()
        try:
            await self._reach.keep_alive(asked.grant_id)
            reached = await self._reach.of_grant(asked.grant_id)
        except NeedsPerson as error:
            return await self._record(asked.practice_id, asked.grant_id, began, error)
        except ProviderError as error:
            raise application_error(error, self._now()) from None
        return await self._record(asked.practice_id, asked.grant_id, began, reached)

    @activity.defn
    async def note_login_trouble(self, asked: NoteLoginTroubleInput) -> CheckedLogin:
        """Record that a login could not be checked, on each of its connections that had no cause yet."""
        error = ProviderError(asked.trouble.cause, asked.trouble.detail)
        return await self._record(asked.practice_id, asked.grant_id, met_at(), error)

    async def _record(
        self,
        practice_id: UUID,
        grant_id: UUID,
        began: datetime,
        found: Sequence[ReachableOrganisation] | ProviderError,
    ) -> CheckedLogin:
        at = self._now()
        async with self._database.transaction() as session:
            if isinstance(found, SignedOut) and await grants.signed_in_since(session, grant_id, began):
                newer = Unavailable("somebody signed in meanwhile")
                raise application_error(newer, at)
            living = await checks.connections_of(session, practice_id, grant_id, since=began)
            listed: list[UUID] = []
            if isinstance(found, ProviderError):
                looks = diagnosing.by_failure(living, found.cause)
            else:
                await grants.record_reach(session, grant_id, found, at)
                reached = {one.organisation_id for one in found}
                looks = diagnosing.by_listing(living, reached)
                listed = [one.connection_id for one in living if one.organisation_id in reached]
            became = await record_looks(session, looks, listed, DISPROVED_BY_LISTING, at)
        return CheckedLogin(
            connections=len(living),
            in_trouble=sum(one.cause is not None for one in became),
            changed=sum((one.status, one.cause) != (one.status_before, one.cause_before) for one in became),
        )

    @activity.defn
    async def clients_due(self, asked: ClientsDueInput) -> ClientsDue:
        """The next clients whose lists are due, or whose cause only a pull can disprove."""
        at = self._now()
        async with self._database.session() as session:
            found = await checks.clients_due(
                session,
                asked.practice_id,
                at,
                after=asked.after,
                limit=asked.limit,
                is_healthy_only=asked.is_healthy_only,
                read_before=at - (NIGHTS_READ_LASTS if asked.is_of_the_night else READ_LASTS),
            )
        return ClientsDue(
            clients=tuple(
                ClientDue(
                    connection_id=one.connection_id,
                    client_id=one.client_id,
                    client_name=one.name,
                    client_code=one.code,
                    owner_name=one.owner_name,
                    provider=one.provider,
                    provider_title=self._reach.provider(one.provider).title,
                    is_look=one.is_look,
                    is_in_part=not one.is_look and was_read_whole(one.complete_at, latest_turn(one.connection_id, at)),
                )
                for one in found
            )
        )

    @activity.defn
    async def note_trouble(self, asked: NoteTroubleInput) -> NotedTrouble | None:
        """Record a failed pull that the pull could not record; only a cause that needs a person changes the status.

        Returns:
            Whose connection it is now. None is what earlier code answered.
        """
        trouble, at = asked.trouble, self._now()
        until = trouble.retry_at if trouble.cause is Cause.RATE_LIMITED else None
        async with self._database.transaction() as session:
            await connections.record_trouble(
                session, asked.connection_id, trouble.cause, trouble.detail, at, until=until, met_at=met_at()
            )
            await leases.release(session, (asked.connection_id,), holder=holder())
            found = await checks.client_of(session, asked.connection_id)
            return NotedTrouble.model_validate(found._asdict()) if found is not None else NotedTrouble()
