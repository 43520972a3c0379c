"""A server in front of a platform that sometimes answers in its place: a page, plain text, nothing, a gateway's JSON.

Integrators have reported such answers for valid calls with statuses such as 301, 400, 401, 403, 404, 409 and 413; the
same call works minutes later. The server knows no token and no organisation, and sends none of the platform's headers.
"""

from starlette.types import Scope, Send

from emulators.kit.answers import Headers, answer
from emulators.kit.calls import Calls
from emulators.kit.faults.faults import EDGE_PAGE, Fault, Faults

_HTML: tuple[bytes, bytes] = (b"content-type", b"text/html")
_TEXT: tuple[bytes, bytes] = (b"content-type", b"text/plain")
_JSON: tuple[bytes, bytes] = (b"content-type", b"application/json")


async def met(faults: Faults, calls: Calls, organisation_id: str | None, scope: Scope, send: Send) -> bool:
    """Answer in the platform's place, if a fault asks for that.

    Args:
        faults: Those that are active.
        calls: Where the call is counted.
        organisation_id: What the call is about, if anything.
        scope: Of the call.
        send: Of the call.

    Returns:
        Whether the call was answered.
    """
    fault = faults.take(EDGE_PAGE, scope["path"], organisation_id)
    if fault is None:
        return False
    headers, body = _written(fault, faults.catalogue.edge_address)
    await answer(send, fault.status, headers, body)
    calls.record(f"{scope['method']} (answered by the edge)", fault.status, organisation_id)
    return True


def _written(fault: Fault, address: str) -> tuple[Headers, bytes]:
    where: Headers = [(b"location", address.encode())] if 300 <= fault.status < 400 else []
    match fault.page:
        case "nothing":
            return where, b""
        case "text":
            return [_TEXT, *where], b"Sorry, something went wrong. Please try again."
        case "subscription":
            quota = b"<html><body><h1>%d</h1>Gateway subscription quota, reference 18.44</body></html>"
            return [_HTML, *where], quota % fault.status
        case "gateway":
            said = b'{"statusCode": %d, "message": "Access denied due to invalid subscription key."}'
            return [_JSON, *where], said % fault.status
        case _:
            return [_HTML, *where], b"<html><head><title>Sorry</title></head><body><h2>Sorry</h2></body></html>"
