"""Which of our errors an answer of Xero's is: the one place that knows Xero's statuses, headers and error bodies.

A status counts only where Xero's own JSON stands under it: what stands in front of Xero answers with pages, with plain
text or with nothing, under any status, and the same call works minutes later. So whatever is not named here passes by
itself. Of the Connections and Accounting APIs, with their own JSON:

    400  HighVolumeException                                                too_many_records
    400, 404, 409, 412 …                                                   unknown
    401  Detail AuthorizationUnsuccessful, or insufficient_scope            permission_missing
    401  anything else (TokenExpired, AuthenticationUnsuccessful)           Unavailable: another token may do
    403  whose Title or Detail says that the subscription has ended         subscription_ended
    403  anything else (organisation unknown, or not connected by this user)  access_lost

Of the token and revocation endpoints, with an error word of the OAuth standard under a 4xx:

    invalid_grant                                                           SignedOut: the only thing that says so
    invalid_client, unauthorized_client                                     AppRefused
    invalid_request, invalid_scope, unsupported_grant_type                  TokenRefused

and without any error word under a 3xx or 4xx, NotReached: an Unavailable of which the endpoint has seen nothing.

Of both: 429 is RateLimited by X-Rate-Limit-Problem, until Retry-After; everything else is Unavailable.

An access token is given one more chance before a 401 is an error; that happens in ``api``, not here. Only words of a
known set are copied from an error body into ``detail``: bodies can hold records.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from contracts.words.causes import Cause
from providers.kit.json_bodies import read_if_json
from providers.kit.oauth.token_endpoint import refusal
from providers.kit.refusals import described
from providers.kit.windows import Unit, end_of, retry_after
from providers.port.errors import NeedsPerson, ProviderError, RateLimited, Unavailable

_LIMITS = {
    "minute": "minute",
    "day": "day",
    "daily": "day",
    "concurrent": "concurrent",
    "appminute": "app_minute",
    "app_minute": "app_minute",
    "app-minute": "app_minute",
}
_LONG_SECONDS = 600
"""A wait longer than this can only be a day limit: every other window is one minute."""

_CONCURRENT_WAIT = timedelta(seconds=2)
"""Xero may send no Retry-After for calls at once; they end when another call does, so soon."""

_MINUTE_WAIT = timedelta(minutes=1)
"""Where Xero does not say when an organisation's calls of a minute are given again: by then they all are."""

_DAY_LOOKED_AT_AGAIN = timedelta(hours=1)
"""Where Xero does not say when a day's calls are given again. They are not at midnight UTC: the first call that works
tells."""

_LONGEST_WAIT = timedelta(days=2)
"""No limit of Xero's is longer than a day; a greater Retry-After is a mistake."""

_KNOWN_DETAILS = ("TokenExpired", "AuthenticationUnsuccessful", "AuthorizationUnsuccessful", "SubscriptionEnded")

_SUBSCRIPTION_ENDED = re.compile(r"subscription.{0,40}(end|expir|inactive|laps|cancel|suspend)", re.IGNORECASE)
"""How Xero says it is not known; the word alone means other things, such as a gateway's subscription key."""

_TOO_MANY = "highvolumeexception"


