"""Signing in and out. A wrong address and a wrong password get the same answer."""

from collections.abc import Sequence
from http import HTTPStatus
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from contracts.words.access import Lacking
from contracts.words.refusals import Refused
from starter.access.attempts import WhichPracticeError
from starter.access.second_steps import Halfway
from starter.operations import Operations
from web.kit import marks
from web.kit.addresses import HOME, local
from web.kit.authentication import Door
from web.kit.confirmations import Said, go
from web.kit.errors import status_of
from web.kit.listing import KNOWN
from web.kit.rendering import render
from web.kit.viewing import PerhapsViewer, Viewer, cookie_of, forget, keep, open_router, page_router

router = open_router()
signed_in_router = page_router()

Back = Annotated[str, Query(alias="next")]


def second_step_address(lacks: Lacking, back: str) -> str:
    """The page on which a sign-in goes on that lacks a step.

    Args:
        lacks: The missing step.
        back: The page to go to afterwards.
    """
    path = "/sign-in/code" if lacks is Lacking.SECOND_FACTOR else "/sign-in/set-up"
    page = local(back)
    return path if page == HOME else f"{path}?{urlencode({'next': page}, safe='/')}"


def onward(request: Request, halfway: Halfway | None, token: str, back: str, done: Said | None = None) -> Response:
    """The answer to a correct password: to the page that was asked for, or to the missing step.

    Args:
        request: The request that is answered.
        halfway: The session's missing step; None when it lacks none.
        token: The secret for the cookie.
        back: The page that was asked for.
        done: The sentence to show there.
    """
    answer = go(local(back), done) if halfway is None else go(second_step_address(halfway.lacks, back))
    keep(request, answer, token)
    return answer


def ip_of(request: Request) -> str:
    """The IP address of a request, for counting; behind a proxy, uvicorn provides the browser's own address.

    For IPv6 it is the network of 64 bits, because whoever has one address there has as many as they like (RFC 6177).
    """
    host = request.client.host if request.client else "unknown"
    try:
        found = ip_address(host)
    except ValueError:
        return host
    if isinstance(found, IPv4Address):
        return host
    return str(found.ipv4_mapped or IPv6Network((int(found) >> 64 << 64, 64)))


def browser_of(request: Request) -> str:
    """The browser's User-Agent header."""
    return request.headers.get("User-Agent", "")


def sign_in_page(
    request: Request,
    door: Operations,
    back: str,
    *,
    status: int = HTTPStatus.OK,
    email: str = "",
    problem: str | None = None,
    problem_of_passkey: str | None = None,
    practices: Sequence[tuple[UUID, str]] = (),
) -> HTMLResponse:
    """The sign-in page.

    Args:
        request: The request that is answered.
        door: All operations.
        back: The page that was asked for.
        status: HTTP status.
        email: The address as it was typed.
        problem: What is wrong with address and password.
        problem_of_passkey: What is wrong with a passkey.
        practices: Ids and names of practices, where address and password belong to colleagues of several.
    """
    return render(
        request,
        "sign_in.html",
        status=status,
        back=local(back),
        email=email,
        problem=problem,
        problem_of_passkey=problem_of_passkey,
        practices=practices,
        party=door.passkey_sign_ins.party,
        identity_provider=door.identities.title,
    )


@router.get("/sign-in")
async def ask(request: Request, door: Door, viewer: PerhapsViewer, back: Back = "") -> Response:
    """The sign-in form; whoever is signed in, or has to make the second step, is led on."""
    if viewer is not None:
        return go(local(back))
    halfway = await door.second_steps.of(cookie_of(request) or "")
    if halfway is not None:
        return go(second_step_address(halfway.lacks, back))
    return sign_in_page(request, door, back)


@router.post("/sign-in")
async def sign_in(
    request: Request,
    door: Door,
    viewer: PerhapsViewer,
    email: Annotated[str, Form(max_length=254)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    back: Annotated[str, Form(alias="next", max_length=2000)] = "",
    practice: Annotated[Annotated[UUID | None, Form()], *KNOWN] = None,
) -> Response:
    """Sign the colleague in, or show the form again."""
    mark = marks.KNOWN.of(request) or marks.new()
    try:
        token = await door.sessions.sign_in(
            email, password, ip=ip_of(request), browser=browser_of(request), mark=mark, practice_id=practice
        )
    except WhichPracticeError as several:
        request.state.viewer = None  # the form is for nobody yet
        choices = [(one.id, one.name) for one in several.practices]
        return sign_in_page(request, door, back, email=email, practices=choices)
    except Refused as refused:
        request.state.viewer = None  # likewise
        refusal = refused.refusal
        return sign_in_page(request, door, back, status=status_of(refusal.code), email=email, problem=refusal.message)
    if viewer is not None:  # whoever sat here before
        await door.sessions.sign_out(viewer)
    halfway = await door.second_steps.of(token)
    answer = onward(request, halfway, token, back)
    if halfway is None:
        marks.KNOWN.keep(request, answer, mark)
    return answer


@signed_in_router.post("/sign-out")
async def sign_out(request: Request, door: Door, viewer: Viewer) -> RedirectResponse:
    """End this session."""
    await door.sessions.sign_out(viewer)
    answer = go("/sign-in", Said.SIGNED_OUT)
    forget(request, answer)
    return answer
