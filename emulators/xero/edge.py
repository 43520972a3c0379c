"""What stands in front of Xero and sometimes answers in its place: a page, plain text, nothing, or a gateway's JSON.

Integrators have reported it for valid calls under statuses such as 301, 400, 401, 403, 404, 409 and 413; the same call
works minutes later. It knows no token and no organisation, and sends none of Xero's headers.
"""

from starlette.types import Scope, Send

from emulators.xero.answers import Headers, answer
from emulators.xero.faults import Fault, Kind
from emulators.xero.world import World

_HTML: tuple[bytes, bytes] = (b"content-type", b"text/html")
_TEXT: tuple[bytes, bytes] = (b"content-type", b"text/plain")
_JSON: tuple[bytes, bytes] = (b"content-type", b"application/json")


async def met(world: World, scope: Scope, send: Send) -> bool:
    """Answer in Xero's place, if a fault says so.

    Args:
        world: Where the faults are.
        scope: Of the call.
        send: Of the call.

    Returns:
        Whether the call was answered.
    """
    tenant = dict(scope["headers"]).get(b"xero-tenant-id", b"").decode("ascii", "replace").lower()
    fault = world.faults.take(Kind.EDGE_PAGE, scope["path"], tenant or None)
    if fault is None:
        return False
    headers, body = _written(fault)
    await answer(send, fault.status, headers, body)
    world.calls.record(f"{scope['method']} (answered by the edge)", fault.status, tenant or None)
    return True


def _written(fault: Fault) -> tuple[Headers, bytes]:
    where: Headers = [(b"location", b"https://xero.example/sorry")] if 300 <= fault.status < 400 else []
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
