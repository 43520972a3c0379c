"""Acts out the faults that a call has met. The same for Accounting reads, connections and tokens."""

import asyncio

from starlette.types import Receive, Scope, Send

from emulators.xero.accounting.reading import TOO_MUCH
from emulators.xero.answers import JSON, TEXT, Headers, answer, drop, hang, problem
from emulators.xero.faults import Fault, Kind, Plan
from emulators.xero.world import World

OFFLINE_TEXT = b"Organisation offline"
SUBSCRIPTION_DETAIL = "SubscriptionEnded: the organisation's Xero subscription has ended"
"""Ours: what Xero sends for a lapsed subscription is not known."""

SPOILT_ANSWERS = frozenset({Kind.SLOW_PAGES, Kind.MALFORMED_BODY, Kind.OTHER_PROFILE, Kind.SHORT_PAGE, Kind.EMPTY_LIST})
"""Answered as usual, and with something wrong in the answer."""

_HANG_SECONDS = 300.0


async def act_out(plan: Plan, world: World, headers: Headers, scope: Scope, receive: Receive, send: Send) -> int | None:
    """Wait as planned and go wrong as planned.

    Args:
        plan: What the call has to go through.
        world: For counting refusals.
        headers: What every answer to this call carries.
        scope: Of the call.
        receive: Of the call.
        send: Of the call.

    Returns:
        The status that was sent (0: none); None if nothing went wrong and the call is to be answered as usual.
    """
    if plan.delay:
        await asyncio.sleep(plan.delay)
    fault = plan.fault
    if fault is None or fault.kind in SPOILT_ANSWERS:
        return None
    if fault.kind is Kind.DROP_CONNECTION:
        await drop(scope, receive)
        return 0
    if fault.kind is Kind.TIMEOUT:
        await hang(scope, receive, fault.seconds or _HANG_SECONDS)
        return 0
    status, more, body = _refusal(fault)
    if status == 429:
        world.calls.rejected_429[fault.problem] += 1
    await answer(send, status, [*headers, *more], body)
    return status


def _refusal(fault: Fault) -> tuple[int, Headers, bytes]:
    match fault.kind:
        case Kind.RATE_LIMITED:
            return 429, rate_limit_headers(fault.problem, _retry_after(fault)), b""
        case Kind.ORGANISATION_OFFLINE:
            return 503, [TEXT], OFFLINE_TEXT
        case Kind.SUBSCRIPTION_ENDED:
            return 403, [JSON], problem("Forbidden", 403, SUBSCRIPTION_DETAIL)
        case Kind.ACCESS_REFUSED:
            return 403, [JSON], problem("Forbidden", 403, "AuthenticationUnsuccessful")
        case Kind.HIGH_VOLUME:
            return 400, [JSON], TOO_MUCH
        case Kind.PRECONDITION_FAILED:
            return 412, [JSON], problem("Precondition Failed", 412, "PreconditionFailed")
        case Kind.SCOPE_MISSING:
            return 401, [JSON, INSUFFICIENT_SCOPE], problem("Unauthorized", 401, "AuthorizationUnsuccessful")
        case _:
            return fault.status, [TEXT], b"Something went wrong at our end"


INSUFFICIENT_SCOPE: tuple[bytes, bytes] = (b"www-authenticate", b"insufficient_scope")


def _retry_after(fault: Fault) -> int | None:
    if fault.seconds is not None:
        return max(1, round(fault.seconds))
    return None if fault.problem == "concurrent" else 30


def rate_limit_headers(kind: str, retry_after: int | None) -> Headers:
    """The headers of a 429; ``Retry-After`` only where there is a time to wait."""
    headers: Headers = [(b"x-rate-limit-problem", kind.encode())]
    if retry_after is not None:
        headers.append((b"retry-after", str(retry_after).encode()))
    return headers
