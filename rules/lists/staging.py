"""Which lists are stored page by page while they are read, and when a list is gone on with at its next page; pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from contracts.words.lists import ListName, Lists, RowKind

SHORT = 300
"""Rows up to which a list stays in memory without further ado. A process reads a hundred clients at once: so many rows
of each are 80 MB."""

KEPT_PAGES = 5
"""Pages up to which a longer list stays in memory too, while there is room. When a worker is killed or a limit is met
by then, they are asked for again; once more have come, all are stored and none is."""

KEPT_ROWS = 10_000
"""Rows of such lists that a process keeps at a time: 25 MB. What finds no room is stored page by page as it comes. Kept
rows are stored once, together with those of other clients, and staged ones twice, in statements of their own."""

RESUMED_WITHIN = timedelta(minutes=20)
"""How old the first page may be where a list is gone on with. A record that changes after its page was read is in the
next answer about changes only if that reaches back to before the page: half an hour before the rows are stored
(``increments.OVERLAP``), of which a try that goes on may take ten minutes."""


def scope_of(pull_id: str, grant_id: UUID, feed: str, since: datetime | None, kept: str) -> str:
    """What a staging is of: only the same pull goes on with it, by the same login, asking for the same.

    Another pull, such as one that a person asks for, wants the list as it is now; another login may see other records.

    Args:
        pull_id: The pull.
        grant_id: The login.
        feed: What is read, in the provider's word.
        since: Since when changes were asked for; None where everything was.
        kept: What of it the connection's settings want.
    """
    return f"{pull_id} {grant_id} {feed} {since.isoformat() if since else 'all'} {kept}"


class Staged(Protocol):
    """What is known of a staging.

    Attributes:
        scope: What it is of.
        cursor: Where the provider goes on; None where it cannot.
        is_all: Whether no page follows.
        begun_at: When it was begun.
    """

    @property
    def scope(self) -> str: ...  # noqa: D102  # see above

    @property
    def cursor(self) -> str | None: ...  # noqa: D102  # see above

    @property
    def is_all(self) -> bool: ...  # noqa: D102  # see above

    @property
    def begun_at(self) -> datetime: ...  # noqa: D102  # see above


def may_resume(staged: Staged, wanted: str, at: datetime, *, is_complete: bool) -> bool:
    """Whether a list is gone on with behind the pages that are staged.

    Where changes were asked for and all of them came, they are asked for again: which records were deleted is told in
    answers alone.

    Args:
        staged: What is staged.
        wanted: The scope of what is to be read.
        at: This moment.
        is_complete: Whether everything is read, and not only changes.
    """
    goes_on = is_complete if staged.is_all else staged.cursor is not None
    return goes_on and staged.scope == wanted and timedelta(0) <= at - staged.begun_at <= RESUMED_WITHIN


FIRST_EXPECTED: Mapping[RowKind, float] = {RowKind.CONTACTS: 1_000.0, RowKind.ITEMS: 0.0}
"""Rows of the first page of a list that was never read, as long as none of its kind has come: of contacts a full page,
while most clients have few items or none."""


def expected_rows(before: float, came: int) -> float:
    """How many rows the next first page of a list that was never read is expected to have.

    A practice's clients are alike, and so are those that a process reads at the same time: after half a dozen short
    pages no turns are waited for, and after one or two long ones they are again.

    Args:
        before: What was expected of this one.
        came: How many rows it had.
    """
    return before + (came - before) / 4


def may_be_long(lists: Lists, held: Mapping[ListName, int], expected: float) -> bool:
    """Whether lists may have so many rows that their pages take turns.

    Args:
        lists: What is read together.
        held: How many rows are stored of each list that was read before.
        expected: How many rows a list of this kind that was never read is expected to have.
    """
    rows = sum(held[name] for name in lists) if held.keys() >= set(lists) else expected
    return rows >= SHORT
