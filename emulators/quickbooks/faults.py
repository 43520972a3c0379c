"""The faults that the stand-in for QuickBooks knows, and how Intuit answers each."""

import time
from enum import StrEnum

from emulators.kit.faults.faults import Catalogue, Fault, Refused
from emulators.quickbooks.answers import (
    ANOTHER_REALM,
    BY_CODE,
    COMPANY_STATUS,
    FEATURE,
    MONTH_SPENT,
    SCOPE_MISSING,
    SYSTEM,
    THROTTLED,
    Error,
    refused,
)
from emulators.quickbooks.limits import wait_header

_HTML: tuple[bytes, bytes] = (b"content-type", b"text/html")


class Kind(StrEnum):
    """Every fault that can be asked for."""

    LATENCY = "latency"
    RATE_LIMITED = "rate_limited"
    MINUTE_LIMIT_REACHED = "minute_limit_reached"
    MONTH_LIMIT_REACHED = "month_limit_reached"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    DROP_CONNECTION = "drop_connection"
    DROP_REFRESH_RESPONSE = "drop_refresh_response"
    REVOKE_PERSON = "revoke_person"
    ACCESS_EXPIRED = "access_expired"
    ACCESS_REMOVED = "access_removed"
    ACCESS_REFUSED = "access_refused"
    SCOPE_MISSING = "scope_missing"
    DISCONNECTED = "disconnected"
    CLIENT_REFUSED = "client_refused"
    SIGN_IN_REFUSED = "sign_in_refused"
    SUBSCRIPTION_ENDED = "subscription_ended"
    NOT_ON_PLAN = "not_on_plan"
    FAULT_IN_200 = "fault_in_200"
    XML_ANSWER = "xml_answer"
    OTHER_COMPANY = "other_company"
    SLOW_PAGES = "slow_pages"
    MALFORMED_BODY = "malformed_body"
    SHORT_PAGE = "short_page"
    EMPTY_LIST = "empty_list"
    ROW_TWICE = "row_twice"
    EDGE_PAGE = "edge_page"
    ODD_CHARACTER = "odd_character"


def _refused(error: Error) -> Refused:
    headers, body = refused(error, time.time(), wants_json=True)
    return Refused(error.status, headers, body)


def _rate_limited(fault: Fault) -> Refused:
    error = MONTH_SPENT if fault.problem == "month" else THROTTLED
    answered = _refused(error._replace(is_xml=fault.problem == "xml"))
    return answered._replace(headers=[*answered.headers, *wait_header(fault.seconds)])


def _server_error(fault: Fault) -> Refused:
    """A fault of the service; a gateway or a server in front of it that has no answer shows a page."""
    if fault.status in (502, 503, 504):
        page = b"<html><head><title>%d</title></head><body><h1>We'll be back soon</h1></body></html>" % fault.status
        return Refused(fault.status, [_HTML], page)
    return _refused(SYSTEM._replace(status=fault.status))


def off_plan(fault: Fault) -> Error:
    """The error of a list that is not there."""
    return BY_CODE.get(int(fault.problem), FEATURE) if fault.problem.isdigit() else FEATURE


_SPOILT = frozenset(
    {
        Kind.FAULT_IN_200,
        Kind.XML_ANSWER,
        Kind.OTHER_COMPANY,
        Kind.SLOW_PAGES,
        Kind.MALFORMED_BODY,
        Kind.SHORT_PAGE,
        Kind.EMPTY_LIST,
        Kind.ROW_TWICE,
    }
)

CATALOGUE = Catalogue(
    refusals={
        Kind.RATE_LIMITED: _rate_limited,
        Kind.SUBSCRIPTION_ENDED: lambda _: _refused(COMPANY_STATUS),
        Kind.ACCESS_REFUSED: lambda _: _refused(ANOTHER_REALM),
        Kind.SCOPE_MISSING: lambda _: _refused(SCOPE_MISSING),
        Kind.NOT_ON_PLAN: lambda fault: _refused(off_plan(fault)),
        Kind.SERVER_ERROR: _server_error,
    },
    spoilt=_SPOILT,
    windows={Kind.MINUTE_LIMIT_REACHED: "minute"},
    elsewhere=frozenset({Kind.MONTH_LIMIT_REACHED}),
    about_books=_SPOILT
    | {
        Kind.SUBSCRIPTION_ENDED,
        Kind.ACCESS_REFUSED,
        Kind.SCOPE_MISSING,
        Kind.NOT_ON_PLAN,
        Kind.MINUTE_LIMIT_REACHED,
        Kind.MONTH_LIMIT_REACHED,
    },
    edge_address="https://quickbooks.example/sorry",
)
