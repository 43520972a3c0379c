"""Finds out who looks at a page, by the session cookie, and checks that a form came from one of our pages.

Routers of pages are made here with both checks, so that no page can forget them. The JSON API does not use the cookie.
"""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from contracts.words.practices import Role
from contracts.words.refusals import RefusalCode, Refused
from starter.access.first_step import LONGEST
from starter.access.sessions import SignedIn
from web.kit.addresses import is_own_origin
from web.kit.authentication import Door, operations
from web.kit.rendering import CSRF_FIELD

CSRF_HEADER = "X-CSRF-Token"
BY_ITSELF = "X-By-Itself"
"""Of what a page's script asks for without anybody having done anything: it does not keep a session going."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_FIELDS = 30_000
"""Of a form: one sent without scripts names every organisation on its list, with what was chosen for it. How many bytes
that may be, the shield says."""

_NOT_OURS = "This form was not sent from a page of Clientsync. Nothing was changed."
_OLD_FORM = (
    "This form belongs to an earlier session. Nothing was changed. Go back, reload the page and send the form again."
)


class Cookie(StrEnum):
    """The session cookie's names; with the prefix, browsers limit it to HTTPS and this host."""

    PLAIN = "clientsync"
    SECURE = "__Host-clientsync"


def _cookie(request: Request) -> Cookie:
    return Cookie.SECURE if request.app.state.is_secure else Cookie.PLAIN


def cookie_of(request: Request) -> str | None:
    """The session secret that the browser sent; None if it sent none."""
    return request.cookies.get(_cookie(request))


def keep(request: Request, response: Response, token: str) -> None:
    """Set the session cookie. It is ``SameSite=Lax``, because a sign-in at a provider comes back from another site."""
    response.set_cookie(
        _cookie(request),
        token,
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.app.state.is_secure,
    )


def forget(request: Request, response: Response) -> None:
    """Delete the session cookie."""
    response.delete_cookie(_cookie(request), httponly=True, samesite="lax", secure=request.app.state.is_secure)


async def viewing(request: Request, door: Door) -> SignedIn:
    """The signed-in colleague.

    Raises:
        Refused: ``UNAUTHENTICATED``; ``web.kit.errors`` leads people to the sign-in page and back.
    """
    token = cookie_of(request)
    if token is None:
        raise Refused(RefusalCode.UNAUTHENTICATED, "Sign in first.")
    request.state.viewer = viewer = await door.sessions.by_token(token, is_use=BY_ITSELF not in request.headers)
    return viewer


Viewer = Annotated[SignedIn, Depends(viewing)]


async def viewing_perhaps(request: Request, door: Door) -> SignedIn | None:
    """The signed-in colleague; None when nobody is."""
    try:
        return await viewing(request, door)
    except Refused:
        return None


async def recognise(request: Request) -> None:
    """Find the viewer for a page that no route answers, such as *not found*."""
    await viewing_perhaps(request, operations(request))


PerhapsViewer = Annotated[SignedIn | None, Depends(viewing_perhaps)]


async def administrating(viewer: Viewer) -> SignedIn:
    """The signed-in admin.

    Raises:
        Refused: ``FORBIDDEN``.
    """
    if viewer.actor.role is not Role.ADMIN:
        raise Refused(RefusalCode.FORBIDDEN, "Only admins of your practice can do this. Ask one of them.")
    return viewer


Admin = Annotated[SignedIn, Depends(administrating)]


async def from_own_page(request: Request) -> None:
    """Refuse a form that was sent from another site; every browser says where a form comes from.

    Raises:
        Refused: ``FORBIDDEN``: it came from elsewhere, or the browser does not say.
    """
    if request.method in _SAFE:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    is_ours = site in {"same-origin", "none"} if site else is_own_origin(origin or "", request.headers.get("Host"))
    if not is_ours:
        raise Refused(RefusalCode.FORBIDDEN, _NOT_OURS)


async def from_own_form(request: Request, viewer: Viewer) -> None:
    """Refuse a change that does not carry this session's own secret, in the form or in the header.

    Raises:
        Refused: ``FORBIDDEN``.
    """
    if request.method in _SAFE:
        return
    sent: object = request.headers.get(CSRF_HEADER)
    if sent is None:
        sent = (await request.form(max_fields=MOST_FIELDS)).get(CSRF_FIELD)
    if not isinstance(sent, str) or not viewer.is_from_own_form(sent):
        raise Refused(RefusalCode.FORBIDDEN, _OLD_FORM)


def page_router() -> APIRouter:
    """A router of pages for signed-in colleagues."""
    return APIRouter(include_in_schema=False, dependencies=[Depends(from_own_page), Depends(from_own_form)])


def open_router() -> APIRouter:
    """A router of pages for anybody."""
    return APIRouter(include_in_schema=False, dependencies=[Depends(from_own_page)])
