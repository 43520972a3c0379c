"""Access tokens for activities: read, refreshed under the grant's lock, and saved before use.

A token never leaves this process's memory but for its sealed row.
"""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from models import grants
from models.columns import now as this_moment
from models.database import Database
from models.encryption import Sealer, StoredTokens
from providers.errors import SignedOut
from providers.port import Provider, TokenSet, TokenSource

REMEMBERED_GRANTS = 500
LEEWAY = timedelta(minutes=2)
"""A token this near to its end is refreshed first, so that it does not die in the middle of a pull."""

OLDEST = timedelta(days=1)
"""Xero's refresh tokens die after 60 days without use; a set is renewed long before."""


class Tokens:
    """The grants' tokens, remembered in this process while they are good.

    Args:
        database: Where the sealed tokens are.
        sealer: Opens and seals them.
        now: The clock.
    """

    def __init__(self, database: Database, sealer: Sealer, now: Callable[[], datetime] = this_moment) -> None:
        self._database = database
        self._sealer = sealer
        self._now = now
        self._remembered: OrderedDict[UUID, StoredTokens] = OrderedDict()

    def of(self, grant_id: UUID, provider: Provider, practice_id: UUID | None) -> TokenSource:
        """The token source of one grant, for a practice's calls; see ``TokenSource``."""
        return _GrantTokens(self, grant_id, provider, practice_id)

    async def access_token(self, grant_id: UUID, provider: Provider, rejected: str | None) -> str:
        """A token that is good now; see ``TokenSource``."""
        remembered = self._remembered.get(grant_id)
        if (
            remembered is not None
            and remembered.access_token != rejected
            and remembered.expires_at - LEEWAY > self._now()
        ):
            return remembered.access_token
        return await self._fresh(grant_id, provider, rejected, timedelta.max)

    async def keep_alive(self, grant_id: UUID, provider: Provider) -> None:
        """Refresh a token set that is a day old, so that its refresh token does not die of age.

        Raises:
            SignedOut: The grant is dead; only a new consent helps.
        """
        await self._fresh(grant_id, provider, None, OLDEST)

    async def _fresh(self, grant_id: UUID, provider: Provider, rejected: str | None, oldest: timedelta) -> str:
        self._remembered.pop(grant_id, None)

        async def refresh(old: StoredTokens) -> StoredTokens:
            return stored(await provider.refresh(usable(old)))

        fresh = await grants.fresh_tokens(
            self._database,
            self._sealer,
            grant_id,
            refresh,
            rejected=rejected,
            now=self._now,
            leeway=LEEWAY,
            oldest=oldest,
            dead=SignedOut,
        )
        self._remembered[grant_id] = fresh
        while len(self._remembered) > REMEMBERED_GRANTS:
            self._remembered.popitem(last=False)
        return fresh.access_token


class _GrantTokens:
    def __init__(self, tokens: Tokens, grant_id: UUID, provider: Provider, practice_id: UUID | None) -> None:
        self._tokens, self._grant_id, self._provider = tokens, grant_id, provider
        self.practice_id = practice_id

    async def access_token(self, rejected: str | None = None) -> str:
        return await self._tokens.access_token(self._grant_id, self._provider, rejected)


def usable(tokens: StoredTokens) -> TokenSet:
    """Stored tokens, as the provider takes them."""
    return TokenSet(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_at=tokens.expires_at,
        scope=tokens.scope,
        id_token=tokens.id_token,
    )


def stored(tokens: TokenSet) -> StoredTokens:
    """A provider's tokens, as they are stored."""
    return StoredTokens(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_at=tokens.expires_at,
        scope=tokens.scope,
        id_token=tokens.id_token,
    )
