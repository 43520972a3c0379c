"""The command line: ``clientsync``. Puts the commands together; each is in a module of ``starter.commands``."""

import typer

from starter.commands import connection, connections_health
from starter.commands.change import change
from starter.commands.clients import clients
from starter.commands.colleagues import colleague
from starter.commands.database import database
from starter.commands.demo import demo
from starter.commands.doctor import doctor
from starter.commands.hand_over import hand_over
from starter.commands.invite import invite
from starter.commands.practices import practice, team, token
from starter.commands.processes import PASS_ON, web, worker, xero_sandbox
from starter.commands.runs import runs
from starter.commands.schedules import schedules
from starter.commands.up import up

EPILOG = "Exit status: 0 fine; 1 failed, may work later; 2 wrong usage or refused input. Settings: docs/operations.md."

app = typer.Typer(
    name="clientsync",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    epilog=EPILOG,
    help="Adds an accounting practice's clients in bulk from their accounting software, and keeps them connected.",
)

connections = typer.Typer(no_args_is_help=True, help="Connections of clients to their accounting software.")
connections.command("list")(connections_health.list_connections)
connections.command("check")(connections_health.check)
connections.command("show")(connection.show)
connections.command("settings")(connection.settings)
connections.command("refresh")(connection.refresh)
connections.command("reconnect")(connection.reconnect)
connections.command("disconnect")(connection.disconnect)
connections.add_typer(change, name="change")

LOOKING, SERVING, SETTING_UP, WORKING = "Look and develop", "Run the parts", "Set up", "Work"

app.command("demo", rich_help_panel=LOOKING)(demo)
app.command("up", rich_help_panel=LOOKING)(up)
app.command("doctor", rich_help_panel=LOOKING)(doctor)
app.command("web", rich_help_panel=SERVING)(web)
app.command("worker", rich_help_panel=SERVING, context_settings=PASS_ON)(worker)
app.command("xero-sandbox", rich_help_panel=SERVING, context_settings=PASS_ON)(xero_sandbox)
app.add_typer(database, name="db", rich_help_panel=SETTING_UP)
app.add_typer(practice, name="practice", rich_help_panel=SETTING_UP)
colleague.command("invite")(invite)
app.add_typer(colleague, name="colleague", rich_help_panel=SETTING_UP)
app.add_typer(team, name="team", rich_help_panel=SETTING_UP)
app.add_typer(token, name="token", rich_help_panel=SETTING_UP)
app.add_typer(schedules, name="schedules", rich_help_panel=SETTING_UP)
app.add_typer(runs, name="runs", rich_help_panel=WORKING)
clients.command("hand-over")(hand_over)
app.add_typer(clients, name="clients", rich_help_panel=WORKING)
app.add_typer(connections, name="connections", rich_help_panel=WORKING)


def main() -> None:
    """Entry point of ``clientsync``."""
    app()


if __name__ == "__main__":
    main()
