"""Xero's client against a server in the same process, with a clock moved by hand."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import httpx2
import pytest

from providers.kit.oauth.token_sets import TokenSet, packed, unpacked
from providers.port.call_budget import Counter
from providers.port.credential import Credential
from providers.port.provider import ReachableOrganisation
from providers.port.shared import AnswerKey
from providers.xero.provider import Xero
from providers.xero.settings import XeroConfig
from tests.providers.clock import HandClock
from tests.providers.stand_in import API, CLIENT_ID, IDENTITY, SECRET, StandIn


@dataclass
class Allowance:
    """An app-wide allowance that counts what is taken out of it."""

    left: int = 1_000_000
    takes: list[int] = field(default_factory=list)

    async def take(self, counter: Counter, begins: datetime, calls: int, limit: int) -> int:
        given = min(calls, self.left)
        self.left -= given
        self.takes.append(calls)
        return given

    async def hold(
        self, counter: Counter, holder: UUID, *, in_use: int, wanted: int, limit: int, seconds: float
    ) -> int:
        return min(wanted, limit)


class Answers:
    """Answers for all, as processes share them."""

    def __init__(self) -> None:
        self.there: dict[AnswerKey, tuple[str, datetime]] = {}

    async def known(self, key: AnswerKey) -> tuple[str, datetime] | None:
        return self.there.get(key)

    async def keep(self, key: AnswerKey, answer: str, at: datetime) -> None:
        self.there[key] = (answer, at)


def held(access_token: str, refresh: str = "r", scope: tuple[str, ...] = ()) -> Credential:
    """A credential with these tokens in it."""
    secret = packed(TokenSet(access_token, refresh, scope))
    return Credential("user-1", "user-1", "Ada Marsh", secret, datetime(2026, 3, 2, 12, 0, tzinfo=UTC))


def paired(connection_id: str) -> ReachableOrganisation:
    """An organisation as the list has it, with this connection."""
    return ReachableOrganisation("organisation-1", "Alder & Finch", connection_id)


class Tokens:
    """A source that gives its access tokens in turn, the next one whenever one was refused."""

    practice_id: UUID | None = None

    def __init__(self, *tokens: str, scope: tuple[str, ...] = ()) -> None:
        self._tokens = list(tokens)
        self._scope = scope
        self.refused: list[str] = []

    async def credential(self, rejected: Credential | None = None) -> Credential:
        if rejected is not None:
            refused = unpacked(rejected.secret).access_token
            self.refused.append(refused)
            if refused == self._tokens[0] and len(self._tokens) > 1:
                self._tokens.pop(0)
        return held(self._tokens[0], scope=self._scope)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def allowance() -> Allowance:
    return Allowance()


@pytest.fixture
def server(clock: HandClock) -> StandIn:
    return StandIn(clock)


@pytest.fixture
def config() -> XeroConfig:
    return XeroConfig(CLIENT_ID, SECRET, IDENTITY, API)


@pytest.fixture
async def xero(server: StandIn, config: XeroConfig, allowance: Allowance, clock: HandClock) -> AsyncIterator[Xero]:
    provider = Xero(config, httpx2.AsyncClient(transport=httpx2.ASGITransport(server.app)), allowance, clock)
    yield provider
    await provider.close()
