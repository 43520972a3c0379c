"""Opens and seals payloads for Temporal's Web UI, whose browser calls this.

Who may: with ``Access.LOOPBACK`` (everything embedded, on this machine alone) any caller whose connection comes from
this machine; with ``Access.ADMIN`` (production) the bearer token of an admin colleague, who then reads payloads of
every practice, as support staff must. The UI's origin is the only one that browsers are let in from.
"""

from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from contracts.refusals import RefusalCode, Refused
from contracts.runs import Role
from runtime.codec_server import ALLOWED_HEADERS, BadCodecRequestError, decode_payloads, encode_payloads
from runtime.keyring import KeyRing, SealError
from starter.operations import Operations

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Access(StrEnum):
    """Who may ask."""

    LOOPBACK = "loopback"
    ADMIN = "admin"


def access_for(public_url: str, ui_url: str | None) -> Access:
    """Loopback access where both the web backend and the UI are for this machine alone; an admin's token otherwise.

    The connection's own address would not do: behind a proxy on the same machine every caller is on loopback.
    """
    hosts = {urlsplit(url).hostname for url in (public_url, ui_url) if url is not None}
    return Access.LOOPBACK if hosts <= _LOOPBACK else Access.ADMIN


def codec_router(ring: KeyRing, *, access: Access, ui_origin: str | None) -> APIRouter:
    """The codec's two calls.

    Args:
        ring: The installation's ring.
        access: Who may ask.
        ui_origin: Origin of the Temporal Web UI, such as ``http://127.0.0.1:8233``; None lets no browser in.
    """
    router = APIRouter(prefix="/codec", include_in_schema=False)
    cross_origin = {"Vary": "Origin", "Cross-Origin-Resource-Policy": "cross-origin"}
    if ui_origin is not None:
        cross_origin |= {
            "Access-Control-Allow-Origin": ui_origin,
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": ",".join(ALLOWED_HEADERS),
            "Access-Control-Allow-Credentials": "true",
        }

    async def allow(request: Request) -> None:
        origin = request.headers.get("origin")
        if origin is not None and origin != ui_origin:
            raise Refused(RefusalCode.FORBIDDEN, "Only the Temporal Web UI may call this from a browser.")
        if access is Access.LOOPBACK:
            if request.client is None or not ip_address(request.client.host).is_loopback:
                raise Refused(RefusalCode.FORBIDDEN, "Only this machine may call this.")
            return
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refused(RefusalCode.UNAUTHENTICATED, "Send an admin's token: `Authorization: Bearer <token>`.")
        door = request.app.state.operations
        assert isinstance(door, Operations)  # noqa: S101  # ``create_app`` put it there
        if (await door.colleagues.by_token(token)).role is not Role.ADMIN:
            raise Refused(RefusalCode.FORBIDDEN, "Only an admin may read what workflows hold.")

    async def preflight() -> Response:
        return Response(headers=cross_origin)

    async def decode(request: Request) -> Response:
        return await answer(request, opening=True)

    async def encode(request: Request) -> Response:
        return await answer(request, opening=False)

    async def answer(request: Request, *, opening: bool) -> Response:
        await allow(request)
        body = await request.body()
        try:
            changed = decode_payloads(body, ring) if opening else encode_payloads(body, ring)
        except (BadCodecRequestError, SealError) as error:
            raise Refused(RefusalCode.INVALID, f"The payloads cannot be converted: {error}.") from error
        return Response(changed, media_type="application/json", headers=cross_origin)

    for path, call in (("/decode", decode), ("/encode", encode)):
        router.add_api_route(path, call, methods=["POST"])
        router.add_api_route(path, preflight, methods=["OPTIONS"])
    return router
