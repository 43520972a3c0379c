"""Decrypts payloads for Temporal's web interface, whose browser calls this.

With ``Access.LOOPBACK`` (everything embedded on one machine), any caller on this machine may. With ``Access.SUPPORT``
(production), only members of the support group at the operator's identity provider may, and each reading is recorded.
They can decrypt but not encrypt, because workflows trust what is encrypted. No colleague may, whatever their role,
because payloads belong to all practices. Browsers may call it only from the origin of the web interface.
"""

import logging
from collections.abc import Awaitable, Callable
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response

from contracts.words.refusals import RefusalCode, Refused
from runtime.sealing.codec_server import (
    ALLOWED_HEADERS,
    BadCodecRequestError,
    data_of,
    decode_payloads,
    encode_payloads,
)
from runtime.sealing.keyring import KeyRing, SealError
from starter.support.identity import SupportIdentity, SupportPerson
from web.kit.authentication import operations
from web.kit.errors import refusal_response

logger = logging.getLogger(__name__)

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

NOBODY = (
    "Nobody may read this here: whoever runs Clientsync has not said who is of support (CLIENTSYNC_SUPPORT_ISSUER)."
)


class Access(StrEnum):
    """Who may use the codec."""

    LOOPBACK = "loopback"
    SUPPORT = "support"


def access_for(public_url: str, ui_url: str | None) -> Access:
    """Loopback access when both the web backend and the interface have loopback addresses; otherwise support.

    The caller's own address would not do: behind a proxy on the same machine, every caller has a loopback address.
    """
    hosts = {urlsplit(url).hostname for url in (public_url, ui_url) if url is not None}
    return Access.LOOPBACK if hosts <= _LOOPBACK else Access.SUPPORT


def codec_router(
    ring: KeyRing, *, access: Access, ui_origin: str | None, support: SupportIdentity | None = None
) -> APIRouter:
    """The codec's two calls.

    Args:
        ring: The installation's key ring.
        access: Who may use it.
        ui_origin: Origin of the Temporal Web UI, such as ``http://127.0.0.1:8233``; None lets no browser in.
        support: Checks support staff; None means that there are none.
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

    async def allow(request: Request) -> SupportPerson | None:
        """Who of support asks; None for this machine's owner."""
        origin = request.headers.get("origin")
        if origin is not None and origin != ui_origin:
            raise Refused(RefusalCode.FORBIDDEN, "Only the Temporal Web UI may call this from a browser.")
        if access is Access.LOOPBACK:
            if request.client is None or not ip_address(request.client.host).is_loopback:
                raise Refused(RefusalCode.FORBIDDEN, "Only this machine may call this.")
            return None
        if support is None:
            raise Refused(RefusalCode.FORBIDDEN, NOBODY)
        # The UI sends its access token, and the id token beside it: providers put groups into one or the other.
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        _, _, beside = request.headers.get("authorization-extras", "").rpartition(" ")
        return await support.person(token if scheme.lower() == "bearer" else "", beside)

    async def preflight() -> Response:
        return Response(headers=cross_origin)

    def told(call: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """A refusal says why to the UI too: without these headers, its browser shows nothing of it."""

        async def answered(request: Request) -> Response:
            try:
                return await call(request)
            except Refused as refused:
                answer = refusal_response(refused.refusal)
                answer.headers.update(cross_origin)
                return answer

        return answered

    async def decode(request: Request) -> Response:
        person = await allow(request)
        body = await request.body()
        try:
            opened = decode_payloads(body, ring)
        except (BadCodecRequestError, SealError) as error:
            raise _unconverted(error) from error
        if person is not None:  # before anything is shown: what cannot be written down is not read
            read = data_of(opened)
            await operations(request).support_reads.record(person, read)
            logger.info("support: %s had %d payloads opened", person.subject, len(read))
        return Response(opened, media_type="application/json", headers=cross_origin)

    async def encode(request: Request) -> Response:
        if await allow(request) is not None:
            message = "Support reads only. Use `clientsync runs` for what needs an input, or a signal without one."
            raise Refused(RefusalCode.FORBIDDEN, message)
        try:
            sealed = encode_payloads(await request.body(), ring)
        except BadCodecRequestError as error:
            raise _unconverted(error) from error
        return Response(sealed, media_type="application/json", headers=cross_origin)

    for path, call in (("/decode", decode), ("/encode", encode)):
        router.add_api_route(path, told(call), methods=["POST"])
        router.add_api_route(path, preflight, methods=["OPTIONS"])
    return router


def _unconverted(error: Exception) -> Refused:
    return Refused(RefusalCode.INVALID, f"The payloads cannot be converted: {error}.")
