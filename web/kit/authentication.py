"""Who calls: a colleague's bearer token, and what it may be used for. No call of the API is without one of these."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from contracts.words.access import Scope
from contracts.words.refusals import RefusalCode, Refused
from starter.actor import Actor
from starter.operations import Operations

_bearer = HTTPBearer(auto_error=False, description="A colleague's token, from `clientsync token create`.")


def operations(request: Request) -> Operations:
    """The one door, as the application was given it."""
    found = request.app.state.operations
    assert isinstance(found, Operations)  # noqa: S101  # ``create_app`` put it there
    return found


Door = Annotated[Operations, Depends(operations)]


async def acting(door: Door, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Actor:
    """The colleague whose token came along, whatever it may be used for.

    Raises:
        Refused: No token, or one that is unknown, withdrawn or over, or a deactivated colleague's.
    """
    if credentials is None:
        raise Refused(RefusalCode.UNAUTHENTICATED, "Send a colleague's token: `Authorization: Bearer <token>`.")
    return await door.tokens.by_secret(credentials.credentials)


class WithScope:
    """A dependency: the colleague whose token came along and may be used for one of these.

    Which of them a run takes depends on its kind, and is looked at where the run is known.
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


Reader = Annotated[Actor, Depends(WithScope(Scope.READ))]
Adder = Annotated[Actor, Depends(WithScope(Scope.ADD, Scope.MANAGE))]
Manager = Annotated[Actor, Depends(WithScope(Scope.MANAGE))]
