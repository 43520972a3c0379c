"""``clientsync connections``: commands about all connections, and about one."""

import typer

from cli.work import connection, connections_health
from cli.work.change import change
from cli.work.client_links import links

connections = typer.Typer(no_args_is_help=True, help="Connections of clients to their accounting software.")
connections.command("list")(connections_health.list_connections)
connections.command("check")(connections_health.check)
connections.command("show")(connection.show)
connections.command("settings")(connection.settings)
connections.command("refresh")(connection.refresh)
connections.command("reconnect")(connection.reconnect)
connections.command("disconnect")(connection.disconnect)
connections.add_typer(change, name="change")
connections.add_typer(links, name="links")
