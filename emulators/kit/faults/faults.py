"""Active faults, which control calls add: matched with calls and counted down.

A catalogue says which kinds of faults a platform has.
"""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from emulators.kit.answers import Headers

# Kinds that every stand-in has the same way; its catalogue adds those of its own.
LATENCY = "latency"
SERVER_ERROR = "server_error"
RATE_LIMITED = "rate_limited"
TIMEOUT = "timeout"
DROP_CONNECTION = "drop_connection"
EDGE_PAGE = "edge_page"
ODD_CHARACTER = "odd_character"
DROP_REFRESH_RESPONSE = "drop_refresh_response"
REFRESH_TOKEN_LEFT_OUT = "refresh_token_left_out"  # noqa: S105  # a fault, no secret
CLIENT_REFUSED = "client_refused"
ACCESS_REMOVED = "access_removed"
DISCONNECTED = "disconnected"
LISTED_TWICE = "listed_twice"
REVOKE_PERSON = "revoke_person"
ACCESS_EXPIRED = "access_expired"
CONNECTION_CAP = "connection_cap"
SIGN_IN_REFUSED = "sign_in_refused"

AT_ONCE = frozenset({DISCONNECTED, LISTED_TWICE, REVOKE_PERSON, ACCESS_EXPIRED})
"""Done the moment they are asked for; nothing of them stays active."""

_ELSEWHERE = frozenset(
    {
        ACCESS_REMOVED,
        CONNECTION_CAP,
        SIGN_IN_REFUSED,
        DROP_REFRESH_RESPONSE,
        LATENCY,
        EDGE_PAGE,
        ODD_CHARACTER,
        CLIENT_REFUSED,
        REFRESH_TOKEN_LEFT_OUT,
        *AT_ONCE,
    }
)


@dataclass(slots=True)
class Fault:
    """One fault.

    Attributes:
        kind: A kind of the platform's catalogue.
        organisation_id: Only calls about this organisation; None for all.
        path: Only calls whose path contains this, in any case; None for all.
        person_id: For ``access_removed``, ``revoke_person``, ``access_expired`` and ``sign_in_refused``: only this
            person.
        times: How often it still happens; None until it is ended.
        seconds: How long: latency, Retry-After, timeout, spread of a slow page.
        status: Status of the answer, for ``server_error`` and ``edge_page``.
        problem: Which limit ``rate_limited`` names, or with which error ``sign_in_refused`` comes back.
        page: The answer of an ``edge_page``: ``html``, ``text``, ``nothing``, ``subscription`` (a page with that word)
            or ``gateway`` (JSON that is not the platform's).
        oddity: Of ``odd_character``: ``surrogate``, ``control``, ``byte_order_mark`` or ``latin1``.
        met: How many calls have met it so far.
    """

    fault_id: str
    kind: str
    organisation_id: str | None = None
    path: str | None = None
    person_id: str | None = None
    times: int | None = None
    seconds: float | None = None
    status: int = 500
    problem: str = "minute"
    page: str = "html"
    oddity: str = "surrogate"
    met: int = 0


class Refused(NamedTuple):
    """The answer for a fault that refuses calls."""

    status: int
    headers: Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The faults that a stand-in knows, besides those above.

    Attributes:
        refusals: How each that is answered in place of the real answer is answered.
        spoilt: Answered as usual, and with something wrong in the answer.
        windows: Take effect at the next call to the organisation, once: its window of that name is then used up.
        elsewhere: Met elsewhere than where a call's plan is acted out.
        about_books: Only calls about an organisation's books meet them.
        edge_address: Where a redirect of the edge leads.
    """

    refusals: Mapping[str, Callable[[Fault], Refused]]
    spoilt: frozenset[str] = frozenset()
    windows: Mapping[str, str] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()
    about_books: frozenset[str] = frozenset()
    edge_address: str = "https://edge.example/sorry"


class CallPlan(NamedTuple):
    """What happens to one call.

    Attributes:
        delay: Seconds to wait first.
        fault: The fault to carry out after that; None for none.
    """

    delay: float
    fault: Fault | None


class Faults:
    """The active faults, oldest first.

    Args:
        catalogue: Those of the platform.
        seed: Decides the jitter of latencies.
        latency: Mean seconds before every API answer, besides faults.

    Attributes:
        added: All that were ever made active, those that have ended too.
    """

    def __init__(self, catalogue: Catalogue, seed: int, latency: float) -> None:
        self.catalogue = catalogue
        self.latency = latency
        self._not_acted_out = _ELSEWHERE | catalogue.elsewhere | catalogue.windows.keys()
        self._jitter = Random(seed)  # noqa: S311  # spread of waits, no secret
        self._ids = itertools.count(1)
        self._active: dict[str, Fault] = {}
        self.added: list[Fault] = []

    def new_id(self) -> str:
        """An id for a fault about to be added."""
        return f"fault-{next(self._ids)}"

    def add(self, fault: Fault) -> None:
        """Make a fault active."""
        self._active[fault.fault_id] = fault
        self.added.append(fault)

    def any(self) -> bool:
        """Whether any fault is active."""
        return bool(self._active)

    def active(self) -> list[Fault]:
        """All active faults."""
        return list(self._active.values())

    def clear(self, fault_id: str | None = None) -> bool:
        """End one fault, or (None) all.

        Returns:
            Whether there was any.
        """
        if fault_id is not None:
            return self._active.pop(fault_id, None) is not None
        had_any = bool(self._active)
        self._active.clear()
        return had_any

    def plan(self, path: str, organisation_id: str | None = None) -> CallPlan:
        """What happens to this call; a fault that it meets is counted down."""
        delay = self._spread(self.latency) if self.latency else 0.0
        if not self._active:
            return CallPlan(delay, None)
        met: Fault | None = None
        for fault in self._matching(path, organisation_id):
            if fault.kind == LATENCY:
                delay += self._spread(fault.seconds or 1.0)
                self._count(fault)
            elif met is None and fault.kind not in self._not_acted_out:
                met = fault
        if met:
            self._count(met)
        return CallPlan(delay, met)

    def take(
        self, kind: str, path: str = "", organisation_id: str | None = None, *, person_id: str | None = None
    ) -> Fault | None:
        """The oldest active fault of one kind that fits a call, and a person if one is named; it is counted down."""
        if not self._active:
            return None
        for fault in self._matching(path, organisation_id):
            if fault.kind == kind and (person_id is None or fault.person_id in (None, person_id)):
                self._count(fault)
                return fault
        return None

    def hides(self, person_id: str, organisation_id: str) -> bool:
        """Whether the person has lost access to the organisation."""
        return any(
            fault.kind == ACCESS_REMOVED
            and fault.organisation_id in (None, organisation_id)
            and fault.person_id in (None, person_id)
            for fault in self._active.values()
        )

    def _matching(self, path: str, organisation_id: str | None) -> list[Fault]:
        return [
            fault
            for fault in self._active.values()
            if (fault.organisation_id is None or fault.organisation_id == organisation_id)
            and (fault.path is None or fault.path.lower() in path.lower())
            and (organisation_id is not None or fault.kind not in self.catalogue.about_books)
        ]

    def _count(self, fault: Fault) -> None:
        fault.met += 1
        if fault.times is None:
            return
        fault.times -= 1
        if fault.times <= 0:
            self._active.pop(fault.fault_id, None)

    def _spread(self, mean: float) -> float:
        return mean * (0.5 + self._jitter.random())
