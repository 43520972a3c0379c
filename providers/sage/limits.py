"""Sage's call limits as data: 150 calls at once and 1,296,000 a day, both of the whole app.

Source: Sage's best practices. No limit of one business is documented, and no header says what is left.
``providers/kit/call_limits.py`` enforces them.
"""

from providers.kit.windows import CallsOf, CountedIn, Unit, Window
from providers.sage.settings import SageSettings

CALLS_A_DAY = 1_296_000


def windows_of(settings: SageSettings) -> tuple[Window, ...]:
    """All limits of the platform."""
    return (
        Window(CallsOf.APP, Unit.AT_ONCE, settings.calls_at_once, CountedIn.SHARED),
        Window(CallsOf.APP, Unit.DAY, CALLS_A_DAY, CountedIn.SHARED),
    )
