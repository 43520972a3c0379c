"""The arithmetic of one window: any minute, the clock's minute, day and month, and what Retry-After says."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.kit.windows import (
    MINUTE,
    SECOND,
    AnyMinute,
    AnySecond,
    CallsOf,
    CountedIn,
    Unit,
    Window,
    block_of,
    end_of,
    retry_after,
    start_of,
)
from providers.port.errors import RateLimited

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.timezones())  # noqa: DTZ001  # zones follow
timed = st.sampled_from((Unit.MINUTE, Unit.DAY, Unit.MONTH))


def closed_until(minute: AnyMinute, at: datetime) -> datetime | None:
    try:
        minute.check(at)
    except RateLimited as closed:
        return closed.retry_at
    return None


@given(st.integers(1, 5), st.lists(st.floats(0, 40), max_size=60))
def test_never_more_than_allowed_begin_within_any_sixty_seconds(allowed, pauses):
    minute, at, begun = AnyMinute(Window(CallsOf.ORGANISATION, Unit.MINUTE, allowed)), NOON, []
    for pause in pauses:
        at += timedelta(seconds=pause)
        opens_at = closed_until(minute, at)
        if opens_at is None:
            minute.count(at)
            begun.append(at)
        else:
            assert at < opens_at <= at + MINUTE
            assert closed_until(deepcopy(minute), opens_at) is None, "nobody waits for ever"
    assert all(later - first >= MINUTE for first, later in zip(begun, begun[allowed:], strict=False))


@given(st.lists(st.floats(0.075, 0.225), min_size=150, max_size=150))
def test_a_long_reading_is_stopped_once_a_minute_and_not_again_and_again_at_its_edge(pauses: list[float]):
    """At the edge calls would become free as fast as they are made; five stops end a pull's tries."""
    minute, at, stops = AnyMinute(Window(CallsOf.ORGANISATION, Unit.MINUTE, 60)), NOON, 0
    for pause in pauses:
        if (until := closed_until(minute, at)) is not None:
            at, stops = max(until, at + SECOND), stops + 1  # as the pull's next try does
            assert closed_until(minute, at) is None
        minute.count(at)
        at += timedelta(seconds=pause)
    assert stops == 2


@given(st.integers(1, 5), st.lists(st.tuples(st.floats(0, 3), st.floats(0, 2), st.floats(0, 1)), max_size=60))
def test_never_more_than_allowed_arrive_within_any_second_however_long_each_takes(allowed, calls):
    second, at = AnySecond(Window(CallsOf.ORGANISATION, Unit.SECOND, allowed)), NOON
    open_until: list[datetime] = []
    arrived: list[datetime] = []

    def pass_to(moment: datetime) -> None:
        for ended in [one for one in sorted(open_until) if one <= moment]:
            second.end(ended)
            open_until.remove(ended)

    for pause, takes, arrives in calls:
        at += timedelta(seconds=pause / 10)
        pass_to(at)
        while (wait := second.begin(at)) is not None:
            assert timedelta(0) < wait <= SECOND, "nobody waits for ever, nor asks all the time"
            at += wait
            pass_to(at)
        open_until.append(at + timedelta(seconds=takes))
        arrived.append(at + timedelta(seconds=takes) * arrives)
    arrived.sort()
    assert all(later - first >= SECOND for first, later in zip(arrived, arrived[allowed:], strict=False))


def test_a_clock_that_was_set_back_keeps_nobody_waiting():
    second = AnySecond(Window(CallsOf.ORGANISATION, Unit.SECOND, 1))
    assert second.begin(NOON) is None
    second.end(NOON)
    assert second.begin(NOON - timedelta(hours=1)) is None
    assert second.begin(NOON - timedelta(hours=1)) == SECOND


@given(timed, moments)
def test_windows_of_the_clock_follow_each_other_without_a_gap(unit, at):
    begins, ends = start_of(unit, at), end_of(unit, at)
    assert begins <= at < ends
    assert start_of(unit, ends) == ends
    assert start_of(unit, ends - timedelta(microseconds=1)) == begins


def test_a_month_is_the_calendars():
    months = [end_of(Unit.MONTH, datetime(2027, month, 15, tzinfo=UTC)) for month in range(1, 13)]
    assert [month.day for month in months] == [1] * 12
    assert [(later - month).days for month, later in pairwise(months)] == [28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def test_calls_at_once_have_no_beginning():
    with pytest.raises(ValueError, match="no beginning"):
        end_of(Unit.AT_ONCE, NOON)


@given(st.integers(1, 10**8))
def test_a_block_is_small_beside_its_window(calls):
    assert 1 <= block_of(calls) <= max(1, min(100, calls / 10))


@pytest.mark.parametrize(
    ("scope", "unit", "calls", "counted"),
    [
        (CallsOf.APP, Unit.MONTH, 5, CountedIn.PROCESS),
        (CallsOf.ORGANISATION, Unit.DAY, 5, CountedIn.PROCESS),
        (CallsOf.ORGANISATION, Unit.AT_ONCE, 5, CountedIn.SHARED),
        (CallsOf.APP, Unit.MINUTE, 0, CountedIn.SHARED),
        (CallsOf.APP, Unit.SECOND, 5, CountedIn.PROCESS),
        (CallsOf.ORGANISATION, Unit.SECOND, 5, CountedIn.SHARED),
    ],
)
def test_windows_that_cannot_be_kept_are_refused(scope, unit, calls, counted):
    with pytest.raises(ValueError, match=r"."):
        Window(scope, unit, calls, counted)


def test_a_window_has_the_name_of_its_limit():
    units = [unit for unit in Unit if unit is not Unit.SECOND]  # nothing is refused for that
    names = [Window(scope, unit, None).limit for scope in CallsOf for unit in units]
    errors = [RateLimited(name, NOON) for name in names]
    assert names == ["app_concurrent", "app_minute", "app_day", "app_month", "concurrent", "minute", "day", "month"]
    assert [error.is_of_app for error in errors] == [True] * 4 + [False] * 4
    assert [error.is_long for error in errors] == [False, False, True, True] * 2
    assert [error.is_at_once for error in errors] == [True, False, False, False] * 2


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        ("0.2", 1),
        ("-3", 1),
        ("Mon, 02 Mar 2026 12:00:30 GMT", 30),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 1),
        ("999999", 3600),
        ("1e400", None),
        ("soon", None),
        ("", None),
        ("nan", None),
    ],
)
def test_retry_after_is_read_and_cut(text, seconds):
    until = retry_after({"retry-after": text}, NOON, timedelta(hours=1))
    assert until == (None if seconds is None else NOON + timedelta(seconds=seconds))
