"""The frame of each page of one client: its name, and the tabs."""

from enum import StrEnum
from http import HTTPStatus
from uuid import UUID

from fastapi import Request
from fastapi.responses import HTMLResponse

from starter.access.sessions import SignedIn
from starter.answers.views import ClientView
from web.kit.authentication import Door
from web.kit.rendering import render


class Tab(StrEnum):
    """The tabs of a client's pages; the value is what follows the client's address."""

    OVERVIEW = ""
    CONNECTIONS = "/connections"
    LISTS = "/lists"
    TIMELINE = "/timeline"

    @property
    def label(self) -> str:
        """The tab's label."""
        return _LABELS[self]


_LABELS = {
    Tab.OVERVIEW: "Overview",
    Tab.CONNECTIONS: "Connections",
    Tab.LISTS: "Standard information",
    Tab.TIMELINE: "Timeline",
}


async def framed(
    request: Request,
    door: Door,
    viewer: SignedIn,
    client_id: UUID,
    template: str,
    tab: Tab,
    *,
    status: int = HTTPStatus.OK,
    view: ClientView | None = None,
    is_over: bool = False,
    is_well: bool = True,
    **values: object,
) -> HTMLResponse:
    """A page of one client.

    Args:
        request: The request that is answered.
        door: All operations.
        viewer: The signed-in colleague.
        client_id: The client.
        template: Extends ``client/frame.html``.
        tab: The tab to which it belongs.
        status: HTTP status.
        view: The client, if it was read already.
        is_over: See ``render``.
        is_well: See ``render``.
        values: What the template gets besides ``view``, ``here`` (the client's address) and ``tabs``.

    Raises:
        Refused: There is no such client in the practice.
    """
    view = view or await door.clients.show(viewer.actor, client_id)
    here = f"/clients/{client_id}"
    tabs = [(one.label, f"{here}{one.value}", None) for one in Tab]
    whole = values | {"view": view, "here": here, "tabs": tabs, "tab": f"{here}{tab.value}"}
    return render(request, template, status=status, is_over=is_over, is_well=is_well, **whole)  # type: ignore[arg-type]  # all of it is for the template
