"""The pages that people see after an error: what happened, and what they can do next; no internals."""

from http import HTTPStatus
from typing import NamedTuple

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.types import Scope

from web.kit.addresses import HOME, behind, local, sign_in_address
from web.kit.confirmations import Said
from web.kit.rendering import render, viewer_of
from web.kit.viewing import cookie_of

_NOT_PAGES = ("/api/", "/codec/", "/static/", "/healthz", "/readyz")


class Way(NamedTuple):
    """A link on an error page: its address and its label."""

    address: str
    label: str


_HEADINGS = {
    HTTPStatus.FORBIDDEN: "You cannot do this",
    HTTPStatus.NOT_FOUND: "There is nothing here",
    HTTPStatus.CONFLICT: "This is not possible any more",
    HTTPStatus.UNPROCESSABLE_ENTITY: "This could not be done",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address is not a page",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "This is too much at once",
    HTTPStatus.TOO_MANY_REQUESTS: "A little slower, please",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong on our side",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not available just now",
}


def is_for_people(scope: Scope) -> bool:
    """Whether a person will see the answer: a page of ours, requested by a browser that shows it.

    Our scripts do not ask for ``text/html`` and get JSON, like every call of the API.
    """
    if scope["path"].startswith(_NOT_PAGES):
        return False
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def error_page(request: Request, status: int, message: str, field: str | None = None) -> HTMLResponse:
    """A page that says what happened, with links that lead on.

    Args:
        request: The request that is answered.
        status: HTTP status.
        message: What happened, in a sentence or two.
        field: The input field that is to blame.
    """
    came_from = behind(request.headers.get("Referer"), request.headers.get("Host"))
    is_busy = status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}
    ways = []
    if request.method == "GET" and is_busy:
        ways.append(Way("", "Try again"))  # the very address, which may hold what a sign-in has brought back
    elif came_from not in {HOME, request.url.path}:
        ways.append(Way(came_from, "Go back"))
    ways.append(Way(HOME, "Go to the client list" if viewer_of(request) else "Go to Clientsync"))
    return render(
        request,
        "error.html",
        status=status,
        heading=_HEADINGS.get(HTTPStatus(status), "This could not be done"),
        message=message,
        field=field,
        ways=ways,
    )


def to_form(request: Request) -> RedirectResponse:
    """A redirect for people who open an address that only takes a form: to the page with the form.

    That page is one step up in the path, so that reloads, bookmarks and sign-ins in between lead there.
    """
    above = request.url.path.rstrip("/").rpartition("/")[0]
    page = "/client-sync" if above.startswith("/client-sync/") else local(above)
    return RedirectResponse(page, status_code=HTTPStatus.SEE_OTHER)


def to_sign_in(request: Request) -> RedirectResponse:
    """A redirect for people who are not signed in: to the sign-in page, and from there back to where they were."""
    if request.method == "GET":
        back = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    else:  # nothing of the form was done; the page that it stands on is shown again
        back = behind(request.headers.get("Referer"), request.headers.get("Host"))
    was_signed_in = cookie_of(request) is not None
    address = sign_in_address(back, Said.SESSION_OVER if was_signed_in else None)
    return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
