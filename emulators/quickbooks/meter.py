"""Counts the calls that Intuit meters: reads of companies that succeeded, of all companies together, by month.

Source: Intuit's App Partner Program. Sign-ins, tokens and refused calls are free; so is writing, which is not imitated.
"""

from collections import Counter

from emulators.kit.clock import Clock


class Meter:
    """The count of one app.

    Args:
        clock: Whose months count, in UTC.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_month: Counter[str] = Counter()
        self._spent: set[str] = set()

    def count(self, calls: int) -> None:
        """Count calls of this month."""
        self._by_month[self._month()] += calls

    def spend(self) -> None:
        """Use up what is left of this month."""
        self._spent.add(self._month())

    def is_spent(self, budget: int) -> bool:
        """Whether nothing is left this month.

        Args:
            budget: Calls in a month; 0 for any number.
        """
        month = self._month()
        return month in self._spent or 0 < budget <= self._by_month[month]

    def by_month(self) -> dict[str, int]:
        """The counts, by year and month."""
        return dict(self._by_month)

    def _month(self) -> str:
        return f"{self._clock.utc():%Y-%m}"
