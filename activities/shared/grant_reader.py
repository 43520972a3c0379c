"""Grant reader: asks a provider which organisations a login reaches now, and reads an organisation's profile.

Activities ask the provider about organisations only through this class. It writes nothing; callers decide what an
answer means.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from activities.shared.failures import application_error
from activities.shared.token_store import TokenStore
from contracts.words.causes import Cause
from contracts.words.standard_information import NAMELESS, OrganisationProfile
from models.grants import writes as grants
from models.grants.tables import ConsentAttempt, Grant
from models.kit.columns import now as this_moment
from models.kit.database import Database
from models.night.endings import LastConnection
from providers.port.errors import NeedsPerson, ProviderError, Transient, Unavailable
from providers.port.provider import Kept, Provider, Providers, ReachableOrganisation, Removed
from rules.lists.losses import is_much_missing

FEW = 50
"""Organisations whose profiles are read for their names alone, while a person waits for a list."""


class GrantReader:
    """Reads the organisations of logins.

    Args:
        database: Where grants and sign-ins are stored.
        providers: The accounting software that this worker can read, by name.
        tokens: Gives access tokens.
        now: The clock.
    """

    def __init__(
        self, database: Database, providers: Providers, tokens: TokenStore, now: Callable[[], datetime] = this_moment
    ) -> None:
        self._database = database
        self._providers = providers
        self._tokens = tokens
        self._now = now

    def provider(self, name: str) -> Provider:
        """The provider of that name."""
        return self._providers[name]

    def reads_ended(self, name: str) -> bool:
        """Whether the provider of that name lets organisations be read whose subscription has ended."""
        found = self._providers.get(name)
        return found is not None and found.capabilities.reads_ended

    async def of_consent(
        self, consent_id: UUID, grant_id: UUID, *, is_of_this_pass: bool = False
    ) -> Sequence[ReachableOrganisation]:
        """The organisations that the login of a finished sign-in reaches.

        Where a grant is an organisation's and that does not answer just now, it is what the sign-in brought: one that
        is out of order holds up no list of others.

        Args:
            consent_id: The sign-in.
            grant_id: The grant that it gave.
            is_of_this_pass: Let the provider mark what was allowed in this sign-in, and what else it knows, for
                somebody who chooses.

        Raises:
            ApplicationError: It could not be listed.
        """
        async with self._database.session() as session:
            consent = await session.get_one(ConsentAttempt, consent_id)
        provider = self._providers[consent.provider]
        consent_ref = consent.consent_ref if is_of_this_pass else None
        try:
            return await self._listed(provider, grant_id, consent_ref, is_to_choose=is_of_this_pass)
        except ProviderError as error:
            is_passing = isinstance(error, Transient) and provider.capabilities.takes_over
            if is_passing and (brought := await self._brought(grant_id)):
                return brought
            raise application_error(error, self._now()) from None

    async def _brought(self, grant_id: UUID) -> Sequence[ReachableOrganisation]:
        """What a grant was last seen to reach: its sign-in has stored that."""
        async with self._database.session() as session:
            reach = await grants.reach_of(session, grant_id)
        return [
            ReachableOrganisation(one.organisation_id, one.name, one.provider_connection_id, is_from_this_consent=True)
            for one in reach
        ]

    async def of_grant(self, grant_id: UUID) -> Sequence[ReachableOrganisation]:
        """The organisations that a login reaches.

        Raises:
            ProviderError: The provider gave no list.
        """
        return await self._listed(await self._provider_of(grant_id), grant_id, None)

    async def _listed(
        self, provider: Provider, grant_id: UUID, consent_ref: str | None, *, is_to_choose: bool = False
    ) -> Sequence[ReachableOrganisation]:
        """The organisations that the provider lists. If many known ones are missing, it is asked once more.

        A list can be empty or incomplete for a moment, and believing it would mark all connections of a login as
        removed. An organisation counts as reached if either answer has it.
        """
        tokens = self._tokens.of(grant_id, provider, None)
        reached = await provider.organisations(tokens, consent_ref=consent_ref, is_to_choose=is_to_choose)
        async with self._database.session() as session:
            known = await grants.known_reach(session, grant_id)
        if not is_much_missing(known, {one.organisation_id for one in reached}):
            return reached
        again = await provider.organisations(tokens, consent_ref=consent_ref, is_to_choose=is_to_choose)
        return list(
            ({one.organisation_id: one for one in reached} | {one.organisation_id: one for one in again}).values()
        )

    async def keep_alive(self, grant_id: UUID) -> None:
        """Refresh a login's credential if it is old enough for it.

        Raises:
            ProviderError: The login has ended, or the provider did not answer.
        """
        await self._tokens.keep_alive(grant_id, await self._provider_of(grant_id))

    async def profile(
        self, provider_name: str, grant_id: UUID, organisation_id: str, practice_id: UUID
    ) -> OrganisationProfile:
        """Read an organisation's profile for a practice; it proves that the login can open this organisation.

        Raises:
            ProviderError: The login cannot open it, the profile has another id, or the provider does not answer.
        """
        provider = self._providers[provider_name]
        tokens = self._tokens.of(grant_id, provider, practice_id)
        async for page in provider.read(tokens, organisation_id, provider.feeds.profile):
            for row in page.rows:
                if row.key.lower() != organisation_id.lower():
                    raise NeedsPerson(Cause.WRONG_ORGANISATION, "the profile has another id")
                if isinstance(row, OrganisationProfile):
                    return row
        raise Unavailable("no profile came back")

    async def profiles_of_doubtful(
        self, provider_name: str, grant_id: UUID, practice_id: UUID, reached: Sequence[ReachableOrganisation]
    ) -> dict[str, dict[str, Any]]:
        """Read the profiles of organisations whose name does not identify them: it is missing, or two have the same.

        Args:
            provider_name: Which accounting software.
            grant_id: The login.
            practice_id: The practice for which they are read.
            reached: What the login reaches.

        Returns:
            Profiles by organisation id, of the first few; what cannot be read now is left out.
        """
        names = Counter(one.name.casefold() for one in reached)
        doubtful = [one for one in reached if one.name == NAMELESS or names[one.name.casefold()] > 1][:FEW]

        async def read(one: ReachableOrganisation) -> tuple[str, OrganisationProfile | None]:
            try:
                return one.organisation_id, await self.profile(
                    provider_name, grant_id, one.organisation_id, practice_id
                )
            except ProviderError:
                return one.organisation_id, None  # it is listed as it is

        found = await asyncio.gather(*map(read, doubtful))
        return {identity: profile._asdict() for identity, profile in found if profile is not None}

    async def remove(self, grant_id: UUID, organisation_id: str) -> Removed | Kept:
        """Remove a login's access to an organisation at the provider, if the provider can do that for one alone.

        The organisation is looked up just before, because its ids may have changed since the last list. If it is not
        listed, the list is read a second time, because a list may be empty for a moment.

        Raises:
            ProviderError: It may still be there.
        """
        provider = await self._provider_of(grant_id)
        found = await self._found(grant_id, organisation_id) or await self._found(grant_id, organisation_id)
        if found is None:
            return Removed(was_there=False)
        return await provider.disconnect(self._tokens.of(grant_id, provider, None), found)

    async def end_if_unused(self, grant_id: UUID, last: LastConnection | None = None) -> bool:
        """End a login at its provider if no connection uses it any more; returns whether it was ended.

        Args:
            grant_id: The grant.
            last: A connection that does not count, since it is being disconnected and ends with the login.

        Raises:
            ProviderError: The provider did not answer, or its turn did not come; nothing was changed.
            TimeoutError: The provider said nothing in time.
        """
        return await self._tokens.end_if_unused(grant_id, await self._provider_of(grant_id), last)

    async def _found(self, grant_id: UUID, organisation_id: str) -> ReachableOrganisation | None:
        reached = await self.of_grant(grant_id)
        return next((one for one in reached if one.organisation_id == organisation_id), None)

    async def _provider_of(self, grant_id: UUID) -> Provider:
        async with self._database.session() as session:
            return self._providers[(await session.get_one(Grant, grant_id)).provider]


class ReachActivities:
    """The base of activities that ask what logins reach, and store what follows from it.

    Args:
        database: Where it is written.
        reach: Asks providers what logins reach.
        now: The clock.
    """

    def __init__(self, database: Database, reach: GrantReader, now: Callable[[], datetime] = this_moment) -> None:
        self._database = database
        self._reach = reach
        self._now = now
