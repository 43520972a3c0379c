"""A whole stand-in as one ASGI application: one port for the pages, identity, the platform's own calls and control."""

from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from emulators.kit.control.api import ControlApi
from emulators.kit.control.control import Control
from emulators.kit.control.page import ControlPage
from emulators.kit.faults.edge import met
from emulators.kit.oauth.discovery import Discovery
from emulators.kit.oauth.identity_wire import IdentityWire
from emulators.kit.oauth.login_pages import LoginPages
from emulators.kit.oauth.policies import Paths
from emulators.kit.oauth.token_endpoint import TokenEndpoint
from emulators.kit.pages import Pages
from emulators.kit.world import World


class StandIn:
    """The application.

    Args:
        control: What can be done to it.
        wire: How its identity server writes.
        paths: Where the parts of that are.
        calls: What answers the platform's own calls, by the beginning of their paths, in lower case and without the
            last slash.
        organisation_header: The header that says which organisation a call is about; None where something else does.
    """

    def __init__(
        self,
        control: Control,
        wire: IdentityWire,
        paths: Paths,
        calls: Mapping[str, ASGIApp],
        organisation_header: bytes | None = None,
    ) -> None:
        self._world: World = control.world
        self._organisation_header = organisation_header
        tokens = TokenEndpoint(control.world, wire, paths)
        self._tokens: Mapping[str, ASGIApp] = {paths.token: tokens, paths.revocation: tokens}
        self._calls = [(start, f"{start}/", app) for start, app in calls.items()]
        self._documents = frozenset({paths.discovery, paths.keys})
        pages = Pages(control.world.platform)
        self._style = pages.style
        self._pages: ASGIApp = Starlette(
            routes=[
                Route("/", _to_control),
                Route("/sandbox/style.css", self._show_style),
                *Discovery(control.world, wire, paths).routes(),
                *LoginPages(control.world, wire, paths, pages).routes(),
                *ControlApi(control).routes(),
                *ControlPage(control, pages).routes(),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a call to the part that answers it. Browsers' pages and control do not meet the edge."""
        path = scope.get("path", "")
        app = self._tokens.get(path) or self._answering(path.lower())
        is_behind_the_edge = app is not None or path in self._documents
        if is_behind_the_edge and self._world.faults.any() and await self._is_met_by_the_edge(scope, send):
            return
        await (app or self._pages)(scope, receive, send)

    def _answering(self, path: str) -> ASGIApp | None:
        for exactly, start, app in self._calls:
            if path.startswith(start) or path == exactly:
                return app
        return None

    async def _is_met_by_the_edge(self, scope: Scope, send: Send) -> bool:
        return await met(self._world.faults, self._world.calls, self.organisation_of(scope), scope, send)

    def organisation_of(self, scope: Scope) -> str | None:
        """The organisation that a call names, if any."""
        wanted = self._organisation_header
        found = dict(scope["headers"]).get(wanted, b"") if wanted else b""
        return found.decode("ascii", "replace").lower() or None

    async def _show_style(self, _request: Request) -> Response:
        return Response(self._style, media_type="text/css")


async def _to_control(_request: Request) -> Response:
    return RedirectResponse("/sandbox")
