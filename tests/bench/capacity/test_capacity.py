"""The arithmetic of capacity, and the simulated night."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bench.capacity.costs import Costs, measured
from bench.capacity.needs import CHANGED, DUE, Monday, needs
from bench.capacity.night import Platform, simulated
from bench.capacity.portfolio import LARGEST, SMALLEST, PracticeOfMany, invented
from bench.due_nights import Kept, Measured

NIGHT = date(2026, 11, 30)
FOUR = datetime(2026, 11, 30, 4, tzinfo=UTC)
KINDS = ("first pull", "nothing changed", "2 % changed", "whole read of the week")


def practice(number: int, clients: int, platform: str = "xero") -> PracticeOfMany:
    return PracticeOfMany(number, ZoneInfo("Europe/London"), FOUR, {platform: clients})


def seconds(practices: list[PracticeOfMany], platform: Platform, workers: int = 2) -> dict[int, float]:
    night = simulated(practices, {"xero": platform}, due=1.0, workers=workers)
    return {number: (at - FOUR).total_seconds() for number, at in night.ended_at.items()}


def test_portfolios_are_of_the_size_that_was_asked_for_and_the_same_every_time():
    made = invented(200, 40_000, NIGHT)
    assert sum(one.size for one in made) == pytest.approx(40_000, rel=0.005)
    assert {SMALLEST - 2 <= one.size <= LARGEST + 2 for one in made} == {True}
    assert list(made) == list(invented(200, 40_000, NIGHT))
    begins = {one.begins_at.astimezone(one.zone).hour for one in made}
    assert begins == {4}


def test_no_minute_has_more_calls_than_the_app_may_make():
    few = Platform(calls=2.0, worker_ms=1.0, a_minute=100)
    night = simulated([practice(number, 160) for number in range(4)], {"xero": few}, due=1.0, workers=2)
    assert night.most_calls["xero"] == pytest.approx(100)
    logins = 4 * 160 / 20 * 2
    assert night.calls["xero"] == pytest.approx(4 * 160 * 2.0 + logins)
    assert night.busy >= 13 * 60  # 1,344 calls by a hundred a minute


def test_a_small_practice_does_not_wait_for_a_large_one():
    slow = Platform(calls=2.0, worker_ms=50.0)
    alone = seconds([practice(1, 48)], slow)[1]
    beside = seconds([practice(0, 2_000), practice(1, 48)], slow)
    assert beside[1] <= 4 * alone < beside[0] / 2


def test_more_workers_end_sooner_until_the_apps_window_is_the_limit():
    practices = [practice(number, 200) for number in range(10)]
    heavy, tight = Platform(2.0, 50.0), Platform(2.0, 50.0, a_minute=500)
    assert max(seconds(practices, heavy, 2).values()) < 0.6 * max(seconds(practices, heavy, 1).values())
    assert max(seconds(practices, tight, 8).values()) == pytest.approx(
        max(seconds(practices, tight, 2).values()), abs=60
    )


def test_needs_follow_the_costs():
    def pull(ms: float) -> Measured:
        return Measured(
            1.0, 2.0, dict.fromkeys(("worker", "web", "PostgreSQL", "Temporal", "sandbox"), ms), 1.0, 500.0, 0.25
        )

    costs = {"xero": Costs(NIGHT, 10, 2, {kind: pull(7.2) for kind in KINDS}, Kept(300_000, 200_000))}
    found = needs([practice(0, 1_000)], costs, Monday())
    assert found.night_core_hours["worker"] == pytest.approx(1_000 * DUE * 7.2 / 3_600_000)
    assert found.database_gb == pytest.approx(0.3)
    assert found.calls["xero"] == pytest.approx(1_000 * DUE * 2.0 * 30.4)
    twice = needs([practice(0, 1_000), practice(1, 1_000)], costs, Monday())
    assert twice.history_gb == pytest.approx(2 * found.history_gb)
    assert twice.monday_cores == pytest.approx(2 * found.monday_cores)
    assert 0 < CHANGED < 1


def test_what_was_measured_can_be_read():
    costs = measured()
    assert set(costs) == {"quickbooks", "sage", "xero"}
    for one in costs.values():
        assert set(one.pulls) == set(KINDS)
        assert one.pulls["nothing changed"].calls < one.pulls["whole read of the week"].calls
