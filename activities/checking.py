"""Looks at a practice's logins, one at a time, and settles the health of their connections; and says which to pull.

Costs a refresh and one list of organisations for each login, however many connections it has.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from temporalio import activity

from activities import diagnosing
from activities.failures import application_error
from activities.reach import ReachActivities
from contracts.causes import Cause
from contracts.check_connections import (
    CheckedLogin,
    CheckLoginInput,
    ClientDue,
    ClientsDue,
    ClientsDueInput,
    LoginsToCheck,
    LoginsToCheckInput,
    LoginToCheck,
    NoteLoginTroubleInput,
    NoteTroubleInput,
)
from models import checks, connections, grants
from providers.errors import NeedsPerson, ProviderError, SignedOut, Unavailable
from providers.port import ReachableOrganisation


class CheckActivities(ReachActivities):
    """The check of a practice's connections."""

    @activity.defn
    async def logins_to_check(self, asked: LoginsToCheckInput) -> LoginsToCheck:
        """The next logins of the practice's living connections."""
        async with self._database.session() as session:
            found = await checks.logins(session, asked.practice_id, after=asked.after, limit=asked.limit)
        return LoginsToCheck(
            logins=tuple(
                LoginToCheck(grant_id=one.grant_id, login=one.display_name, connections=one.connections)
                for one in found
            )
        )

    @activity.defn
    async def check_login(self, asked: CheckLoginInput) -> CheckedLogin:
        """Look at one login, and settle its connections in one transaction.

        Raises:
            ApplicationError: The provider did not answer; nothing was changed.
        """
        began = self._now()
        try:
            await self._reach.keep_alive(asked.grant_id)
            reached = await self._reach.of_grant(asked.grant_id)
        except NeedsPerson as error:
            return await self._settle(asked.practice_id, asked.grant_id, began, error)
        except ProviderError as error:
            raise application_error(error, self._now()) from None
        return await self._settle(asked.practice_id, asked.grant_id, began, reached)

    @activity.defn
    async def note_login_trouble(self, asked: NoteLoginTroubleInput) -> CheckedLogin:
        """Write down that a login did not answer: with each of its connections that had no cause yet."""
        error = ProviderError(asked.trouble.cause, asked.trouble.detail)
        return await self._settle(asked.practice_id, asked.grant_id, self._now(), error)

    async def _settle(
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
            if isinstance(found, ProviderError):
                diagnosis = diagnosing.by_failure(living, found.cause)
            else:
                await grants.record_reach(session, grant_id, found, at)
                diagnosis = diagnosing.by_listing(living, {one.organisation_id for one in found})
            await checks.settle(session, practice_id, diagnosis.changed, diagnosis.fine, at)
        return CheckedLogin(
            connections=len(living),
            in_trouble=len(living) - len(diagnosis.fine),
            changed=len(diagnosis.changed),
        )

    @activity.defn
    async def clients_due(self, asked: ClientsDueInput) -> ClientsDue:
        """The next clients whose lists are due, or whose cause only a pull can disprove."""
        async with self._database.session() as session:
            found = await checks.clients_due(
                session,
                asked.practice_id,
                self._now(),
                after=asked.after,
                limit=asked.limit,
                is_healthy_only=asked.is_healthy_only,
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
                )
                for one in found
            )
        )

    @activity.defn
    async def note_trouble(self, asked: NoteTroubleInput) -> None:
        """Write down a pull's failure that nothing else recorded; only a cause of a person changes the status."""
        trouble, at = asked.trouble, self._now()
        until = trouble.retry_at if trouble.cause is Cause.RATE_LIMITED else None
        async with self._database.transaction() as session:
            await connections.record_trouble(
                session, asked.connection_id, trouble.cause, trouble.detail, at, until=until
            )
