"""What is known, at night, of the answers that a client's lists were last read from whole.

An answer that is the last one again is not taken apart, so that nothing but its bytes would tell that its rows are to
be made in another way. So a fingerprint depends on the code that makes rows, and on the settings that choose among
them; and where a connection counts as never read whole, no answer is known, which has everything compared.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from contracts.words.lists import ListName, Lists
from models.connections.tables import Connection
from providers.port.feeds import FeedGroup
from providers.port.provider import LastAnswer
from rules.lists.increments import LastPull, answer_held

_ROOT = Path(__file__).parents[2]
_MAKES_ROWS = (
    "activities/pulls",
    "contracts/words",
    "models/connections",
    "models/kit",
    "models/lists",
    "providers",
    "rules/lists",
)
"""Where rows are made of answers, kept or left out, compared and stored. Libraries that have a part in it are not known
here: a release that takes another one, with which rows come out otherwise, empties ``contacts_complete_at``."""


def _code_that_makes_rows(root: Path) -> str:
    """A hash of the source that makes rows; more than that is in it, so that nothing is forgotten.

    A version would have to be counted up with each change of a parser, and nothing would show that it was not.

    Raises:
        RuntimeError: One of the rooms has no source here, so that a change of it would not be seen.
    """
    digest = sha256()
    for room in _MAKES_ROWS:
        if not (sources := sorted((root / room).rglob("*.py"))):
            raise RuntimeError(f"the source of {room} is not there: install Clientsync with its .py files")
        for source in sources:
            digest.update(source.read_bytes() + b"\0")
    return digest.hexdigest()


CODE_THAT_MAKES_ROWS = _code_that_makes_rows(_ROOT)
"""Read with the code itself: a process goes on with the code that it began with where another takes its place."""


def last_answers(
    connection: Connection, groups: Sequence[FeedGroup], receipts: Mapping[ListName, LastPull]
) -> dict[Lists, LastAnswer]:
    """What is known of the last answer of each of the lists that one fingerprinted feed fills.

    Args:
        connection: The connection.
        groups: The lists, with their feeds.
        receipts: Of the connection's lists.
    """
    salt = f"{CODE_THAT_MAKES_ROWS} {connection.contacts.value}"
    was_read = connection.contacts_complete_at is not None
    return {
        group.lists: LastAnswer(salt, answer_held(group.lists, receipts) if was_read else None)
        for group in groups
        if len(group.feeds) == 1 and group.feeds[0].fingerprinted
    }
