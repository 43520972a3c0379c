"""What Sage allows an app, over all processes."""

from providers.kit.windows import CallsOf, CountedIn, Unit, Window
from providers.sage.limits import windows_of
from providers.sage.settings import SageSettings


def test_all_processes_together_make_so_many_calls_at_once_and_a_day() -> None:
    assert windows_of(SageSettings()) == (
        Window(CallsOf.APP, Unit.AT_ONCE, 150, CountedIn.SHARED),
        Window(CallsOf.APP, Unit.DAY, 1_296_000, CountedIn.SHARED),
    )
    assert windows_of(SageSettings(calls_at_once=20))[0].calls == 20
