"""Which of our errors an answer of Sage's is: the one place that knows its statuses and error bodies.

A status counts only where Sage's own JSON stands under it: what stands in front of Sage answers with pages, with plain
text or with nothing, and the same call works minutes later. Of the API, with its own JSON (a list of errors, or one):

    401  whose message says that there is no active subscription    subscription_ended: the token is fine
    401  anything else                                               TokenStaysRefused: another token may do
    403                                                              role_too_low; ``api`` asks whether access is lost
    any  UnexpectedError                                             Unavailable: a fault of Sage's
    404 with RecordNotFound, and other 4xx                           unknown; of a 404 likewise

Of the token and revocation endpoints, with an error word of the OAuth standard under a 4xx: see ``classify_identity``.
Of both: 429 is RateLimited until Retry-After; everything else is Unavailable. Sources: sage.md sections 1.3, 4 and 5.

Only words of a known set are copied from an error body into ``detail``: bodies can hold records.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from contracts.words.causes import Cause
from providers.kit.json_bodies import read_json
from providers.kit.oauth.token_endpoint import refusal
from providers.kit.windows import retry_after
from providers.port.errors import NeedsPerson, ProviderError, RateLimited, Unavailable

_LONG = timedelta(minutes=10)
"""A longer wait can only be the day's limit: the other one is of calls at once."""

_LOOKED_AT_AGAIN = timedelta(seconds=5)
"""Where a 429 does not say when it ends: calls at once end soon, and the day's limit we count ourselves."""

_LONGEST_WAIT = timedelta(days=2)
"""No limit of Sage's is longer than a day; a greater Retry-After is a mistake."""

_SUBSCRIPTION_ENDED = re.compile(r"no active subscription|\(MSE\)", re.IGNORECASE)

_KNOWN_CODES = ("AuthorizationFailure", "MultiUserAccessDenied", "RecordNotFound", "RecordInvalid", "UnexpectedError")


class TokenStaysRefused(Unavailable):
    """The newest access token is refused too; where it is about a business, that may be reached no more."""


def classify(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderError:
    """The error for an answer of the API.

    Args:
        status: HTTP status, not a success.
        headers: Response headers, compared without case.
        body: Response body, decoded from any compression.
        now: When it came, aware.
    """
    faults = _faults(body)
    detail = _described(status, headers, faults)
    if status == 429:
        return _limited(headers, now, detail)
    if refuses_token(status, body):
        return TokenStaysRefused(detail)
    is_sages_fault = any(fault.get("$dataCode") == "UnexpectedError" for fault in faults)
    if not faults or is_sages_fault or not 400 <= status < 500 or status == 408:
        page = ", not the API's own answer" if not faults and status < 500 else ""
        return Unavailable(f"{detail}{page}", retry_at=retry_after(headers, now, _LONGEST_WAIT))
    if status == 401:
        return NeedsPerson(Cause.SUBSCRIPTION_ENDED, detail)
    if status == 403:
        return NeedsPerson(Cause.ROLE_TOO_LOW, detail)
    return NeedsPerson(Cause.UNKNOWN, detail)


def classify_identity(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderError:
    """The error for an answer of the token or revocation endpoint; arguments as of ``classify``.

    The word decides, since 400 and 401 are both seen for it: ``invalid_grant`` alone says that a grant is dead.
    """
    detail = f"token endpoint: HTTP {status}"
    if status == 429:
        return _limited(headers, now, detail)
    parsed = _parsed(body)
    word = parsed.get("error") if isinstance(parsed, dict) else None
    retry_at = retry_after(headers, now, _LONGEST_WAIT)
    return refusal(status, word, detail, is_its_own=isinstance(parsed, dict), retry_at=retry_at)


def refuses_token(status: int, body: bytes) -> bool:
    """Whether a newer access token could help. What the body of such a 401 says is not documented."""
    if status != 401:
        return False
    parsed = _parsed(body)
    return isinstance(parsed, list | dict) and not _says_ended(_faults(body))


def _limited(headers: Mapping[str, str], now: datetime, detail: str) -> RateLimited:
    """Sage names no limit in its refusal: a long wait is the day's, all else calls at once, which closes nothing."""
    retry_at = retry_after(headers, now, _LONGEST_WAIT)
    if retry_at is not None and retry_at - now > _LONG:
        return RateLimited("app_day", retry_at, detail)
    return RateLimited("app_concurrent", retry_at or now + _LOOKED_AT_AGAIN, detail)


def _says_ended(faults: list[Mapping[str, object]]) -> bool:
    return any(_SUBSCRIPTION_ENDED.search(str(fault.get("$message") or "")) for fault in faults)


def _faults(body: bytes) -> list[Mapping[str, object]]:
    """The errors of a body in the API's own form: a list of them, or one alone; empty for any other body."""
    parsed = _parsed(body)
    listed = parsed if isinstance(parsed, list) else [parsed]
    return [fault for fault in listed if isinstance(fault, dict) and ("$dataCode" in fault or "$severity" in fault)]


def _parsed(body: bytes) -> object:
    try:
        return read_json(body)
    except ValueError:
        return None


def _described(status: int, headers: Mapping[str, str], faults: list[Mapping[str, object]]) -> str:
    """Status, known error code and the id that Sage's support asks for."""
    codes = {str(fault.get("$dataCode")) for fault in faults}
    known = next((code for code in _KNOWN_CODES if code in codes), "")
    request = "".join(c for c in headers.get("x_request_id", "") if c.isalnum() or c == "-")[:40]
    return ", ".join(part for part in (f"HTTP {status}", known, f"request {request}" if request else "") if part)
