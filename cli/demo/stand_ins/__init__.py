"""What the demo has to know of one provider's stand-in: how its sign-in goes, and its words for what goes wrong.

One module a provider, under the provider's name; nothing else in the demo knows one.
"""

from collections.abc import Collection, Mapping
from importlib import import_module
from typing import Protocol, cast

from cli.demo.awkward import Part
from cli.demo.browser import Browser, ShownPage
from cli.demo.sandbox import Fault


class StandIn(Protocol):
    """A module of this package."""

    @property
    def FAULTS(self) -> Mapping[Part, Fault]:  # noqa: N802  # a module's constant
        """What happens to whoever plays a part to which something happens, in the stand-in's words."""
        ...

    async def allow(self, browser: Browser, page: ShownPage, email: str, wanted: Collection[str] | None) -> ShownPage:
        """Sign in and allow access, from the provider's first page on.

        Args:
            browser: The colleague's.
            page: The provider's first page.
            email: Whom to sign in as.
            wanted: Ids of the organisations to connect; None for all that are offered, or where nothing more is
                offered, to continue with those connected before.

        Returns:
            Where the browser is then.

        Raises:
            NoSuchControlError: A page does not have what a person would press.
        """
        ...


def stand_in_of(provider: str) -> StandIn:
    """What is to be known of the stand-in for a provider."""
    return cast("StandIn", import_module(f"{__name__}.{provider}"))
