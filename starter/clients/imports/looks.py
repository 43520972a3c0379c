"""What was last shown of a list before its import, so that its next page need not judge thousands of rows again.

It stays in this process, for the lists that were looked at last. Whoever asks says what the judgement rests on: when
that has changed, the list is judged anew. An import never rests on what is kept here.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final, NamedTuple
from uuid import UUID

from contracts.words.client_imports import ImportField
from rules.clients.imports.columns import Columns
from rules.clients.imports.plans import ImportPlan

MOST: Final = 4
"""Judgements; one of 5,000 rows takes some megabytes."""


class ImportLook(NamedTuple):
    """What somebody looks at.

    Attributes:
        import_id: The list.
        columns: Which of its columns are ours.
        adds_namesakes: Whether the same name is allowed twice.
    """

    import_id: UUID
    columns: tuple[tuple[ImportField, int], ...]
    adds_namesakes: bool

    @classmethod
    def at(cls, import_id: UUID, columns: Columns, *, adds_namesakes: bool) -> "ImportLook":
        """A look at a list."""
        return cls(import_id, tuple(sorted(columns.items())), adds_namesakes)


class Looks:
    """The judgements of the latest looks."""

    def __init__(self) -> None:
        self._judged: OrderedDict[ImportLook, tuple[Hashable, ImportPlan]] = OrderedDict()

    def seen(self, look: ImportLook, state: Hashable) -> ImportPlan | None:
        """What was judged before of the same state of things; None where nothing was, or that has changed."""
        known = self._judged.get(look)
        if known is None or known[0] != state:
            return None
        self._judged.move_to_end(look)
        return known[1]

    def keep(self, look: ImportLook, state: Hashable, plan: ImportPlan) -> None:
        """Keep a judgement, and forget the one that was looked at longest ago."""
        self._judged[look] = state, plan
        self._judged.move_to_end(look)
        while len(self._judged) > MOST:
            self._judged.popitem(last=False)

    def forget(self, import_id: UUID) -> None:
        """Forget all of a list."""
        for look in [look for look in self._judged if look.import_id == import_id]:
            del self._judged[look]
