"""What is known, at night, of the answers that a client's lists were last read from whole.

An answer that is the last one again is not taken apart, so that nothing but its bytes would tell that its rows are to
be made in another way. So a fingerprint depends on the code that makes rows, and on the settings that choose among
them; and where a connection counts as never read whole, no answer is known, which has everything compared.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from contracts.words.lists import ListName, Lists
from models.connections.tables import Connection
from providers.port.feeds import FeedGroup
from providers.port.provider import LastAnswer
from rules.lists.increments import LastPull, answer_held

_ROOT = Path(__file__).parents[2]
_MAKES_ROWS = ("activities/pulls", "contracts/words", "models/connections", "models/lists", "providers", "rules/lists")
"""Where rows are made of answers, kept or left out, compared and stored."""


def last_answers(
    connection: Connection, groups: Sequence[FeedGroup], receipts: Mapping[ListName, LastPull]
) -> dict[Lists, LastAnswer]:
    """What is known of the last answer of each of the lists that one fingerprinted feed fills.

    Args:
        connection: The connection.
        groups: The lists, with their feeds.
        receipts: Of the connection's lists.
    """
    salt = f"{code_that_makes_rows()} {connection.contacts.value}"
    was_read = connection.contacts_complete_at is not None
    return {
        group.lists: LastAnswer(salt, answer_held(group.lists, receipts) if was_read else None)
        for group in groups
        if len(group.feeds) == 1 and group.feeds[0].fingerprinted
    }


@cache
def code_that_makes_rows() -> str:
    """A hash of the source that makes rows; more than that is in it, so that nothing is forgotten.

    A version would have to be counted up with each change of a parser, and nothing would show that it was not.
    """
    sources = sorted(source for room in _MAKES_ROWS for source in (_ROOT / room).rglob("*.py"))
    return sha256(b"\0".join(source.read_bytes() for source in sources)).hexdigest()
