"""Who calls: a colleague's bearer token."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from contracts.refusals import RefusalCode, Refused
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
    """The colleague whose token came along.

    Raises:
        Refused: No token, or one that is unknown, revoked or a deactivated colleague's.
    """
    if credentials is None:
        raise Refused(RefusalCode.UNAUTHENTICATED, "Send a colleague's token: `Authorization: Bearer <token>`.")
    return await door.colleagues.by_token(credentials.credentials)


Caller = Annotated[Actor, Depends(acting)]
