"""The faults that the stand-in for Xero knows, and how Xero answers each."""

from enum import StrEnum

from emulators.kit.answers import JSON, TEXT
from emulators.kit.faults.faults import Catalogue, Fault, Refused
from emulators.xero.answers import INSUFFICIENT_SCOPE, problem, validation
from emulators.xero.limits import rate_limit_headers


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


TOO_MUCH = validation(
    51, "HighVolumeException", "Too many records for one request. Use paging with a filter or an optimised order."
)
SUBSCRIPTION_DETAIL = "SubscriptionEnded: the organisation's Xero subscription has ended"
"""Ours: what Xero sends for a lapsed subscription is not known."""


def _rate_limited(fault: Fault) -> Refused:
    wait = None if fault.problem == "concurrent" else 30
    if fault.seconds is not None:
        wait = max(1, round(fault.seconds))
    return Refused(429, rate_limit_headers(fault.problem, wait), b"")


_SPOILT = frozenset({Kind.SLOW_PAGES, Kind.MALFORMED_BODY, Kind.OTHER_PROFILE, Kind.SHORT_PAGE, Kind.EMPTY_LIST})
CATALOGUE = Catalogue(
    refusals={
        Kind.RATE_LIMITED: _rate_limited,
        Kind.ORGANISATION_OFFLINE: lambda _: Refused(503, [TEXT], b"Organisation offline"),
        Kind.SUBSCRIPTION_ENDED: lambda _: Refused(403, [JSON], problem("Forbidden", 403, SUBSCRIPTION_DETAIL)),
        Kind.ACCESS_REFUSED: lambda _: Refused(403, [JSON], problem("Forbidden", 403, "AuthenticationUnsuccessful")),
        Kind.HIGH_VOLUME: lambda _: Refused(400, [JSON], TOO_MUCH),
        Kind.PRECONDITION_FAILED: lambda _: Refused(
            412, [JSON], problem("Precondition Failed", 412, "PreconditionFailed")
        ),
        Kind.SCOPE_MISSING: lambda _: Refused(
            401, [JSON, INSUFFICIENT_SCOPE], problem("Unauthorized", 401, "AuthorizationUnsuccessful")
        ),
    },
    spoilt=_SPOILT,
    windows={Kind.DAY_LIMIT_REACHED: "day", Kind.MINUTE_LIMIT_REACHED: "minute"},
    elsewhere=frozenset({Kind.NO_CONNECTIONS}),
    about_books=_SPOILT
    | {
        Kind.ORGANISATION_OFFLINE,
        Kind.SUBSCRIPTION_ENDED,
        Kind.SCOPE_MISSING,
        Kind.ACCESS_REFUSED,
        Kind.PRECONDITION_FAILED,
        Kind.HIGH_VOLUME,
    },
    edge_address="https://xero.example/sorry",
)
