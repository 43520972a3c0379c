"""Links by which a client's own people sign in for it."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Response

from starter.answers.sign_ins import ClientLinksAnswer, ClientLinkWish, MadeClientLinkAnswer
from web.kit.authentication import Door, Manager, Reader

router = APIRouter(prefix="/api/v1/clients/{client_id}/connection/links", tags=["One connection"])


@router.get("", summary="List the links for a client's own people", description="Newest first; no secret is shown.")
async def links(caller: Reader, door: Door, client_id: UUID) -> ClientLinksAnswer:
    """The links of one client."""
    return ClientLinksAnswer.of(await door.client_links.of_client(caller, client_id))


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    summary="Make a link by which a client's own people sign in",
    description="`address` is shown this once. Whoever follows it needs no account here, and can connect nothing but "
    "this client's own organisation. It works until one sign-in by it has succeeded, its days are over, or it is "
    "withdrawn.",
)
async def make(
    caller: Manager, door: Door, client_id: UUID, wish: Annotated[ClientLinkWish | None, Body()] = None
) -> MadeClientLinkAnswer:
    """A new link."""
    return MadeClientLinkAnswer.of(await door.client_links.make(caller, client_id, (wish or ClientLinkWish()).days))


@router.delete(
    "/{link_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Withdraw a link",
    description="Sign-ins that are under way by it are not finished. A second time, it changes nothing.",
)
async def withdraw(caller: Manager, door: Door, client_id: UUID, link_id: UUID) -> Response:
    """Withdraw a link."""
    await door.client_links.withdraw(caller, client_id, link_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)
