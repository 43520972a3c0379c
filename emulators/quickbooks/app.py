"""The whole sandbox as one ASGI application: Intuit's own calls on top of what every stand-in has."""

import re

from starlette.types import ASGIApp, Scope

from emulators.kit.app import StandIn
from emulators.kit.clock import Clock
from emulators.kit.pages import Pages
from emulators.kit.signing import SigningKey
from emulators.quickbooks.accounting.api import PREFIX, AccountingApi
from emulators.quickbooks.config import Config
from emulators.quickbooks.control.control import Control
from emulators.quickbooks.identity.connected_apps import ADDRESS, ConnectedApps
from emulators.quickbooks.identity.identity_wire import QuickBooksIdentityWire
from emulators.quickbooks.identity.policies import PATHS
from emulators.quickbooks.identity.user_info import UserInfo
from emulators.quickbooks.world import World

_REALM = re.compile(rf"{PREFIX}/(\d+)(?:/|$)")


class Sandbox(StandIn):
    """The application.

    Attributes:
        world: Everything it knows.
    """

    def __init__(self, world: World) -> None:
        calls: dict[str, ASGIApp] = {
            PREFIX: AccountingApi(world),
            PATHS.user_info or "": UserInfo(world),
            ADDRESS: ConnectedApps(world, Pages(world.platform)).app(),
        }
        super().__init__(Control(world), QuickBooksIdentityWire(world), PATHS, calls)
        self.world = world

    def organisation_of(self, scope: Scope) -> str | None:
        """The company that a call names in its address."""
        found = _REALM.match(scope.get("path", "").lower())
        return found[1] if found else None


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
