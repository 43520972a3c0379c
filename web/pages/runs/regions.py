"""The page before a sign-in that asks in which country it is, where the accounting software has several.

Every route that leads to a sign-in asks it first, and is sent the same form again with the answer.
"""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import Form, Request
from fastapi.responses import HTMLResponse

from starter.access.sessions import SignedIn
from starter.operations import Operations
from web.kit.rendering import render

RegionField = Annotated[str, Form(alias="region", max_length=16, pattern=r"^[A-Za-z]*$")]
"""The country that was chosen; empty where none was."""


async def question(
    request: Request,
    door: Operations,
    viewer: SignedIn,
    provider: str,
    region: str,
    *,
    fields: Mapping[str, str] | None = None,
    client_id: UUID | None = None,
) -> HTMLResponse | None:
    """The question, with the usual country chosen; None where there is nothing to choose, or one was chosen.

    Args:
        request: The POST that leads to the sign-in; the page's form is sent to the same address.
        door: The operations.
        viewer: Who signs in.
        provider: The accounting software.
        region: The country that was chosen.
        fields: What else was sent, to be sent again.
        client_id: The client that the sign-in is for, where it is for one.

    Raises:
        Refused: Unknown accounting software.
    """
    choice = await door.consents.regions(viewer.actor.practice_id, provider, client_id)
    if choice is None or region:
        return None
    allow = door.software.allow_words(provider)
    return render(
        request, "region.html", address=request.url.path, choice=choice, allow=allow, fields=dict(fields or {})
    )
