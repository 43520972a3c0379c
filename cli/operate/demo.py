"""The main job from the first click to the report, on this machine, in about a minute, and checked at the end."""

from typing import Annotated

import typer

from cli.demo import FEWEST
from cli.kit.output import Json
from starter.exit_statuses import execute


def demo(
    organisations: Annotated[
        int, typer.Option(min=FEWEST, max=5_000, help="How many organisations, the awkward ones among them.")
    ] = 40,
    seed: Annotated[int, typer.Option(min=0, help="Decides names, numbers and records of the stand-in.")] = 7,
    provider: Annotated[str | None, typer.Option(help="The accounting software whose stand-in is used.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep everything running afterwards, until Ctrl-C.")] = False,
    json: Json = False,
) -> None:
    """Start everything, add a practice's clients as a browser would, and check what came of it.

    Uses none of this machine's settings, and leaves nothing behind.
    """
    from cli.demo.performance import perform  # other commands start without what it needs
    from cli.operate.processes import one_known  # likewise

    raise typer.Exit(execute(perform(organisations, seed, provider=one_known(provider), keep=keep, json=json)))
