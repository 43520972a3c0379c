"""The faults that the stand-in for Sage knows, and how Sage answers each."""

from enum import StrEnum

from emulators.kit.answers import JSON
from emulators.kit.faults.faults import Catalogue, Fault, Refused
from emulators.sage.answers import ROLE_TOO_LOW, SUBSCRIPTION_ENDED, UNEXPECTED, Error, written
from emulators.sage.limits import wait_header


class Kind(StrEnum):
    """Every fault that can be asked for."""

    LATENCY = "latency"
    RATE_LIMITED = "rate_limited"
    DAY_LIMIT_REACHED = "day_limit_reached"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    DROP_CONNECTION = "drop_connection"
    DROP_REFRESH_RESPONSE = "drop_refresh_response"
    REVOKE_PERSON = "revoke_person"
    ACCESS_EXPIRED = "access_expired"
    ACCESS_REMOVED = "access_removed"
    CLIENT_REFUSED = "client_refused"
    SIGN_IN_REFUSED = "sign_in_refused"
    SUBSCRIPTION_ENDED = "subscription_ended"
    ROLE_TOO_LOW = "role_too_low"
    NO_BUSINESSES = "no_businesses"
    OTHER_BUSINESS = "other_business"
    WITHOUT_ECHO = "without_echo"
    SLOW_PAGES = "slow_pages"
    MALFORMED_BODY = "malformed_body"
    SHORT_PAGE = "short_page"
    EMPTY_LIST = "empty_list"
    ROW_TWICE = "row_twice"
    EDGE_PAGE = "edge_page"
    ODD_CHARACTER = "odd_character"


def _refused(error: Error) -> Refused:
    return Refused(error.status, [JSON], written(error))


_SPOILT = frozenset(
    {
        Kind.OTHER_BUSINESS,
        Kind.WITHOUT_ECHO,
        Kind.SLOW_PAGES,
        Kind.MALFORMED_BODY,
        Kind.SHORT_PAGE,
        Kind.EMPTY_LIST,
        Kind.ROW_TWICE,
    }
)


def _rate_limited(fault: Fault) -> Refused:
    return Refused(429, wait_header(None if fault.seconds is None else max(1, round(fault.seconds))), b"")


CATALOGUE = Catalogue(
    refusals={
        Kind.RATE_LIMITED: _rate_limited,
        Kind.SUBSCRIPTION_ENDED: lambda _: _refused(SUBSCRIPTION_ENDED),
        Kind.ROLE_TOO_LOW: lambda _: _refused(ROLE_TOO_LOW),
        Kind.SERVER_ERROR: lambda fault: _refused(UNEXPECTED._replace(status=fault.status)),
    },
    spoilt=_SPOILT,
    windows={Kind.DAY_LIMIT_REACHED: "day"},
    elsewhere=frozenset({Kind.NO_BUSINESSES}),
    about_books=_SPOILT | {Kind.SUBSCRIPTION_ENDED, Kind.ROLE_TOO_LOW},
    edge_address="https://sage.example/sorry",
)
