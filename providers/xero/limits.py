"""Xero's call limits as data, and how its answers speak of them. Source of the numbers: Xero's page on limits.

Of an organisation, 5 calls at once, 60 a minute, and 1,000 or 5,000 a day by its tier, whose end only a 429 names; of
the app, 10,000 a minute. ``providers/kit/call_limits.py`` enforces them.
"""

from collections.abc import Iterator, Mapping

from providers.kit.call_limits import CallLimits
from providers.kit.clock import Clock
from providers.kit.windows import CallsOf, CountedIn, Unit, Window
from providers.port.call_budget import CallBudget
from providers.xero.settings import XeroConfig, XeroSettings

OF_AN_ORGANISATION = (
    Window(CallsOf.ORGANISATION, Unit.AT_ONCE, 5),
    Window(CallsOf.ORGANISATION, Unit.MINUTE, 60),
    Window(CallsOf.ORGANISATION, Unit.DAY, None),
)

_LEFT = {
    "x-appminlimit-remaining": (CallsOf.APP, Unit.MINUTE),
    "x-minlimit-remaining": (CallsOf.ORGANISATION, Unit.MINUTE),
}
"""What answers say is left of a window. A day without a call left closes nothing: only a 429 says when it ends, and the
next call gets one if the day has not ended."""


def limits_of(config: XeroConfig, budget: CallBudget, now: Clock) -> CallLimits:
    """What admits the calls of an app at Xero."""
    of_the_app = Window(CallsOf.APP, Unit.MINUTE, config.calls_per_minute, CountedIn.SHARED)
    windows = (*OF_AN_ORGANISATION, of_the_app)
    return CallLimits(XeroSettings.name, config.client_id, windows, used_up, budget, now)


def used_up(headers: Mapping[str, str]) -> Iterator[tuple[CallsOf, Unit]]:
    """The windows of which an answer says that no call is left."""
    for name, window in _LEFT.items():
        left = headers.get(name, "").strip()
        if left.isdecimal() and int(left) == 0:
            yield window