def classify(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderError:
    """The error for an answer of the Connections or Accounting API.

    Args:
        status: HTTP status, not a success.
        headers: Response headers, compared without case (as ``httpx2.Headers`` does).
        body: Response body, decoded from any compression.
        now: When it came, aware.

    Returns:
        The error, to be raised by the caller. Sources: Xero's pages on limits and on HTTP response codes.
    """
    words = _own_words(status, body)
    detail = _describe(status, headers, words or "")
    if status == 429:
        limit, retry_at = limit_hit(headers, now)
        return RateLimited(limit, retry_at, f"{detail}, {limit} limit")
    if words is None or not 400 <= status < 500 or status == 408:
        page = ", not the API's own answer" if words is None and status < 500 else ""
        return Unavailable(f"{detail}{page}", retry_at=retry_after(headers, now, _LONGEST_WAIT))
    if status == 401:
        if _lacks_scope(headers, words):
            return NeedsPerson(Cause.PERMISSION_MISSING, detail)
        return Unavailable(detail)
    if status == 403:
        if _SUBSCRIPTION_ENDED.search(words):
            return NeedsPerson(Cause.SUBSCRIPTION_ENDED, detail)
        return NeedsPerson(Cause.ACCESS_LOST, detail)
    if status == 400 and _TOO_MANY in words.lower():
        return NeedsPerson(Cause.TOO_MANY_RECORDS, detail)
    return NeedsPerson(Cause.UNKNOWN, detail)


def classify_identity(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderError:
    """The error for an answer of the token or revocation endpoint.

    Args:
        status: HTTP status, not a success.
        headers: Response headers, compared without case.
        body: Response body, decoded from any compression.
        now: When it came, aware.

    Returns:
        The error, to be raised by the caller. Source: RFC 6749 section 5.2. Under which 4xx Xero
        sends which word is unconfirmed, so the word decides.
    """
    if status == 429:
        limit, retry_at = limit_hit(headers, now)
        return RateLimited(limit, retry_at, f"identity service: HTTP {status}")
    fields = _fields(body)
    return refusal(
        status,
        fields.get("error"),
        f"identity service: HTTP {status}",
        is_its_own="error" in fields,
        retry_at=retry_after(headers, now, _LONGEST_WAIT),
    )


def refuses_token(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a newer access token could help."""
    words = _own_words(status, body) if status == 401 else None
    return words is not None and not _lacks_scope(headers, words)


def _lacks_scope(headers: Mapping[str, str], words: str) -> bool:
    """Whether a 401 is about a missing scope, and not about the token."""
    return "insufficient_scope" in headers.get("www-authenticate", "").lower() or (
        "authorizationunsuccessful" in words.lower()
    )


def limit_hit(headers: Mapping[str, str], now: datetime) -> tuple[str, datetime]:
    """Which limit a 429 is about, and when it ends.

    Without Retry-After, the whole minute is waited for, or the day limit is tried again after some time.
    """
    retry_at = retry_after(headers, now, _LONGEST_WAIT)
    problem = headers.get("x-rate-limit-problem", "").strip().lower()
    long = retry_at is not None and retry_at - now > timedelta(seconds=_LONG_SECONDS)
    limit = _LIMITS.get(problem) or ("day" if long else "minute")
    if retry_at is None:
        retry_at = {
            "day": now + _DAY_LOOKED_AT_AGAIN,
            "app_minute": end_of(Unit.MINUTE, now),
            "concurrent": now + _CONCURRENT_WAIT,
        }.get(limit, now + _MINUTE_WAIT)
    return limit, retry_at


def _own_words(status: int, body: bytes) -> str | None:
    """Title, detail, type and message of an error body; None when the body is not in the API's own form.

    The API repeats the status in a problem document, or numbers a validation error. A gateway's answer does neither.
    """
    fields = _fields(body)
    title, detail = fields.get("title"), fields.get("detail")
    is_problem = isinstance(title, str) and isinstance(detail, str) and fields.get("status") == status
    is_fault = isinstance(fields.get("errornumber"), int) and isinstance(fields.get("type"), str)
    if not is_problem and not is_fault:
        return None
    return " ".join(str(fields.get(key) or "") for key in ("title", "detail", "type", "message"))


def _fields(body: bytes) -> Mapping[str, object]:
    parsed = read_if_json(body)
    return {str(key).lower(): value for key, value in parsed.items()} if isinstance(parsed, dict) else {}


def _describe(status: int, headers: Mapping[str, str], words: str) -> str:
    """Status, known error words and correlation id, for support staff."""
    known = next((word for word in _KNOWN_DETAILS if word.lower() in words.lower()), "")
    return described(status, known, headers, "xero-correlation-id", named="correlation")
