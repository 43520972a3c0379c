"""Links by which a client's own people sign in for it."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Header, Path, Response

from starter.answers.sign_ins import AskedClientAnswer, ClientLinksAnswer, ClientLinkWish, MadeClientLinkAnswer
from web.kit.authentication import Adder, Door, Manager, Reader

ProviderName = Annotated[str, Path(max_length=20, description="The accounting software's name in lower case.")]
Wish = Annotated[ClientLinkWish | None, Body()]

asking = APIRouter(prefix="/api/v1/clients/{client_id}/sign-in-link/{provider}", tags=["Clients"])
Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", min_length=1, max_length=120, description="The same key begins no second run."),
]
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
    "withdrawn. With `send_to`, Clientsync mails it too.",
)
async def make(caller: Manager, door: Door, client_id: UUID, wish: Wish = None) -> MadeClientLinkAnswer:
    """A new link."""
    wish = wish or ClientLinkWish()
    return MadeClientLinkAnswer.of(await door.client_links.make(caller, client_id, wish.days, wish.send_to))


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


@asking.post(
    "",
    status_code=HTTPStatus.CREATED,
    summary="Ask a client that was never connected to sign in",
    description="`address` is shown this once. Whoever follows it needs no account here. An Add clients for this "
    "client begins and waits; what the sign-in brings is listed in it, and is the client's once it is chosen. With "
    "`send_to`, Clientsync mails the link too.",
)
async def ask(
    caller: Adder, door: Door, client_id: UUID, provider: ProviderName, wish: Wish = None, key: Key = None
) -> AskedClientAnswer:
    """A new link for a client without a connection."""
    wish = wish or ClientLinkWish()
    made = await door.client_links.ask(caller, client_id, provider, key, wish.days, wish.send_to)
    return AskedClientAnswer.of(made)
