"""Each answer of Sage's to its error."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from contracts.words.causes import Cause
from providers.kit.oauth.token_endpoint import NotReached, TokenRefused
from providers.port.errors import AppRefused, NeedsPerson, ProviderError, RateLimited, SignedOut, Unavailable
from providers.sage.errors import classify, classify_identity, refuses_token

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def said(code: str, message: str = "") -> bytes:
    return json.dumps([{"$severity": "error", "$dataCode": code, "$message": message, "$source": "base"}]).encode()


ENDED = said("AuthorizationFailure", "No active subscription. (MSE)")
DENIED = said("AuthorizationFailure", "Access denied.")


@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        (401, ENDED, Cause.SUBSCRIPTION_ENDED),
        (401, json.dumps(json.loads(ENDED)[0]).encode(), Cause.SUBSCRIPTION_ENDED),
        (401, DENIED, Cause.PROVIDER_UNAVAILABLE),
        (401, b"<html>", Cause.PROVIDER_UNAVAILABLE),
        (403, said("MultiUserAccessDenied"), Cause.ROLE_TOO_LOW),
        (403, b"<html>", Cause.PROVIDER_UNAVAILABLE),
        (403, b'{"message": "Forbidden"}', Cause.PROVIDER_UNAVAILABLE),
        (404, said("RecordNotFound"), Cause.UNKNOWN),
        (404, b"", Cause.PROVIDER_UNAVAILABLE),
        (404, said("UnexpectedError"), Cause.PROVIDER_UNAVAILABLE),
        (422, said("RecordInvalid"), Cause.UNKNOWN),
        (408, said("RecordInvalid"), Cause.PROVIDER_UNAVAILABLE),
        (500, said("UnexpectedError"), Cause.PROVIDER_UNAVAILABLE),
        (503, b"", Cause.PROVIDER_UNAVAILABLE),
    ],
)
def test_causes(status: int, body: bytes, cause: Cause) -> None:
    error = classify(status, {}, body, NOW)
    assert error.cause is cause
    assert isinstance(error, Unavailable if cause.is_transient else NeedsPerson)


def test_a_detail_repeats_known_words_only() -> None:
    error = classify(422, {"x_request_id": "ab-12<>"}, said("Mrs Alder's number", "Mrs Alder"), NOW)
    assert error.detail == "HTTP 422, request ab-12"


@pytest.mark.parametrize(
    ("headers", "limit", "wait"),
    [
        ({}, "app_concurrent", timedelta(seconds=5)),
        ({"retry-after": "30"}, "app_concurrent", timedelta(seconds=30)),
        ({"retry-after": "3600"}, "app_day", timedelta(hours=1)),
        ({"retry-after": "nonsense"}, "app_concurrent", timedelta(seconds=5)),
    ],
)
def test_a_429_always_has_an_end(headers: dict[str, str], limit: str, wait: timedelta) -> None:
    for error in (classify(429, headers, b"", NOW), classify_identity(429, headers, b"", NOW)):
        assert isinstance(error, RateLimited)
        assert (error.limit, error.retry_at) == (limit, NOW + wait)


@pytest.mark.parametrize(
    ("status", "body", "is_refused"),
    [
        (401, DENIED, True),
        (401, b'{"error": "invalid_token"}', True),
        (401, ENDED, False),
        (401, b"<html>", False),
        (401, b"", False),
        (403, DENIED, False),
        (200, DENIED, False),
    ],
)
def test_when_another_token_may_do(status: int, body: bytes, is_refused: bool) -> None:
    assert refuses_token(status, {}, body) is is_refused


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b'{"error": "invalid_grant"}', SignedOut),
        (401, b'{"error": "invalid_grant", "error_description": "dead"}', SignedOut),
        (400, b'{"error": "invalid_client"}', AppRefused),
        (401, b'{"error": "unauthorized_client"}', AppRefused),
        (400, b'{"error": "invalid_request"}', TokenRefused),
        (400, b'{"error": "a word of tomorrow"}', Unavailable),
        (500, b'{"error": "invalid_grant"}', Unavailable),
        (403, b"<html>", NotReached),
        (404, b"", NotReached),
        (408, b"", Unavailable),
        (502, b"<html>", Unavailable),
    ],
)
def test_only_one_word_signs_anybody_out(status: int, body: bytes, kind: type[ProviderError]) -> None:
    assert type(classify_identity(status, {}, body, NOW)) is kind
