"""The practices for which capacity is computed: invented, the same every time, about 200 clients each."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from rules.night.schedule_hours import JITTER, begin_of

ZONES = {
    "Europe/London": 44,
    "Europe/Dublin": 5,
    "Australia/Sydney": 14,
    "Australia/Brisbane": 6,
    "Australia/Perth": 4,
    "Pacific/Auckland": 9,
    "America/New_York": 6,
    "America/Chicago": 3,
    "America/Toronto": 5,
    "America/Los_Angeles": 4,
}
"""Practices of a hundred in each time zone: an assumption. What counts is that nearly half begin in the same hour."""

AT_XERO, AT_SAGE = 0.70, 0.20
"""Shares of clients; the others are at QuickBooks. An assumption."""

SMALLEST, LARGEST = 50, 2_000
CLIENTS_OF_A_LOGIN = 20
"""About so many clients are reached by one colleague's sign-in, where a sign-in reaches several."""


@dataclass(frozen=True, slots=True)
class PracticeOfMany:
    """A practice.

    Attributes:
        number: From 0; its name.
        zone: Its time zone.
        begins_at: When its night begins (aware, UTC).
        clients: How many it has at each platform.
    """

    number: int
    zone: ZoneInfo
    begins_at: datetime
    clients: dict[str, int]

    @property
    def size(self) -> int:
        """All its clients."""
        return sum(self.clients.values())


def invented(practices: int, clients: int, night: date, seed: int = 1) -> Sequence[PracticeOfMany]:
    """Invent practices.

    Args:
        practices: How many.
        clients: Of all together, give or take one a practice. Sizes are skewed: half have fewer than 150.
        night: By each practice's clock.
        seed: Other seeds invent others.
    """
    chance = random.Random(seed)  # noqa: S311  # nothing secret
    drawn = [min(max(chance.lognormvariate(4.85, 0.9), SMALLEST), LARGEST) for _ in range(practices)]
    by_zone = [ZoneInfo(name) for name, share in ZONES.items() for _ in range(share)]
    made: list[PracticeOfMany] = []
    for number, size in enumerate(_scaled(drawn, clients)):
        zone = by_zone[number % len(by_zone)]
        at_xero, at_sage = round(size * AT_XERO), round(size * AT_SAGE)
        at = begin_of(night, zone).astimezone(UTC) + JITTER * chance.random()
        split = {"xero": at_xero, "sage": at_sage, "quickbooks": size - at_xero - at_sage}
        made.append(PracticeOfMany(number, zone, at, split))
    return made


def _scaled(drawn: Sequence[float], total: int) -> list[int]:
    """Sizes in proportion, whose sum is the total as nearly as the bounds of a size allow."""
    factor = total / sum(drawn)
    for _ in range(20):  # what a bound takes from some, the others get
        sizes = [min(max(weight * factor, SMALLEST), LARGEST) for weight in drawn]
        factor *= total / sum(sizes)
    return [round(size) for size in sizes]
