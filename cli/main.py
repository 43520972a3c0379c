"""The command line ``clientsync``: assembles the commands of ``cli.work`` and ``cli.operate``."""

import typer

from cli.kit.lazily import Announced, LazyGroup, announce
from runtime.settings.zone_rules import use_pinned_rules

EPILOG = "Exit status: 0 fine; 1 failed, may work later; 2 wrong usage or refused input. Settings: docs/operations.md."

app = typer.Typer(
    name="clientsync",
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    epilog=EPILOG,
    help="Adds an accounting practice's clients in bulk from their accounting software, and keeps them connected.",
)

WORK, OPERATE = "cli.work", "cli.operate"
PANELS = {
    "Look and develop": (
        Announced(
            "demo",
            f"{OPERATE}.demo:demo",
            "Start everything, add a practice's clients as a browser would, and check what came of it.",
        ),
        Announced(
            "up",
            f"{OPERATE}.up:up",
            "Run everything embedded until Ctrl-C: servers, stand-ins, worker, web backend.",
        ),
        Announced(
            "doctor",
            f"{OPERATE}.doctor:doctor",
            "Check settings, database, Temporal and accounting software, and say what to do about what is missing.",
        ),
    ),
    "Run the parts": (
        Announced("web", f"{OPERATE}.processes:web", "Serve the JSON API and the pages until stopped.", passes_on=True),
        Announced(
            "worker", f"{OPERATE}.processes:worker", "Run workflows and activities until stopped.", passes_on=True
        ),
        Announced(
            "emulator",
            f"{OPERATE}.processes:emulator",
            "Run the stand-in for an accounting software until stopped; say which.",
            passes_on=True,
        ),
        Announced(
            "xero-sandbox",
            f"{OPERATE}.processes:xero_sandbox",
            "The same as `clientsync emulator xero`.",
            passes_on=True,
        ),
    ),
    "Set up": (
        Announced("db", f"{OPERATE}.database:database", "The database."),
        Announced("practice", f"{OPERATE}.practices:practice", "Practices: the firms that use Clientsync."),
        Announced("colleague", f"{WORK}.colleagues:colleague", "Colleagues: the people of a practice."),
        Announced("team", f"{OPERATE}.practices:team", "Teams: groups of colleagues that clients can be assigned to."),
        Announced("token", f"{WORK}.tokens:token", "Bearer tokens for the JSON API."),
        Announced("schedules", f"{OPERATE}.schedules:schedules", "Schedules of the nightly checks."),
    ),
    "Work": (
        Announced("runs", f"{WORK}.runs:runs", "Runs: one bulk operation each."),
        Announced("clients", f"{WORK}.clients:clients", "Client accounts."),
        Announced(
            "connections",
            f"{WORK}.connections:connections",
            "Connections of clients to their accounting software.",
        ),
    ),
}

for panel, commands in PANELS.items():
    announce(app, panel, commands)


def main() -> None:
    """Entry point of ``clientsync``."""
    use_pinned_rules()
    app()


if __name__ == "__main__":
    main()
