"""Building blocks of what support staff read: links to our pages, clients by name, names made safe for Markdown. Pure.

Names come from outside, so a name must not become a link or a heading in Temporal's web interface.
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
        name: The client's name.
        code: The client's code; empty where it is not known.
        client_id: The client, for a link to its page; None where there is none.
        why: The cause in words.
    """

    name: str
    code: str
    client_id: UUID | None
    why: str


def plain(text: str) -> str:
    """A name from outside in one line, escaped so that Markdown shows it as it is."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def link(words: str, site: str, path: str) -> str:
    """A Markdown link to one of our pages; empty where the address of the pages is not known."""
    return f"[{words}]({site}{path})" if site else ""


def troubled_clients(clients: Sequence[Troubled], in_all: int, site: str) -> str:
    """A list of clients that failed or wait, by name, and how many more there are.

    Args:
        clients: Clients whose names are known.
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
