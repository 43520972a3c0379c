"""QuickBooks' call limits as data: of a company 500 a minute, 10 a second and 10 at once; of the app a month's budget.

Sources: Intuit's page on limits and throttles, and its App Partner Program (quickbooks.md section 4).
``providers/kit/call_limits.py`` enforces them. Every call counts in the month, although Intuit counts successful reads
only: a budget that is too small by a few calls harms nobody.
"""

from collections.abc import Mapping

from providers.kit.windows import Counted, Scope, Unit, Window
from providers.quickbooks.settings import QuickBooksSettings, Tier

CALLS_A_MINUTE, CALLS_A_SECOND = 500, 10

CALLS_A_MONTH: Mapping[Tier, int] = {
    Tier.BUILDER: 500_000,
    Tier.SILVER: 1_000_000,
    Tier.GOLD: 10_000_000,
    Tier.PLATINUM: 75_000_000,
}
"""Reads that are in a tier's price, over all companies."""

REFUSED_BEYOND = frozenset({Tier.BUILDER})
"""Tiers in which a read beyond the month's budget is refused until the next month; the others pay for it."""


def windows_of(settings: QuickBooksSettings) -> tuple[Window, ...]:
    """All limits of the platform, for an app of this tier."""
    of_month = Window(Scope.APP, Unit.MONTH, CALLS_A_MONTH[settings.tier], Counted.SHARED)
    return (
        Window(Scope.ORGANISATION, Unit.AT_ONCE, settings.calls_at_once),
        Window(Scope.ORGANISATION, Unit.SECOND, CALLS_A_SECOND),
        Window(Scope.ORGANISATION, Unit.MINUTE, CALLS_A_MINUTE),
        *([of_month] if settings.tier in REFUSED_BEYOND else []),
    )
