"""The whole sandbox as one ASGI application: one port for the pages, identity, connections, Accounting and control."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from emulators.kit.clock import Clock
from emulators.kit.faults.edge import met
from emulators.kit.oauth.discovery import Discovery
from emulators.kit.oauth.login_pages import LoginPages
from emulators.kit.oauth.token_endpoint import TokenEndpoint
from emulators.kit.signing import SigningKey
from emulators.xero.accounting.api import PREFIX, AccountingApi
from emulators.xero.config import Config
from emulators.xero.connections_api import ConnectionsApi
from emulators.xero.control.api import ControlApi
from emulators.xero.control.control import Control
from emulators.xero.control.page import ControlPage
from emulators.xero.identity.identity_wire import XeroIdentityWire
from emulators.xero.identity.policies import PATHS
from emulators.xero.pages import PAGES
from emulators.xero.world import World

_TOKEN_PATHS = frozenset({PATHS.token, PATHS.revocation})


class Sandbox:
    """The application.

    Attributes:
        world: Everything it knows.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._accounting = AccountingApi(world)
        self._connections = ConnectionsApi(world)
        wire = XeroIdentityWire(world)
        self._tokens = TokenEndpoint(world, wire, PATHS)
        control = Control(world)
        self._pages: ASGIApp = Starlette(
            routes=[
                Route("/", _to_control),
                Route("/sandbox/style.css", _style),
                *Discovery(world, wire, PATHS).routes(),
                *LoginPages(world, wire, PATHS, PAGES).routes(),
                *ControlApi(control).routes(),
                *ControlPage(control).routes(),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a call to the part that answers it."""
        path = scope.get("path", "")
        if _is_behind_the_edge(path) and await self._is_met_by_the_edge(scope, send):
            return
        if path.startswith(PREFIX):
            await self._accounting(scope, receive, send)
        elif path in _TOKEN_PATHS:
            await self._tokens(scope, receive, send)
        elif path.lower() == "/connections" or path.lower().startswith("/connections/"):
            await self._connections(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

    async def _is_met_by_the_edge(self, scope: Scope, send: Send) -> bool:
        tenant = dict(scope["headers"]).get(b"xero-tenant-id", b"").decode("ascii", "replace").lower()
        return await met(self.world.faults, self.world.calls, tenant or None, scope, send)


def _is_behind_the_edge(path: str) -> bool:
    """Whether a call is an app's; browsers' pages and control are not troubled."""
    return path.lower().startswith((PREFIX, "/connect/", "/connections", "/.well-known/"))


def create_app(config: Config | None = None, clock: Clock | None = None, *, key: SigningKey | None = None) -> Sandbox:
    """Make a sandbox.

    Args:
        config: What it is started with; the defaults otherwise.
        clock: Its time; real time otherwise.
        key: Signs its tokens; a new key otherwise. It takes long to make, so that several sandboxes may share one.

    Returns:
        An ASGI application.
    """
    return Sandbox(World(config or Config(), clock, key))


async def _to_control(_request: Request) -> Response:
    return RedirectResponse("/sandbox")


async def _style(_request: Request) -> Response:
    return Response(PAGES.style, media_type="text/css")
