"""Which of our errors an answer of Sage's is: the one place that knows its statuses and error bodies.

A status counts only where Sage's own JSON stands under it: what stands in front of Sage answers with pages, with plain
text or with nothing, and the same call works minutes later. Of the API, with its own JSON (a list of errors, or one):

    401  whose message says that there is no active subscription    subscription_ended: the token is fine
    401  anything else                                               TokenStaysRefused: another token may do
    403                                                              role_too_low; ``api`` asks whether access is lost
    any  UnexpectedError                                             Unavailable: a fault of Sage's
    404 with RecordNotFound, and other 4xx                           unknown; of a 404 likewise

Of the token and revocation endpoints, with an error word of the OAuth standard under a 4xx: see ``classify_identity``.
Of both: 429 is RateLimited until Retry-After; everything else is Unavailable. Source: Sage's guides.

Only words of a known set are copied from an error body into ``detail``: bodies can hold records.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from contracts.words.causes import Cause
from providers.kit.json_bodies import read_if_json
from providers.kit.refusals import Throttling, described
from providers.port.errors import NeedsPerson, ProviderError, Unavailable

_THROTTLING = Throttling("app_day", "app_concurrent", wait=timedelta(seconds=5), longest=timedelta(days=2))
"""Where a 429 does not say when it ends: calls at once end soon, and the day's limit we count ourselves."""

_SUBSCRIPTION_ENDED = re.compile(r"no active subscription|\(MSE\)", re.IGNORECASE)

_KNOWN_CODES = ("AuthorizationFailure", "MultiUserAccessDenied", "RecordNotFound", "RecordInvalid", "UnexpectedError")


class TokenStaysRefused(Unavailable):
    """The newest access token is refused too; where it is about a business, that may be reached no more."""


def classify(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderError:
    """The error for an answer of the API: a ``providers.kit.refusals.Classify``."""
    faults = _faults(body)
    codes = {str(fault.get("$dataCode")) for fault in faults}
    known = next((code for code in _KNOWN_CODES if code in codes), "")
    detail = described(status, known, headers, "x_request_id", named="request")
    if status == 429:
        return _THROTTLING.error(headers, now, detail)
    if refuses_token(status, headers, body):
        return TokenStaysRefused(detail)
    if not faults or "UnexpectedError" in codes or not 400 <= status < 500 or status == 408:
        page = ", not the API's own answer" if not faults and status < 500 else ""
        return Unavailable(f"{detail}{page}", retry_at=_THROTTLING.retry_at(headers, now))
    if status == 401:
        return NeedsPerson(Cause.SUBSCRIPTION_ENDED, detail)
    if status == 403:
        return NeedsPerson(Cause.ROLE_TOO_LOW, detail)
    return NeedsPerson(Cause.UNKNOWN, detail)


def classify_identity(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderError:
    """The error for an answer of the token or revocation endpoint: likewise."""
    return _THROTTLING.of_tokens(status, headers, body, now, f"token endpoint: HTTP {status}")


def refuses_token(status: int, _headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a newer access token could help. What the body of such a 401 says is not documented."""
    if status != 401:
        return False
    says_ended = any(_SUBSCRIPTION_ENDED.search(str(fault.get("$message") or "")) for fault in _faults(body))
    return isinstance(read_if_json(body), list | dict) and not says_ended


def _faults(body: bytes) -> list[Mapping[str, object]]:
    """The errors of a body in the API's own form: a list of them, or one alone; empty for any other body."""
    parsed = read_if_json(body)
    listed = parsed if isinstance(parsed, list) else [parsed]
    return [fault for fault in listed if isinstance(fault, dict) and ("$dataCode" in fault or "$severity" in fault)]
