"""Prints for people or for machines.

Standard output has only data; messages on errors go to standard error (``starter.exit_statuses``).
"""

import sys
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from contracts.naming.labels import label_of

out = Console()

Provider = Annotated[str | None, typer.Option(help="The accounting software; not needed where there is only one.")]
Region = Annotated[
    str | None,
    typer.Option(
        metavar="CODE",
        help="The country of the businesses, such as GB, where the accounting software has several; otherwise the last "
        "one.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, to standard output.")]
As = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="EMAIL",
        help="Act as this colleague, or PRACTICE/EMAIL; otherwise as the only admin.",
    ),
]


def print_json(data: object) -> None:
    """Print data as JSON on standard output."""
    sys.stdout.write(orjson.dumps(data, option=orjson.OPT_INDENT_2, default=_plain).decode() + "\n")


def _plain(value: object) -> object:
    dump = getattr(value, "model_dump", None)
    return dump(mode="json") if dump is not None else str(value)


def table(*columns: str, title: str | None = None) -> Table:
    """An empty table in the style of our commands."""
    made = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def words(value: object) -> str:
    """The name of a value as in the middle of a line, such as ``completed with failures``; empty for None."""
    said = label_of(value)
    return f"{said[:1].lower()}{said[1:]}"
