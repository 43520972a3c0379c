"""QuickBooks' call limits as data: of a company 500 a minute, 10 a second and 10 at once; of the app a month's budget.

Sources: Intuit's page on limits and throttles, and its App Partner Program.
``providers/kit/call_limits.py`` enforces them. Every call counts in the month, although Intuit counts successful reads
only: a budget that is too small by a few calls harms nobody.
"""

from providers.kit.windows import CallsOf, CountedIn, Unit, Window
from providers.quickbooks.settings import CALLS_A_MONTH, REFUSED_BEYOND, QuickBooksSettings

CALLS_A_MINUTE = 500
CALLS_A_SECOND = 8
"""Two fewer than Intuit allows, since a web backend that lists what a sign-in reaches counts apart from the worker that
reads it; whoever makes one too many waits for a minute. A first pull of lists of one page makes no more at once."""

UNREACHED = 1_000_000_000


def windows_of(settings: QuickBooksSettings) -> tuple[Window, ...]:
    """All limits of the platform, for an app of this tier."""
    is_refused = settings.tier in REFUSED_BEYOND
    # Calls that are paid for are counted all the same, against a number that nobody reaches.
    of_month = Window(
        CallsOf.APP, Unit.MONTH, CALLS_A_MONTH[settings.tier] if is_refused else UNREACHED, CountedIn.SHARED
    )
    return (
        Window(CallsOf.ORGANISATION, Unit.AT_ONCE, settings.calls_at_once),
        Window(CallsOf.ORGANISATION, Unit.SECOND, CALLS_A_SECOND),
        Window(CallsOf.ORGANISATION, Unit.MINUTE, CALLS_A_MINUTE),
        of_month,
    )
