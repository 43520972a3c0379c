"""Windows of calls, as other platforms have them: by the second, of the app by the day, of the app at once."""

from emulators.kit.clock import Clock
from emulators.kit.limits import DAY, Limits, Window

SECOND = Window("second", "Second", 10, 1)
APP_DAY = Window("app_day", "AppDay", 3, DAY, is_of_app=True, tells_wait=False)
OWN_DAY = Window("day", "Day", 5, DAY, begins_apart=True)
APP_AT_ONCE = Window("app_at_once", "Busy", 2, None, is_of_app=True, tells_wait=False)


def standing() -> Clock:
    return Clock(lambda: 1_700_000_000.5)


def test_ten_a_second_of_each_organisation() -> None:
    clock = standing()
    limits = Limits(clock, [SECOND])
    one, two = limits.usage("one"), limits.usage("two")
    assert [limits.enter(one) for _ in range(10)] == [None] * 10
    assert limits.enter(one) == ("Second", 1)
    assert limits.enter(two) is None
    clock.advance(1)
    assert limits.enter(limits.usage("one")) is None
    assert limits.left("second", limits.usage("one")) == 9


def test_short_windows_begin_anew_when_time_is_said_to_pass_and_long_ones_do_not() -> None:
    windows = (Window("day", "day", 3, DAY), Window("second", "second", 1, 1))
    limits = Limits(standing(), windows)
    for is_first in (True, False):
        usage = limits.usage("acme")
        assert limits.enter(usage) is None, is_first
        limits.leave(usage)
        limits.begin_short_windows()
    assert limits.left("day", limits.usage("acme")) == 1


def test_a_day_that_all_organisations_share() -> None:
    clock = standing()
    limits = Limits(clock, [APP_DAY])
    for name in ("one", "two", "three"):
        assert limits.enter(limits.usage(name)) is None
    assert limits.enter(limits.usage("four")) == ("AppDay", None)
    assert limits.enter_app() == ("AppDay", None)
    clock.advance(DAY)
    assert limits.enter(limits.usage("four")) is None


def test_calls_at_once_that_all_organisations_share() -> None:
    limits = Limits(standing(), [APP_AT_ONCE])
    one, two = limits.usage("one"), limits.usage("two")
    assert (limits.enter(one), limits.enter_app(), limits.enter(two)) == (None, None, ("Busy", None))
    limits.leave(one)
    assert limits.enter(two) is None
    limits.leave_app()
    limits.leave(two)
    assert limits.left("app_at_once") == 2
    assert limits.peaks() == {"one": 1, "two": 1}


def test_a_refused_call_uses_up_nothing() -> None:
    limits = Limits(standing(), [SECOND, APP_DAY])
    limits.allowed["app_day"] = 0
    usage = limits.usage("one")
    assert limits.enter(usage) == ("AppDay", None)
    assert (limits.left("second", usage), usage.in_flight) == (10, 0)


def test_what_was_used_up_is_used_up_even_without_limits() -> None:
    limits = Limits(standing(), [SECOND], enforced=False)
    usage = limits.usage("one")
    assert {limits.enter(usage) for _ in range(50)} == {None}
    assert limits.left("second", usage) == 10
    limits.exhaust(usage, "second")
    assert limits.enter(usage) == ("Second", 1)
    limits.enforce(True)
    assert limits.allowed == {"second": 10}


def test_a_day_that_is_about_to_end_stays_used_up_all_the_same() -> None:
    clock = standing()
    limits = Limits(clock, [OWN_DAY], enforced=False)
    before = limits.usage("one").begins
    clock.advance(DAY - 1 - (clock.now() - before) % DAY)  # a second is left of it
    limits.exhaust(limits.usage("one"), "day")
    clock.advance(3)
    refusal = limits.enter(limits.usage("one"))
    assert refusal is not None
    assert refusal.retry_after is not None
    assert refusal.retry_after > DAY / 3
