"""Every error of Xero's to its cause."""

from datetime import timedelta
from email.utils import format_datetime

import httpx2
import orjson
import pytest

from contracts.causes import Cause
from providers.errors import NeedsPerson, RateLimited, SignedOut, Transient, Unavailable
from providers.xero.errors import classify, refuses_token
from tests.providers.clock import HandClock

CORRELATION = "1b4a0c52-6b1e-4d0b-8a0e-3d2f8b8a7f11"


def problem(status: int, title: str, detail: str) -> bytes:
    return orjson.dumps(
        {"Type": None, "Title": title, "Status": status, "Detail": detail, "Instance": "x", "Extensions": {}}
    )


VALIDATION = orjson.dumps(
    {
        "ErrorNumber": 10,
        "Type": "ValidationException",
        "Message": "A validation exception occurred",
        "Elements": [{"Name": "Ada Marsh", "ValidationErrors": [{"Message": "no"}]}],
    }
)
QUERY = b'{"ErrorNumber":16,"Type":"QueryParseException","Message":"bad where"}'
EXPIRED = problem(401, "Unauthorized", "TokenExpired: token expired at 04/09/2023 05:16:59")
REFUSED = problem(401, "Unauthorized", "AuthenticationUnsuccessful")
NO_SCOPE = problem(401, "Unauthorized", "AuthorizationUnsuccessful")
NOT_MINE = problem(403, "Forbidden", "AuthenticationUnsuccessful")

TABLE = [
    (400, {}, VALIDATION, NeedsPerson, Cause.UNKNOWN),
    (400, {}, QUERY, NeedsPerson, Cause.UNKNOWN),
    (401, {}, EXPIRED, SignedOut, Cause.SIGNED_OUT),
    (401, {}, REFUSED, SignedOut, Cause.SIGNED_OUT),
    (401, {}, b"", SignedOut, Cause.SIGNED_OUT),
    (401, {}, REFUSED.replace(b"Detail", b"detail").replace(b"Title", b"title"), SignedOut, Cause.SIGNED_OUT),
    (401, {}, NO_SCOPE, NeedsPerson, Cause.PERMISSION_MISSING),
    (401, {}, NO_SCOPE.replace(b"Detail", b"detail"), NeedsPerson, Cause.PERMISSION_MISSING),
    (401, {"WWW-Authenticate": "insufficient_scope"}, b"", NeedsPerson, Cause.PERMISSION_MISSING),
    (
        *(401, {"www-authenticate": 'Bearer error="insufficient_scope"'}, REFUSED, NeedsPerson),
        Cause.PERMISSION_MISSING,
    ),
    (403, {}, NOT_MINE, NeedsPerson, Cause.ACCESS_LOST),
    (403, {}, b"", NeedsPerson, Cause.ACCESS_LOST),
    (403, {}, b"[]", NeedsPerson, Cause.ACCESS_LOST),
    (
        *(403, {}, problem(403, "Forbidden", "OrganisationSubscriptionExpired"), NeedsPerson),
        Cause.SUBSCRIPTION_ENDED,
    ),
    (403, {}, problem(403, "Subscription ended", ""), NeedsPerson, Cause.SUBSCRIPTION_ENDED),
    (403, {}, b"The subscription of this organisation is inactive", NeedsPerson, Cause.SUBSCRIPTION_ENDED),
    (403, {}, b"<html>Access denied</html>", Unavailable, Cause.PROVIDER_UNAVAILABLE),
    (404, {}, b"The resource you're looking for cannot be found", NeedsPerson, Cause.UNKNOWN),
    (408, {}, b"", Unavailable, Cause.PROVIDER_UNAVAILABLE),
    (412, {}, b"", NeedsPerson, Cause.UNKNOWN),
    (302, {"location": "https://elsewhere.test"}, b"", NeedsPerson, Cause.UNKNOWN),
    (429, {}, b"", RateLimited, Cause.RATE_LIMITED),
    (500, {}, b"", Unavailable, Cause.PROVIDER_UNAVAILABLE),
    (501, {}, b"", Unavailable, Cause.PROVIDER_UNAVAILABLE),
    (503, {}, b"Organisation offline", Unavailable, Cause.PROVIDER_UNAVAILABLE),
    (503, {}, b"The API is not available", Unavailable, Cause.PROVIDER_UNAVAILABLE),
]


@pytest.mark.parametrize(("status", "headers", "body", "kind", "cause"), TABLE)
def test_each_answer_has_its_cause(
    clock: HandClock, status: int, headers: dict[str, str], body: bytes, kind: type, cause: Cause
) -> None:
    sent = httpx2.Headers({**headers, "Xero-Correlation-Id": CORRELATION})
    error = classify(status, sent, body, clock())
    assert type(error) is kind
    assert error.cause is cause
    assert isinstance(error, Transient) is cause.is_transient
    assert f"HTTP {status}" in error.detail
    assert CORRELATION in error.detail
    assert "Ada" not in error.detail


@pytest.mark.parametrize(
    ("name", "seconds", "limit", "waits"),
    [
        ("minute", "17", "minute", 17),
        ("Minute", "17", "minute", 17),
        ("day", "66975", "day", 66_975),
        ("Daily", "45461", "day", 45_461),
        ("appminute", "30", "app_minute", 30),
        ("AppMinute", None, "app_minute", 50),
        ("concurrent", None, "concurrent", 2),
        ("concurrent", "5", "concurrent", 5),
        ("minute", None, "minute", 60),
        ("day", None, "day", 3_600),
        (None, "66975", "day", 66_975),
        (None, "20", "minute", 20),
        ("somethingnew", "20", "minute", 20),
        (None, None, "minute", 60),
        ("minute", "0", "minute", 1),
        ("minute", "-3", "minute", 1),
        ("minute", "nan", "minute", 60),
        ("minute", "soon", "minute", 60),
        ("day", "1e300", "day", 3_600),
        ("day", "9999999999", "day", 172_800),
    ],
)
def test_each_limit_lifts_when_xero_says(
    clock: HandClock, name: str | None, seconds: str | None, limit: str, waits: float
) -> None:
    headers = {"x-rate-limit-problem": name, "retry-after": seconds}
    error = classify(429, httpx2.Headers({k: v for k, v in headers.items() if v}), b"", clock())
    assert isinstance(error, RateLimited)
    assert (error.limit, error.is_long) == (limit, limit == "day")
    assert error.retry_at == clock() + timedelta(seconds=waits)


def test_a_date_to_come_back_at(clock: HandClock) -> None:
    later = clock() + timedelta(minutes=3)
    error = classify(503, {"retry-after": format_datetime(later, usegmt=True)}, b"", clock())
    assert error.retry_at == later


def test_only_a_token_that_was_refused_is_worth_a_newer_one() -> None:
    assert refuses_token(401, {}, EXPIRED)
    assert refuses_token(401, {}, REFUSED)
    assert not refuses_token(401, {}, NO_SCOPE)
    assert not refuses_token(403, {}, NOT_MINE)


def test_a_correlation_id_cannot_carry_text(clock: HandClock) -> None:
    error = classify(500, {"xero-correlation-id": "ada@example.test\nA: b" + "x" * 500}, b"", clock())
    assert "@" not in error.detail
    assert len(error.detail) < 100
