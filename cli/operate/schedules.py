"""The schedules of the nightly checks."""

from collections.abc import Sequence

import typer
from temporalio.service import RPCError

from cli.kit.output import Json, out, print_json, table
from contracts.words.names import SEARCH_ATTRIBUTES, WELCOME
from contracts.words.refusals import Refused
from runtime.settings.cannot_start import CannotStartError
from runtime.settings.settings import Settings
from runtime.temporal.connection import connect
from runtime.temporal.namespace import prepare_namespace
from starter.bootstrap import open_database, read_settings
from starter.connections.schedules import Applied, Schedules
from starter.exit_statuses import err, execute
from starter.people.practice import NIGHT_BEGINS

schedules = typer.Typer(no_args_is_help=True, help="Schedules of the nightly checks.")


async def apply_schedules(settings: Settings, slug: str | None = None) -> Sequence[Applied]:
    """Give every practice its schedule, or only the one with this slug.

    Raises:
        MissingSettingError: Something that it needs is not set.
        RuntimeError: Temporal does not answer.
        Refused: Temporal does not answer any more.
    """
    async with open_database(settings) as database:
        temporal = await connect(settings)
        await prepare_namespace(
            temporal, settings.temporal_namespace, search_attributes=SEARCH_ATTRIBUTES, welcome=WELCOME
        )
        return await Schedules(database, temporal, settings.public_url or "").apply(slug)


async def apply_if_possible(settings: Settings, slug: str) -> None:
    """Give a practice its schedule if Temporal can be reached; otherwise say what to do, and go on without."""
    try:
        tell_doubts(await apply_schedules(settings, slug))
    except (CannotStartError, RuntimeError, RPCError, Refused):
        err.print(
            "Its nightly check is not scheduled yet, since Temporal cannot be reached with these settings. "
            "Once it can, run: clientsync schedules apply",
            style="yellow",
        )


def tell_doubts(applied: Sequence[Applied]) -> None:
    """Print on standard error where Temporal starts nights at other times than ours, and what to do about it."""
    for one in applied:
        if one.doubt is not None:
            err.print(f"{one.practice}: {one.doubt} {one.what_to_do}", style="yellow", soft_wrap=True)


@schedules.command(
    "apply",
    help=f"Give every practice its nightly check, at {NIGHT_BEGINS} by its own clock. Safe at any time; a pause stays.",
)
def apply(json: Json = False) -> None:
    """Give every practice its nightly check, and say what was done."""
    applied = execute(apply_schedules(read_settings()))
    tell_doubts(applied)
    if json:
        fields = ("practice", "schedule_id", "time_zone", "change", "doubt")
        print_json({"schedules": [{name: getattr(one, name) for name in fields} for one in applied]})
        return
    rows = table("Practice", "Schedule", "Time zone", "")
    for one in applied:
        rows.add_row(one.practice, one.schedule_id, one.time_zone, one.change)
    out.print(rows if applied else "There is no practice yet: clientsync practice create")
