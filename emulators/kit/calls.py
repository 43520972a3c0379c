"""Counts the calls of clients, so that a test can check how many something took. It stores no tokens and no bodies."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Calls:
    """Counters of all API calls since the start, or since they were reset.

    Attributes:
        by_path: Numbers by method and path, with ids replaced by ``{id}``.
        rejected_429: Numbers by the named problem.
    """

    total: int = 0
    refreshes: int = 0
    token_exchanges: int = 0
    by_path: Counter[str] = field(default_factory=Counter)
    by_status: Counter[int] = field(default_factory=Counter)
    by_organisation: Counter[str] = field(default_factory=Counter)
    rejected_429: Counter[str] = field(default_factory=Counter)

    def record(self, label: str, status: int, organisation_id: str | None = None) -> None:
        """Count one call.

        Args:
            label: Method and path, ids replaced.
            status: The status of the answer; 0 if there was none.
            organisation_id: The organisation it was about.
        """
        self.total += 1
        self.by_path[label] += 1
        self.by_status[status] += 1
        if organisation_id:
            self.by_organisation[organisation_id] += 1
