"""Every error of Xero's to its cause."""

from datetime import timedelta
from email.utils import format_datetime
from itertools import product

import httpx2
import orjson
import pytest

from contracts.words.causes import Cause
from providers.kit.oauth.token_endpoint import NotReached, TokenRefused
from providers.port.errors import AppRefused, NeedsPerson, ProviderError, RateLimited, SignedOut, Transient, Unavailable
from providers.xero.errors import classify, classify_identity, refuses_token
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
PASSES: tuple[type[ProviderError], Cause] = (Unavailable, Cause.PROVIDER_UNAVAILABLE)
QUERY = b'{"ErrorNumber":16,"Type":"QueryParseException","Message":"bad where"}'
EXPIRED = problem(401, "Unauthorized", "TokenExpired: token expired at 04/09/2023 05:16:59")
REFUSED = problem(401, "Unauthorized", "AuthenticationUnsuccessful")
NO_SCOPE = problem(401, "Unauthorized", "AuthorizationUnsuccessful")
NOT_MINE = problem(403, "Forbidden", "AuthenticationUnsuccessful")

ENDED = problem(403, "Forbidden", "SubscriptionEnded")
NOWHERE = problem(404, "Not Found", "ResourceNotFound")
CONFLICT = problem(409, "Conflict", "IdempotencyKeyInUse")
FAILED = problem(412, "Precondition Failed", "PreconditionFailed")
OWN_WORDS: dict[bytes, dict[int, tuple[type[ProviderError], Cause]]] = {
    VALIDATION: {400: (NeedsPerson, Cause.UNKNOWN), 401: PASSES, 403: (NeedsPerson, Cause.ACCESS_LOST)},
    QUERY: {400: (NeedsPerson, Cause.UNKNOWN), 401: PASSES, 403: (NeedsPerson, Cause.ACCESS_LOST)},
    EXPIRED: {401: PASSES},
    REFUSED: {401: PASSES},
    REFUSED.replace(b"Detail", b"detail").replace(b"Title", b"title").replace(b"Status", b"STATUS"): {401: PASSES},
    NO_SCOPE: {401: (NeedsPerson, Cause.PERMISSION_MISSING)},
    NO_SCOPE.replace(b"Detail", b"detail"): {401: (NeedsPerson, Cause.PERMISSION_MISSING)},
    b"\xef\xbb\xbf" + NO_SCOPE: {401: (NeedsPerson, Cause.PERMISSION_MISSING)},
    NOT_MINE: {403: (NeedsPerson, Cause.ACCESS_LOST)},
    ENDED: {403: (NeedsPerson, Cause.SUBSCRIPTION_ENDED)},
    problem(403, "Forbidden", "OrganisationSubscriptionExpired"): {403: (NeedsPerson, Cause.SUBSCRIPTION_ENDED)},
    problem(403, "Subscription ended", ""): {403: (NeedsPerson, Cause.SUBSCRIPTION_ENDED)},
    problem(403, "Forbidden", "Access denied due to invalid subscription key."): {
        403: (NeedsPerson, Cause.ACCESS_LOST)
    },
    NOWHERE: {404: (NeedsPerson, Cause.UNKNOWN)},
    CONFLICT: {409: (NeedsPerson, Cause.UNKNOWN)},
    FAILED: {412: (NeedsPerson, Cause.UNKNOWN)},
}
"""The API's own bodies, and what each means under the statuses that it is sent with; under others it is no answer."""

EDGE = [
    b"",
    b" ",
    b"[]",
    b"{}",
    b"null",
    b"<html><head><title>Authorization Required</title></head><body><h2>Authorization Required</h2></body></html>",
    b"<html><body><h1>403</h1>Gateway subscription quota, reference 18.44</body></html>",
    b"The subscription of this organisation has ended",
    b"AuthenticationUnsuccessful",
    b"The resource you're looking for cannot be found",
    b"Organisation offline",
    b'{"statusCode": 403, "message": "Access denied due to invalid subscription key."}',
    b'{"error": "invalid_grant"}',
    b'{"message": "Unauthorized"}',
    b'{"Title": "Forbidden", "Detail": "SubscriptionEnded"}',
    REFUSED[:-9],
    b"\xff\xfe\x00",
    b"[" * 5000,
]
STATUSES = [300, 301, 302, 304, 307, 308, *range(400, 430), 431, 451, 499, *range(500, 512), 520, 521, 524, 530, 599]
TYPES = [None, "application/json", "application/json; charset=utf-8", "text/html", "text/plain", "application/xml"]


