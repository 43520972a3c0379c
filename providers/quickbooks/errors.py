"""Which of our errors an answer of QuickBooks' is: the one place that knows its statuses and both shapes of its faults.

The service writes ``{"Fault": {"Error": [{"code", "Message", "Detail"}], "type"}}``, the gateway in front of it the
same in lower case, and sometimes XML although JSON was asked for. A status counts only where a fault stands under it:
what stands in front of both answers with pages or with nothing, and the same call works minutes later. A fault may also
stand under a 200. Of the API, by the fault's code:

    120 under a 401 or a success          access_lost: whoever consented was removed, or lost the role
    any other under a 401                 Unavailable: another token may do
    5020, 5030                            not_on_plan
    6190                                  subscription_ended
    3001, or a 429                        RateLimited until Retry-After, or for a minute
    any under a 403, 3100 under a success access_lost; permission_missing where it speaks of the scope
    any under a 5xx, a SystemFault        Unavailable
    any other                             unknown

Of the token and revocation endpoints, with an error word of the OAuth standard under a 4xx: see ``classify_identity``.
Sources: Intuit's pages on error codes and on limits. Only codes are copied from an error body into ``detail``, since
bodies can hold records; beside them stands ``intuit_tid``, which Intuit's support asks for.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.words.causes import Cause
from providers.kit.json_bodies import read_if_json
from providers.kit.json_values import records_in
from providers.kit.refusals import Throttling, described
from providers.port.errors import NeedsPerson, ProviderError, Unavailable

_THROTTLING = Throttling("app_month", "minute", wait=timedelta(seconds=60), longest=timedelta(days=31))
"""Intuit names no limit in its refusal: a long wait is the month's, all else the company's minute, for which it asks to
be waited after a 429 (learn/limits-and-throttles)."""

_THROTTLED, _LOST_ROLE, _NOT_COVERED, _NOT_ON_PLAN, _ENDED = "3001", "120", "3100", frozenset({"5020", "5030"}), "6190"

TOLD_BY = "intuit_tid"
"""The header with an answer's own id, for which Intuit's support asks."""

_XML = (b"<?xml", b"<IntuitResponse", b"<Fault")
_XML_CODE = re.compile(r"\bcode=\"(\d{1,6})\"|\berrorCode=0*(\d{1,6})")
_XML_TYPE = re.compile(r"<Fault[^>]{0,200}\btype=\"(\w{1,40})\"")
_LARGEST_XML = 16_384
_IN_TEXT = re.compile(r"\berrorCode=0*(\d{1,6})")


@dataclass(frozen=True, slots=True)
class Fault:
    """What a body says that went wrong.

    Attributes:
        codes: The errors' codes, without zeros before them.
        kind: The fault's type, in capitals.
        text: What the errors say; it may hold records.
    """

    codes: frozenset[str]
    kind: str
    text: str


class Faulty(Exception):
    """A fault stands under a success, in an answer or in one of several; its caller classifies it.

    Attributes:
        fault: The fault.
    """

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.kind)
        self.fault = fault


def fault_in(body: bytes) -> Fault | None:
    """The fault of a body, in any of its shapes; None for any other body."""
    start = body.lstrip()[:15]
    if start.startswith(_XML):
        return _in_xml(body[:_LARGEST_XML].decode("utf-8", "replace"))
    parsed = read_if_json(body)
    return fault_of(parsed) if isinstance(parsed, dict) else None


def fault_of(parsed: Mapping[str, object]) -> Fault | None:
    """The fault of an answer, or of one answer of several; None where it has none."""
    found = _lower(parsed).get("fault")
    if not isinstance(found, dict):
        return None
    fault = _lower(found)
    errors = [_lower(error) for error in records_in(fault.get("error"))]
    text = " ".join(str(error.get(name) or "") for error in errors for name in ("message", "detail"))
    codes = {str(error["code"]).lstrip("0") for error in errors if error.get("code")}
    return Fault(frozenset(codes | set(_IN_TEXT.findall(text))), str(fault.get("type") or "").upper(), text)


def classify(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderError:
    """The error for an answer of the API: a ``providers.kit.refusals.Classify``."""
    return classify_fault(status, headers, fault_in(body), now)


def classify_fault(status: int, headers: Mapping[str, str], fault: Fault | None, now: datetime) -> ProviderError:
    """The error for what an answer says that went wrong; arguments as of ``classify``."""
    detail = told(status, headers, fault)
    codes = fault.codes if fault else frozenset()
    if status == 429 or _THROTTLED in codes:
        return _THROTTLING.error(headers, now, detail)
    if fault is None or status >= 500 or status == 408 or fault.kind == "SYSTEMFAULT":
        page = "" if fault or status >= 500 else ", not the API's own answer"
        return Unavailable(f"{detail}{page}", retry_at=_THROTTLING.retry_at(headers, now))
    if status == 401 or (status < 300 and fault.kind.startswith("AUTHENTICATION")):
        return NeedsPerson(Cause.ACCESS_LOST, detail) if _LOST_ROLE in codes else Unavailable(detail)
    return NeedsPerson(_cause(status, fault), detail)


def _cause(status: int, fault: Fault) -> Cause:
    if fault.codes & _NOT_ON_PLAN:
        return Cause.NOT_ON_PLAN
    if _ENDED in fault.codes:
        return Cause.SUBSCRIPTION_ENDED
    if status == 403 or (status < 300 and fault.codes & {_LOST_ROLE, _NOT_COVERED}):
        return Cause.PERMISSION_MISSING if "scope" in fault.text.lower() else Cause.ACCESS_LOST
    return Cause.UNKNOWN


def classify_identity(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderError:
    """The error for an answer of the token or revocation endpoint; arguments as of ``classify``."""
    return _THROTTLING.of_tokens(status, headers, body, now, told(status, headers, None, of="token endpoint: "))


def refuses_token(status: int, _headers: Mapping[str, str], body: bytes) -> bool:
    """Whether a newer access token could help."""
    fault = fault_in(body) if status == 401 else None
    return fault is not None and _LOST_ROLE not in fault.codes


def told(status: int, headers: Mapping[str, str], fault: Fault | None, *, of: str = "") -> str:
    """What support staff are told of an answer."""
    codes = " ".join(sorted(code for code in fault.codes if code.isdecimal())[:3]) if fault else ""
    said = f"code {codes}" if codes else ""
    return described(status, said, headers, TOLD_BY, named=TOLD_BY, of=of)


def _in_xml(text: str) -> Fault | None:
    kind = _XML_TYPE.search(text)
    codes = frozenset((one or other).lstrip("0") for one, other in _XML_CODE.findall(text))
    return Fault(codes, kind[1].upper() if kind else "", text) if kind or codes else None


def _lower(record: Mapping[str, object]) -> dict[str, object]:
    return {str(name).lower(): value for name, value in record.items()}
