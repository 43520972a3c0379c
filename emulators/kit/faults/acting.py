"""Carries out the fault that a call has met, in the same way for reads, lists of connections and tokens."""

import asyncio

from starlette.types import Receive, Scope, Send

from emulators.kit.answers import TEXT, Headers, answer, drop, hang
from emulators.kit.calls import Calls
from emulators.kit.faults.faults import DROP_CONNECTION, TIMEOUT, CallPlan, Catalogue, Fault, Refused

_HANG_SECONDS = 300.0


async def act_out(
    plan: CallPlan, catalogue: Catalogue, calls: Calls, headers: Headers, scope: Scope, receive: Receive, send: Send
) -> int | None:
    """Wait, and answer with the fault, as planned.

    Args:
        plan: What the call has to go through.
        catalogue: How the platform refuses.
        calls: For counting refusals.
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
    if fault is None or fault.kind in catalogue.spoilt:
        return None
    if fault.kind == DROP_CONNECTION:
        await drop(scope, receive)
        return 0
    if fault.kind == TIMEOUT:
        await hang(scope, receive, fault.seconds or _HANG_SECONDS)
        return 0
    status, more, body = catalogue.refusals.get(fault.kind, _server_error)(fault)
    if status == 429:
        calls.rejected_429[fault.problem] += 1
    await answer(send, status, [*headers, *more], body)
    return status


def _server_error(fault: Fault) -> Refused:
    return Refused(fault.status, [TEXT], b"Something went wrong at our end")