def sent(content_type: str | None = None, **more: str) -> httpx2.Headers:
    headers = {"Xero-Correlation-Id": CORRELATION, **more}
    return httpx2.Headers(headers if content_type is None else {**headers, "Content-Type": content_type})


@pytest.mark.parametrize("content_type", TYPES)
def test_only_the_apis_own_words_give_a_status_its_meaning(clock: HandClock, content_type: str | None) -> None:
    for status, body in product(STATUSES, (*OWN_WORDS, *EDGE)):
        error = classify(status, sent(content_type), body, clock())
        kind, cause = OWN_WORDS.get(body, {}).get(status, PASSES)
        if body in (VALIDATION, QUERY) and 400 <= status < 500 and status not in (401, 403, 408):
            kind, cause = NeedsPerson, Cause.UNKNOWN
        if status == 429:
            kind, cause = RateLimited, Cause.RATE_LIMITED
        assert (type(error), error.cause) == (kind, cause), (status, body[:60])
        assert isinstance(error, Transient) is cause.is_transient
        assert f"HTTP {status}" in error.detail
        assert CORRELATION in error.detail
        assert "Ada" not in error.detail


def test_a_missing_scope_may_be_said_in_a_header(clock: HandClock) -> None:
    for said in ("insufficient_scope", 'Bearer error="insufficient_scope"'):
        header = sent(**{"www-authenticate": said})
        assert classify(401, header, REFUSED, clock()).cause is Cause.PERMISSION_MISSING
        assert classify(401, header, b"", clock()).cause is Cause.PROVIDER_UNAVAILABLE
        assert not refuses_token(401, header, REFUSED)


@pytest.mark.parametrize("content_type", TYPES)
def test_only_the_standards_words_end_a_login_or_accuse_the_app(clock: HandClock, content_type: str | None) -> None:
    meant: dict[bytes, tuple[type[ProviderError], Cause]] = {
        b'{"error":"invalid_grant"}': (SignedOut, Cause.SIGNED_OUT),
        b'\xef\xbb\xbf{"error":"invalid_grant","error_description":"caf\xe9"}': (SignedOut, Cause.SIGNED_OUT),
        b'{"error":"invalid_client"}': (AppRefused, Cause.APP_REFUSED),
        b'{"error":"unauthorized_client"}': (AppRefused, Cause.APP_REFUSED),
        b'{"error":"invalid_request"}': (TokenRefused, Cause.UNKNOWN),
        b'{"error":"invalid_scope"}': (TokenRefused, Cause.UNKNOWN),
        b'{"error":"unsupported_grant_type"}': (TokenRefused, Cause.UNKNOWN),
    }
    others = [b'{"error":"Forbidden"}', b'{"error":null}', b'{"error":{"code":"invalid_grant"}}', b"invalid_grant"]
    edge = (body for body in EDGE if body not in meant and b"invalid_grant" not in body)
    for status, body in product(STATUSES, (*meant, *others, *OWN_WORDS, *edge)):
        error = classify_identity(status, sent(content_type), body, clock())
        kind, cause = meant.get(body, PASSES) if 400 <= status < 500 else PASSES
        if (kind, cause) == PASSES and status < 500 and status != 408 and b'"error"' not in body:
            kind = NotReached  # not the endpoint's own way to refuse: it has seen nothing of the call
        if status == 429:
            kind, cause = RateLimited, Cause.RATE_LIMITED
        assert (type(error), error.cause) == (kind, cause), (status, body[:60])
        assert f"HTTP {status}" in error.detail, body[:60]
        assert "caf" not in error.detail


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
    for body in EDGE:
        assert not refuses_token(401, {}, body)


def test_a_correlation_id_cannot_carry_text(clock: HandClock) -> None:
    error = classify(500, {"xero-correlation-id": "ada@example.test\nA: b" + "x" * 500}, b"", clock())
    assert "@" not in error.detail
    assert len(error.detail) < 100
