"""What the bare script asks each accounting software for: one module each, under its name; see ``Reads``."""

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from bench.baselines.bare import Script
    from bench.baselines.bare_store import Found


class Reads(Protocol):
    """A module of this package."""

    @property
    def TOKEN_PATH(self) -> str:  # noqa: N802  # a module's constant
        """Where the stand-in exchanges codes."""
        ...

    @property
    def REGION(self) -> str | None:  # noqa: N802  # likewise
        """The country in which sign-ins begin, where there are several."""
        ...

    @property
    def FORGET(self) -> str:  # noqa: N802  # likewise
        """The stand-in's fault after which each run begins with the same consent."""
        ...

    @property
    def ONE_EACH(self) -> str | None:  # noqa: N802  # likewise
        """Where a sign-in brings one organisation: the parameter with which the browser comes back that names it.

        None where a sign-in brings all. With one for each, all are made before time is taken, the script's and ours.
        """
        ...

    @property
    def NAMES(self) -> tuple[str, str, str]:  # noqa: N802  # likewise
        """The stand-in's name for a list of customers, and the fields of their ids and names."""
        ...

    @property
    def STAND_IN(self) -> Sequence[str]:  # noqa: N802  # likewise
        """Further arguments of the stand-in."""
        ...

    @property
    def CALLS_AT_ONCE(self) -> int:  # noqa: N802  # likewise
        """How many calls the script makes at once beside each process of ours that reads, as many as that one."""
        ...

    @property
    def MOST_AT_ONCE(self) -> int | None:  # noqa: N802  # likewise
        """How many calls at once the app may make; None where there is no such limit."""
        ...

    @property
    def IN_A_MINUTE(self) -> tuple[int, int] | None:  # noqa: N802  # likewise
        """How many calls an app and an organisation have in a minute; None where there is no such limit."""
        ...

    async def found(self, script: "Script") -> Sequence["Found"]:
        """All organisations, with their profiles."""
        ...

    async def pull(self, script: "Script", organisation: "Found") -> None:
        """Read everything else of an organisation."""
        ...


def reads_of(provider: str) -> Reads:
    """What is asked of a provider."""
    return cast("Reads", import_module(f"{__name__}.{provider}"))
