"""A group of commands, each of which is imported only when it is used.

Importing all of them takes two seconds of CPU time, most of which a single command or the help does not need.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
"""Every argument is another program's, ``--help`` too."""


@dataclass(frozen=True)
class Announced:
    """A command in the overview.

    Attributes:
        name: The command's name.
        place: Where the function or app is, as ``package.module:name``.
        said: Its line in the overview, which is the first line of its own help.
        passes_on: Whether it is another program, which reads the arguments itself.
    """

    name: str
    place: str
    said: str
    passes_on: bool = False

    def imported(self) -> Any:  # Typer's own kind of Click's commands
        """The command, imported."""
        module, _, name = self.place.partition(":")
        found = getattr(import_module(module), name)
        if isinstance(found, typer.Typer):
            return get_group(found)
        lone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        lone.command(self.name, context_settings=PASS_ON if self.passes_on else None)(found)
        return get_command(lone)


class LazyGroup(TyperGroup):
    """Lists announced commands, and imports a command when it is to run."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:  # as above
        """Find the command to run, and import it."""
        name, shown, rest = super().resolve_command(ctx, args)
        return name, shown and shown.context_settings["obj"].imported(), rest


def announce(app: typer.Typer, panel: str, commands: Iterable[Announced]) -> None:
    """Add commands to a panel of an app's overview; the app must have been made with ``cls=LazyGroup``."""

    def never_called() -> None: ...

    for one in commands:
        app.command(one.name, help=one.said, rich_help_panel=panel, context_settings={"obj": one})(never_called)
