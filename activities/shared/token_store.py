"""Credentials for activities: read, refreshed with the grant's lease, and saved before use.

A secret never leaves this process's memory but for its sealed row.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from uuid import UUID

from activities.delivery.operators import Operators
from models.grants.fresh_tokens import fresh_tokens, good_tokens
from models.grants.leases import LoginBusy
from models.grants.tables import Grant
from models.kit.columns import now as this_moment
from models.kit.database import Database
from models.kit.sealing import Sealer
from models.night import endings
from models.night.endings import LastConnection
from providers.port.credential import Credential, CredentialSource
from providers.port.errors import AppRefused, HeldUp, ProviderError, SignedOut, SignInEnded, Unavailable
from providers.port.provider import Provider

REMEMBERED_GRANTS = 500


class TokenStore:
    """The grants' credentials, remembered in this process while they are good.

    Args:
        database: Where the sealed secrets are.
        sealer: Opens and seals them.
        now: The clock.
        operators: Those who run this installation; told when the provider refuses our app.
    """

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        now: Callable[[], datetime] = this_moment,
        operators: Operators | None = None,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._now = now
        self._operators = operators or Operators(database, now=now)
        self._remembered: OrderedDict[UUID, Credential] = OrderedDict()
        self._asking: dict[tuple[UUID, bytes | None, timedelta], asyncio.Task[Credential]] = {}

    def of(
        self, grant_id: UUID, provider: Provider, practice_id: UUID | None, *, is_looked_up: bool = False
    ) -> CredentialSource:
        """The credential source of one grant, for a practice's calls; see ``CredentialSource``.

        Args:
            grant_id: Which grant.
            provider: Who gave it.
            practice_id: For whom calls are made.
            is_looked_up: What is remembered of it was stored just now; see ``look_up``.
        """
        return _GrantTokens(self, grant_id, provider, practice_id, has_begun=is_looked_up)

    async def look_up(self, grant_ids: Collection[UUID], provider: Provider) -> None:
        """Remember what is stored of several grants, in one statement, where each has to be looked up to begin."""
        if not provider.capabilities.takes_over:
            return
        found = await good_tokens(
            self._database,
            self._sealer,
            grant_ids,
            opened=credential_of,
            now=self._now,
            leeway=provider.capabilities.leeway,
        )
        for grant_id in grant_ids:
            self._remembered.pop(grant_id, None)
        for grant_id, credential in found.items():
            self._remember(grant_id, credential)

    async def credential(
        self, grant_id: UUID, provider: Provider, rejected: Credential | None, *, is_first: bool = False
    ) -> Credential:
        """A credential that is good now; see ``CredentialSource``.

        Where a sign-in ends the one before, whoever gave it, what is remembered may be somebody else's who can open
        more or less: whoever begins (``is_first``) gets what is stored, which has the latest sign-in.
        """
        remembered = self._remembered.get(grant_id)
        refused = None if rejected is None else rejected.secret
        if (
            remembered is not None
            and not (is_first and provider.capabilities.takes_over)
            and remembered.secret != refused
            and remembered.access_expires_at - provider.capabilities.leeway > self._now()
        ):
            return remembered
        return await self._fresh(grant_id, provider, refused, timedelta.max)

    async def keep_alive(self, grant_id: UUID, provider: Provider) -> None:
        """Refresh a credential that is old enough for it, so that its refresh token does not die of age.

        Raises:
            ProviderError: See ``_fresh``.
        """
        await self._fresh(grant_id, provider, None, provider.capabilities.renewed_at_age)

    async def end_if_unused(self, grant_id: UUID, provider: Provider, last: LastConnection | None = None) -> bool:
        """End a login at its provider and forget its secret, if nothing uses it; returns whether it was ended.

        Who signs in with it meanwhile is not ended by what was decided before. What ``last`` is, see ``endings``.

        Raises:
            ProviderError: The provider did not answer, or its turn did not come; everything stays as it was, for
                another try.
            TimeoutError: The provider said nothing in time.
        """
        self._remembered.pop(grant_id, None)

        async def end(grant: Grant, secret: bytes) -> None:
            try:
                await provider.revoke(credential_of(grant, secret))
            except SignedOut:
                return  # it had ended already

        try:
            return await endings.end_if_unused(self._database, self._sealer, grant_id, end, now=self._now, last=last)
        except LoginBusy as error:
            raise HeldUp(str(error)) from None

    async def _fresh(self, grant_id: UUID, provider: Provider, rejected: bytes | None, oldest: timedelta) -> Credential:
        """A credential that is good now; who asks while the same is being asked for gets the same answer.

        The lists of a client are read at once: where the provider says nothing for half a minute, they must not wait
        for it one after another.

        Raises:
            SignedOut: The grant is dead; only a new consent helps.
            AppRefused: The provider refuses our app's secret.
            HeldUp: Others of our own were waited for too long.
            ProviderError: The provider did not answer; the grant stays as it was.
        """
        key = (grant_id, rejected, oldest)
        if (asking := self._asking.get(key)) is None:
            asking = asyncio.create_task(self._ask(grant_id, provider, rejected, oldest))
            self._asking[key] = asking
            asking.add_done_callback(lambda done: self._asked(key, done))
        try:
            return await asyncio.shield(asking)
        except ProviderError as error:
            raise error.with_traceback(None) from None

    def _asked(self, key: tuple[UUID, bytes | None, timedelta], done: asyncio.Task[Credential]) -> None:
        self._asking.pop(key, None)
        if not done.cancelled():
            done.exception()  # looked at here, since everybody who asked may have been cancelled

    async def _ask(self, grant_id: UUID, provider: Provider, rejected: bytes | None, oldest: timedelta) -> Credential:
        self._remembered.pop(grant_id, None)
        is_new = False

        async def refresh(old: Credential) -> Credential:
            nonlocal is_new
            newer = await provider.refresh(old)
            is_new = True
            return newer

        try:
            fresh = await fresh_tokens(
                self._database,
                self._sealer,
                grant_id,
                refresh,
                opened=credential_of,
                rejected=rejected,
                now=self._now,
                leeway=provider.capabilities.leeway,
                oldest=oldest,
                dead=SignedOut,
            )
        except TimeoutError:
            raise Unavailable("identity service: no answer in time") from None
        except LoginBusy as error:
            raise HeldUp(str(error)) from None
        except SignedOut as dead:
            raise await self._why(grant_id, dead) from None
        except AppRefused as error:
            await self._operators.app_refused(provider, error.detail)
            raise
        if is_new:
            await self._operators.app_accepted(provider)
        self._remember(grant_id, fresh)
        return fresh

    def _remember(self, grant_id: UUID, credential: Credential) -> None:
        self._remembered[grant_id] = credential
        while len(self._remembered) > REMEMBERED_GRANTS:
            self._remembered.popitem(last=False)

    async def _why(self, grant_id: UUID, dead: SignedOut) -> SignedOut:
        """The same, or that its time is over for good."""
        async with self._database.session() as session:
            ends_at = (await session.get_one(Grant, grant_id)).ends_at
        return SignInEnded(dead.detail) if ends_at is not None and ends_at <= self._now() else dead


class _GrantTokens:
    def __init__(
        self, tokens: TokenStore, grant_id: UUID, provider: Provider, practice_id: UUID | None, *, has_begun: bool
    ) -> None:
        self._tokens, self._grant_id, self._provider = tokens, grant_id, provider
        self._has_begun = has_begun
        self.practice_id = practice_id

    async def credential(self, rejected: Credential | None = None) -> Credential:
        is_first = not self._has_begun
        found = await self._tokens.credential(self._grant_id, self._provider, rejected, is_first=is_first)
        self._has_begun = True
        return found


def credential_of(grant: Grant, secret: bytes) -> Credential:
    """A grant's credential, as its provider takes it."""
    return Credential(
        account_key=grant.account_key,
        person=grant.person,
        label=grant.label,
        secret=secret,
        access_expires_at=grant.access_expires_at,
        refresh_expires_at=grant.refresh_expires_at,
        ends_at=grant.ends_at,
        region=grant.region,
    )
