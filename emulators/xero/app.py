"""The whole sandbox as one ASGI application: Xero's own calls on top of what every stand-in has."""

from starlette.types import ASGIApp

from emulators.kit.app import StandIn
from emulators.kit.clock import Clock
from emulators.kit.signing import SigningKey
from emulators.xero.accounting.api import PREFIX, AccountingApi
from emulators.xero.config import Config
from emulators.xero.connections_api import ConnectionsApi
from emulators.xero.control.control import Control
from emulators.xero.identity.identity_wire import XeroIdentityWire
from emulators.xero.identity.policies import PATHS
from emulators.xero.world import World


class Sandbox(StandIn):
    """The application.

    Attributes:
        world: Everything it knows.
    """

    def __init__(self, world: World) -> None:
        calls: dict[str, ASGIApp] = {PREFIX.rstrip("/"): AccountingApi(world), "/connections": ConnectionsApi(world)}
        super().__init__(Control(world), XeroIdentityWire(world), PATHS, calls, b"xero-tenant-id")
        self.world = world


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
