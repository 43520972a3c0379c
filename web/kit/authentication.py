"""Authenticates callers of the API by bearer token, and checks the token's scopes. Every call depends on this."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from contracts.words.access import Scope
from contracts.words.refusals import RefusalCode, Refused
from starter.actor import Actor
from starter.operations import Operations

_bearer = HTTPBearer(auto_error=False, description="A colleague's token, from `clientsync token create`.")


def operations(request: Request) -> Operations:
    """All operations of the product, as the application was built with."""
    found = request.app.state.operations
    assert isinstance(found, Operations)  # noqa: S101  # ``create_app`` put it there
    return found


Door = Annotated[Operations, Depends(operations)]


async def acting(door: Door, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Actor:
    """The colleague whose token was sent, whatever its scopes.

    Raises:
        Refused: No token, or one that is unknown, withdrawn or over, or a deactivated colleague's.
    """
    if credentials is None:
        raise Refused(RefusalCode.UNAUTHENTICATED, "Send a colleague's token: `Authorization: Bearer <token>`.")
    return await door.tokens.by_secret(credentials.credentials)


class WithScope:
    """A dependency: the colleague whose token was sent, if the token has one of these scopes.

    Which scope a run needs depends on its kind; that is checked where the run is known.
    """

    def __init__(self, *any_of: Scope) -> None:
        self.any_of = any_of

    async def __call__(self, actor: Annotated[Actor, Depends(acting)]) -> Actor:
        """The colleague.

        Raises:
            Refused: As ``acting``; ``FORBIDDEN`` where the token lacks the scope.
        """
        actor.check(*self.any_of)
        return actor


async def importing(actor: Annotated[Actor, Depends(acting)]) -> Actor:
    """The colleague, if the token may both add clients and change them.

    Raises:
        Refused: As ``acting``; ``FORBIDDEN`` where the token lacks a scope.
    """
    actor.check(Scope.ADD)
    actor.check(Scope.MANAGE)
    return actor


Reader = Annotated[Actor, Depends(WithScope(Scope.READ))]
Adder = Annotated[Actor, Depends(WithScope(Scope.ADD, Scope.MANAGE))]
ClientAdder = Annotated[Actor, Depends(WithScope(Scope.ADD))]
Manager = Annotated[Actor, Depends(WithScope(Scope.MANAGE))]
Importer = Annotated[Actor, Depends(importing)]
