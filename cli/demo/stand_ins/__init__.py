"""What the demo has to know of one provider's stand-in: how its sign-in goes, and who is awkward there, and how.

One module a provider, under the provider's name; nothing else in the demo knows one.
"""

from collections.abc import Collection, Mapping
from importlib import import_module
from typing import Protocol, cast

from cli.demo.awkward import AwkwardPart, IsOne, Parts
from cli.demo.browser import Browser, ShownPage
from cli.demo.sandbox import SandboxOrganisation
from contracts.words.causes import Cause
from contracts.words.lists import ListName


class StandIn(Protocol):
    """A module of this package."""

    @property
    def REGION(self) -> str | None:  # noqa: N802  # a module's constant
        """The country in which sign-ins begin, where there are several."""
        ...

    @property
    def OWN(self) -> IsOne | None:  # noqa: N802  # likewise
        """The practice's own books, where each sign-in brings one organisation, so that they are picked by mistake.

        None where one sign-in brings all.
        """
        ...

    @property
    def MANY(self) -> int:  # noqa: N802  # likewise
        """How many contacts the organisation has that has thousands."""
        ...

    @property
    def PARTS(self) -> Parts:  # noqa: N802  # likewise
        """The parts that are played, and how; those of ``awkward.everywhere`` among them."""
        ...

    def lacks(self, organisation: SandboxOrganisation, part: AwkwardPart | None) -> Mapping[ListName, Cause]:
        """The lists that an organisation does not have for us although all is well with it, and why.

        Args:
            organisation: Any of the stand-in's.
            part: What it plays, if it plays one.
        """
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
