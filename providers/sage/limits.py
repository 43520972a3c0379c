"""Sage's call limits as data: 150 calls at once and 1,296,000 a day, both of the whole app.

Source: Sage's best practices. No limit of one business is documented, and no header says what is left.
``providers/kit/call_limits.py`` enforces them.
"""

from collections.abc import Iterator, Mapping

from providers.kit.call_limits import CallLimits
from providers.kit.clock import Clock
from providers.kit.windows import Counted, Scope, Unit, Window
from providers.port.call_budget import CallBudget
from providers.sage.settings import SageSettings

CALLS_A_DAY = 1_296_000


def windows_of(settings: SageSettings) -> tuple[Window, ...]:
    """All limits of the platform."""
    return (
        Window(Scope.APP, Unit.AT_ONCE, settings.calls_at_once, Counted.SHARED),
        Window(Scope.APP, Unit.DAY, CALLS_A_DAY, Counted.SHARED),
    )


def limits_of(settings: SageSettings, budget: CallBudget, now: Clock) -> CallLimits:
    """What admits the calls of an app at Sage."""
    return CallLimits(settings.name, settings.app().client_id, windows_of(settings), used_up, budget, now)


def used_up(headers: Mapping[str, str]) -> Iterator[tuple[Scope, Unit]]:  # noqa: ARG001  # Sage's answers do not say
    """The windows of which an answer says that no call is left: none."""
    return iter(())
