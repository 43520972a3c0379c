"""What is wrong on purpose: faults that control adds, matched against calls and counted down."""

import itertools
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import NamedTuple


class Kind(StrEnum):
    """Every fault that can be asked for."""

    LATENCY = "latency"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    DROP_CONNECTION = "drop_connection"
    DROP_REFRESH_RESPONSE = "drop_refresh_response"
    ORGANISATION_OFFLINE = "organisation_offline"
    ACCESS_REMOVED = "access_removed"
    DISCONNECTED = "disconnected"
    SUBSCRIPTION_ENDED = "subscription_ended"
    SCOPE_MISSING = "scope_missing"
    ACCESS_REFUSED = "access_refused"
    PRECONDITION_FAILED = "precondition_failed"
    OTHER_PROFILE = "other_profile"
    SLOW_PAGES = "slow_pages"
    MALFORMED_BODY = "malformed_body"
    SHORT_PAGE = "short_page"
    EMPTY_LIST = "empty_list"
    HIGH_VOLUME = "high_volume"
    NO_CONNECTIONS = "no_connections"
    DAY_LIMIT_REACHED = "day_limit_reached"
    MINUTE_LIMIT_REACHED = "minute_limit_reached"
    REVOKE_PERSON = "revoke_person"
    CONNECTION_CAP = "connection_cap"
    EDGE_PAGE = "edge_page"
    ODD_CHARACTER = "odd_character"
    LISTED_TWICE = "listed_twice"
    CLIENT_REFUSED = "client_refused"
    REFRESH_TOKEN_LEFT_OUT = "refresh_token_left_out"  # noqa: S105  # a fault, no secret
    ACCESS_EXPIRED = "access_expired"


AT_ONCE = frozenset({Kind.DISCONNECTED, Kind.LISTED_TWICE, Kind.REVOKE_PERSON, Kind.ACCESS_EXPIRED})
"""Done the moment they are asked for; nothing of them stays active."""

WINDOWS = {Kind.DAY_LIMIT_REACHED: "day", Kind.MINUTE_LIMIT_REACHED: "minute"}
"""Take effect at the next call to the organisation, once: its window of that length is then used up for real."""

_NOT_CALLS = frozenset(
    {
        Kind.ACCESS_REMOVED,
        Kind.CONNECTION_CAP,
        Kind.DROP_REFRESH_RESPONSE,
        Kind.LATENCY,
        Kind.EDGE_PAGE,
        Kind.ODD_CHARACTER,
        Kind.CLIENT_REFUSED,
        Kind.REFRESH_TOKEN_LEFT_OUT,
        Kind.NO_CONNECTIONS,
        *AT_ONCE,
        *WINDOWS,
    }
)
"""Met elsewhere than where a call's plan is acted out."""
_TENANT_ONLY = frozenset(
    {
        Kind.ORGANISATION_OFFLINE,
        Kind.SUBSCRIPTION_ENDED,
        Kind.SCOPE_MISSING,
        Kind.ACCESS_REFUSED,
        Kind.PRECONDITION_FAILED,
        Kind.OTHER_PROFILE,
        Kind.SLOW_PAGES,
        Kind.MALFORMED_BODY,
        Kind.SHORT_PAGE,
        Kind.EMPTY_LIST,
        Kind.HIGH_VOLUME,
    }
)


@dataclass(slots=True)
class Fault:
    """One fault.

    Attributes:
        organisation_id: Only calls about this organisation; None for all.
        path: Only calls whose path contains this, in any case; None for all.
        person_id: For ``access_removed``, ``revoke_person`` and ``access_expired``: only this person.
        times: How often it still happens; None until it is taken away.
        seconds: How long: latency, Retry-After, timeout, spread of a slow page.
        status: Status of ``server_error`` and ``edge_page``.
        problem: Problem of ``rate_limited``: ``minute``, ``day``, ``appminute`` or ``concurrent``.
        page: What an ``edge_page`` says: ``html``, ``text``, ``nothing``, ``subscription`` (a page with that word) or
            ``gateway`` (JSON that is not Xero's).
        oddity: Of ``odd_character``: ``surrogate``, ``control``, ``byte_order_mark`` or ``latin1``.
    """

    fault_id: str
    kind: Kind
    organisation_id: str | None = None
    path: str | None = None
    person_id: str | None = None
    times: int | None = None
    seconds: float | None = None
    status: int = 500
    problem: str = "minute"
    page: str = "html"
    oddity: str = "surrogate"


class Plan(NamedTuple):
    """What a call has to go through.

    Attributes:
        delay: Seconds to wait first.
        fault: What goes wrong then; None if nothing does.
    """

    delay: float
    fault: Fault | None


class Faults:
    """The active faults, oldest first.

    Args:
        seed: Decides the jitter of latencies.
        latency: Mean seconds before every API answer, besides faults.
    """

    def __init__(self, seed: int, latency: float) -> None:
        self.latency = latency
        self._jitter = Random(seed)  # noqa: S311  # spread of waits, no secret
        self._ids = itertools.count(1)
        self._active: dict[str, Fault] = {}

    def new_id(self) -> str:
        """An id for a fault about to be added."""
        return f"fault-{next(self._ids)}"

    def add(self, fault: Fault) -> None:
        """Make a fault active."""
        self._active[fault.fault_id] = fault

    def active(self) -> list[Fault]:
        """All active faults."""
        return list(self._active.values())

    def clear(self, fault_id: str | None = None) -> bool:
        """Take away one fault, or (None) all.

        Returns:
            Whether there was any.
        """
        if fault_id is not None:
            return self._active.pop(fault_id, None) is not None
        had_any = bool(self._active)
        self._active.clear()
        return had_any

    def plan(self, path: str, organisation_id: str | None = None) -> Plan:
        """What this call has to go through; what it meets is counted down."""
        delay = self._spread(self.latency) if self.latency else 0.0
        if not self._active:
            return Plan(delay, None)
        met: Fault | None = None
        for fault in self._matching(path, organisation_id):
            if fault.kind is Kind.LATENCY:
                delay += self._spread(fault.seconds or 1.0)
                self._count_down(fault)
            elif met is None and fault.kind not in _NOT_CALLS:
                met = fault
        if met:
            self._count_down(met)
        return Plan(delay, met)

    def take(self, kind: Kind, path: str = "", organisation_id: str | None = None) -> Fault | None:
        """The oldest fault of one kind that fits, counted down."""
        if not self._active:
            return None
        for fault in self._matching(path, organisation_id):
            if fault.kind is kind:
                self._count_down(fault)
                return fault
        return None

    def hides(self, person_id: str, organisation_id: str) -> bool:
        """Whether the person has lost access to the organisation."""
        return any(
            fault.kind is Kind.ACCESS_REMOVED
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
            and (organisation_id is not None or fault.kind not in _TENANT_ONLY)
        ]

    def _count_down(self, fault: Fault) -> None:
        if fault.times is None:
            return
        fault.times -= 1
        if fault.times <= 0:
            self._active.pop(fault.fault_id, None)

    def _spread(self, mean: float) -> float:
        return mean * (0.5 + self._jitter.random())
