"""Pieces of what support staff read: links to our pages, clients by name, and names that stay plain in Markdown. Pure.

Names come from outside: nothing in one may become a link or a heading in Temporal's web interface.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

CLIENTS_SHOWN = 20
"""Names of clients in trouble that the current details show; the page has them all."""

_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+.!|~&:-])")


class Troubled(NamedTuple):
    """A client that failed or waits.

    Attributes:
        name: For people.
        code: Its code; empty where nobody has told.
        client_id: Whose page to link to; None where there is none.
        why: The cause in words.
    """

    name: str
    code: str
    client_id: UUID | None
    why: str


def plain(text: str) -> str:
    """A name from outside as it is, in one line, whatever Markdown would make of it."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def link(words: str, site: str, path: str) -> str:
    """A link to one of our pages; nothing where the address of the pages was not told."""
    return f"[{words}]({site}{path})" if site else ""


def troubled_clients(clients: Sequence[Troubled], in_all: int, site: str) -> str:
    """Clients that failed or wait, by name, as a list; how many more there are.

    Args:
        clients: Those whose names are known here.
        in_all: How many there are in all.
        site: Base address of our pages.
    """
    lines = []
    for one in clients[:CLIENTS_SHOWN]:
        name = plain(one.name)
        to_page = f"[{name}]({site}/clients/{one.client_id}/connection)" if site and one.client_id else name
        lines.append(f"- {to_page}{f' ({one.code})' if one.code else ''}: {one.why}")
    if lines and in_all > len(lines):
        lines.append(f"- and {in_all - len(lines)} more, which the page names")
    return "\n".join(["**Not done, or waiting:**", *lines]) if lines else ""
