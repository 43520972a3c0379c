"""Which of our errors an answer of Xero's is: the one place that knows Xero's statuses, headers and error bodies.

    401  WWW-Authenticate: insufficient_scope, or Detail AuthorizationUnsuccessful    permission_missing
    401  anything else (TokenExpired, AuthenticationUnsuccessful)                      SignedOut
    403  that speaks of a subscription                                                subscription_ended
    403  as a page instead of JSON: Xero's edge turned the call away                  Unavailable
    403  anything else (organisation unknown, or not connected by this user)          access_lost
    408, 5xx (organisation offline, fault)                                            Unavailable
    429  by X-Rate-Limit-Problem, until Retry-After                                   RateLimited
    else (400, 404, 412, redirects)                                                   unknown

An access token is given one more chance before ``SignedOut`` is raised; that happens in ``api``, not here. Only words
of a known set are copied from an error body into ``detail``: bodies can hold records.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import orjson

from contracts.causes import Cause
from providers.clock import next_minute
from providers.errors import NeedsPerson, ProviderError, RateLimited, SignedOut, Unavailable

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

_DAY_LOOKED_AT_AGAIN = timedelta(hours=1)
"""Where Xero does not say when a day's calls are given again. They are not at midnight UTC: the first call that works
tells."""

_LONGEST_WAIT = timedelta(days=2)
"""No limit of Xero's is longer than a day; a greater Retry-After is a mistake."""

_KNOWN_DETAILS = ("TokenExpired", "AuthenticationUnsuccessful", "AuthorizationUnsuccessful", "insufficient_scope")


def classify(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderError:
    """The error that an answer of the Connections or Accounting API stands for.

    Args:
        status: HTTP status, not a success.
        headers: Response headers, compared without case (as ``httpx2.Headers`` does).
        body: Response body, decoded from any compression.
        now: When it came, aware.

    Returns:
        The error, to be raised by the caller. Sources: xero.md sections 3.1 and 3.2.
    """
    words = _words(body)
    detail = _describe(status, headers, words)
    if status == 429:
        limit, retry_at = limit_hit(headers, now)
        return RateLimited(limit, retry_at, f"{detail}, {limit} limit")
    if status == 401:
        if lacks_scope(headers, words):
            return NeedsPerson(Cause.PERMISSION_MISSING, detail)
        return SignedOut(detail)
    if status == 403:
        if "subscription" in words.lower():
            return NeedsPerson(Cause.SUBSCRIPTION_ENDED, detail)
        if body.lstrip()[:1] == b"<":
            return Unavailable(f"{detail}, turned away at the edge")
        return NeedsPerson(Cause.ACCESS_LOST, detail)
    if status == 408 or status >= 500:
        return Unavailable(detail, retry_at=retry_after(headers, now))
    return NeedsPerson(Cause.UNKNOWN, detail)


def lacks_scope(headers: Mapping[str, str], words: str) -> bool:
    """Whether a 401 is about a missing scope rather than about the token."""
    return "insufficient_scope" in headers.get("www-authenticate", "").lower() or (
        "authorizationunsuccessful" in words.lower()
    )


def refuses_token(status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a newer access token could help."""
    return status == 401 and not lacks_scope(headers, _words(body))


def limit_hit(headers: Mapping[str, str], now: datetime) -> tuple[str, datetime]:
    """Which limit a 429 is about, and when it lifts.

    Without Retry-After, a minute limit is waited out whole, and a day limit is looked at again after a while.
    """
    retry_at = retry_after(headers, now)
    problem = headers.get("x-rate-limit-problem", "").strip().lower()
    long = retry_at is not None and retry_at - now > timedelta(seconds=_LONG_SECONDS)
    limit = _LIMITS.get(problem) or ("day" if long else "minute")
    if retry_at is None:
        retry_at = {
            "day": now + _DAY_LOOKED_AT_AGAIN,
            "app_minute": next_minute(now),
            "concurrent": now + _CONCURRENT_WAIT,
        }.get(limit, now + timedelta(minutes=1))
    return limit, retry_at


def retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """When Retry-After says to come back: whole seconds at Xero, an HTTP date at some proxies."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        wait = timedelta(seconds=float(text))
    except (ValueError, OverflowError):
        try:
            wait = parsedate_to_datetime(text).replace(tzinfo=UTC) - now
        except ValueError:
            return None
    return now + min(max(wait, timedelta(seconds=1)), _LONGEST_WAIT)


def _words(body: bytes) -> str:
    """Title and detail of an error body, whatever the case of its keys; or the body's text when it is not JSON."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body[:500].decode("utf-8", "replace")
    if not isinstance(parsed, dict):
        return ""
    fields = {str(key).lower(): value for key, value in parsed.items()}
    return " ".join(str(fields.get(key) or "") for key in ("title", "detail", "type", "message"))


def _describe(status: int, headers: Mapping[str, str], words: str) -> str:
    """Status, the error words we know, and the correlation id, for support."""
    known = next((word for word in _KNOWN_DETAILS if word.lower() in words.lower()), "")
    correlation = "".join(c for c in headers.get("xero-correlation-id", "") if c.isalnum() or c == "-")[:40]
    parts = (f"HTTP {status}", known, f"correlation {correlation}" if correlation else "")
    return ", ".join(part for part in parts if part)
