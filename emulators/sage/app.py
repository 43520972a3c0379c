"""The whole sandbox as one ASGI application: Sage's own calls on top of what every stand-in has."""

from emulators.kit.app import StandIn
from emulators.kit.clock import Clock
from emulators.kit.signing import SigningKey
from emulators.sage.accounting.api import PREFIX, AccountingApi
from emulators.sage.config import Config
from emulators.sage.control.control import Control
from emulators.sage.identity.identity_wire import SageIdentityWire
from emulators.sage.identity.policies import PATHS
from emulators.sage.world import World


class Sandbox(StandIn):
    """The application.

    Attributes:
        world: Everything it knows.
    """

    def __init__(self, world: World) -> None:
        super().__init__(Control(world), SageIdentityWire(world), PATHS, {PREFIX: AccountingApi(world)}, b"x-business")
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
