"""Each answer of QuickBooks' to its error, in both shapes of its faults and without any."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from contracts.words.causes import Cause
from providers.kit.oauth.token_endpoint import NotReached, TokenRefused
from providers.port.errors import AppRefused, NeedsPerson, ProviderError, RateLimited, SignedOut, Unavailable
from providers.quickbooks.errors import classify, classify_identity, fault_in, refuses_token

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PAGE = b"<html><body>We'll be back soon</body></html>"


def service(code: str, kind: str = "ValidationFault", detail: str = "") -> bytes:
    error = {"Message": "A message", "Detail": detail, "code": code, "element": ""}
    return json.dumps({"Fault": {"Error": [error], "type": kind}, "time": "2026-03-02T04:00:00.000-08:00"}).encode()


def gateway(code: str, kind: str = "AUTHENTICATION", detail: str | None = None) -> bytes:
    error = {"message": f"message=Something; errorCode=00{code}; statusCode=401", "detail": detail, "code": code}
    fault = {"error": [{**error, "element": None}], "type": kind}
    return json.dumps({"warnings": None, "intuitObject": None, "fault": fault, "report": None, "time": 1}).encode()


XML = b"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<IntuitResponse time="2026-03-02T04:00:00.000-08:00" xmlns="http://schema.intuit.com/finance/v3">
<Fault type="AUTHENTICATION"><Error code="3200">
<Message>message=AuthenticationFailed; errorCode=003200; statusCode=401</Message></Error></Fault></IntuitResponse>"""
THROTTLED = XML.replace(b"AUTHENTICATION", b"SERVICE").replace(b"3200", b"3001")


@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        (401, gateway("3200"), Cause.PROVIDER_UNAVAILABLE),
        (401, gateway("3200", detail="Token expired: abc"), Cause.PROVIDER_UNAVAILABLE),
        (401, service("100", "AuthenticationFault"), Cause.PROVIDER_UNAVAILABLE),
        (401, service("130", "AuthenticationFault"), Cause.PROVIDER_UNAVAILABLE),
        (401, XML, Cause.PROVIDER_UNAVAILABLE),
        (401, PAGE, Cause.PROVIDER_UNAVAILABLE),
        (401, service("120", "AuthorizatonFault"), Cause.ACCESS_LOST),
        (403, gateway("3100", "AUTHORIZATION"), Cause.ACCESS_LOST),
        (403, service("3100", "AuthorizationFault"), Cause.ACCESS_LOST),
        (403, gateway("3100", "AUTHORIZATION", "…does not have sufficient scope"), Cause.PERMISSION_MISSING),
        (403, PAGE, Cause.PROVIDER_UNAVAILABLE),
        (400, service("5020"), Cause.NOT_ON_PLAN),
        (400, service("5030"), Cause.NOT_ON_PLAN),
        (403, service("5020"), Cause.NOT_ON_PLAN),
        (200, service("5030"), Cause.NOT_ON_PLAN),
        (400, service("6190"), Cause.SUBSCRIPTION_ENDED),
        (200, service("6190"), Cause.SUBSCRIPTION_ENDED),
        (200, service("120", "AuthorizatonFault"), Cause.ACCESS_LOST),
        (200, service("120", "AuthenticationFault"), Cause.ACCESS_LOST),
        (200, gateway("3100", "AUTHORIZATION"), Cause.ACCESS_LOST),
        (200, gateway("3100", "AUTHORIZATION", "…does not have sufficient scope"), Cause.PERMISSION_MISSING),
        (400, service("4000"), Cause.UNKNOWN),
        (400, service("610"), Cause.UNKNOWN),
        (400, service("7001"), Cause.UNKNOWN),
        (200, service("4001"), Cause.UNKNOWN),
        (200, service("10000", "SystemFault"), Cause.PROVIDER_UNAVAILABLE),
        (200, service("3200", "AuthenticationFault"), Cause.PROVIDER_UNAVAILABLE),
        (500, service("10000", "SystemFault"), Cause.PROVIDER_UNAVAILABLE),
        (500, gateway("3100", "AUTHORIZATION"), Cause.PROVIDER_UNAVAILABLE),
        (502, PAGE, Cause.PROVIDER_UNAVAILABLE),
        (404, b"", Cause.PROVIDER_UNAVAILABLE),
        (400, b'{"error": "words of somebody else"}', Cause.PROVIDER_UNAVAILABLE),
        (429, PAGE, Cause.RATE_LIMITED),
        (429, THROTTLED, Cause.RATE_LIMITED),
        (403, THROTTLED, Cause.RATE_LIMITED),
        (429, service("3001", "SERVICE"), Cause.RATE_LIMITED),
    ],
)
def test_causes(status: int, body: bytes, cause: Cause) -> None:
    error = classify(status, {}, body, NOW)
    assert error.cause is cause
    assert isinstance(error, NeedsPerson) is not cause.is_transient


@pytest.mark.parametrize("body", [b"", b"[]", b'{"Fault": "none"}', b'{"QueryResponse": {}}', PAGE, b"<?xml?><a/>"])
def test_what_is_no_fault(body: bytes) -> None:
    assert fault_in(body) is None


def test_a_detail_has_codes_and_the_id_for_support_and_no_word_of_a_record() -> None:
    body = service("610", detail="Mrs Alder's number")
    error = classify(400, {"intuit_tid": "1-65e3-ab_9<script>"}, body, NOW)
    assert error.detail == "HTTP 400, code 610, intuit_tid 1-65e3-ab_9script"
    assert classify(502, {"intuit_tid": "1-a"}, b"", NOW).detail == "HTTP 502, intuit_tid 1-a"


@pytest.mark.parametrize(
    ("headers", "limit", "wait"),
    [
        ({}, "minute", timedelta(minutes=1)),
        ({"retry-after": "30"}, "minute", timedelta(seconds=30)),
        ({"retry-after": "nonsense"}, "minute", timedelta(minutes=1)),
        ({"retry-after": "864000"}, "app_month", timedelta(days=10)),
    ],
)
def test_a_429_always_has_an_end(headers: dict[str, str], limit: str, wait: timedelta) -> None:
    for error in (classify(429, headers, b"", NOW), classify_identity(429, headers, b"", NOW)):
        assert isinstance(error, RateLimited)
        assert (error.limit, error.retry_at) == (limit, NOW + wait)


@pytest.mark.parametrize(
    ("status", "body", "is_refused"),
    [
        (401, gateway("3200"), True),
        (401, service("100", "AuthenticationFault"), True),
        (401, XML, True),
        (401, service("120", "AuthorizatonFault"), False),
        (401, PAGE, False),
        (401, b"", False),
        (403, gateway("3200"), False),
        (200, gateway("3200"), False),
    ],
)
def test_when_another_token_may_do(status: int, body: bytes, is_refused: bool) -> None:
    assert refuses_token(status, {}, body) is is_refused


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b'{"error": "invalid_grant"}', SignedOut),
        (400, b'{"error": "invalid_grant", "error_description": "Token invalid"}', SignedOut),
        (401, b'{"error": "invalid_client"}', AppRefused),
        (400, b'{"error": "unsupported_grant_type"}', TokenRefused),
        (400, b'{"error": "a word of tomorrow"}', Unavailable),
        (500, b'{"error": "invalid_grant"}', Unavailable),
        (403, PAGE, NotReached),
        (502, PAGE, Unavailable),
    ],
)
def test_only_one_word_signs_anybody_out(status: int, body: bytes, kind: type[ProviderError]) -> None:
    assert type(classify_identity(status, {}, body, NOW)) is kind
