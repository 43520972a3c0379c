"""When a refresh is due again: within a day before its hours, spread by connection, always the same for one."""

from collections import Counter
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.lists.refresh_times import wait_for_refresh

RANDOM = Random(7)  # noqa: S311  # ids for a test
IDS = [UUID(int=RANDOM.getrandbits(128), version=4) for _ in range(2_000)]
NIGHT = timedelta(days=1)
LATE = timedelta(hours=2)
"""How late a night may begin or end without putting a client off to the next."""


@pytest.mark.parametrize("hours", [24, 48, 168])
def test_a_client_refreshed_at_night_is_refreshed_again_on_the_asked_night_not_later(hours):
    nights = hours // 24
    for identity in IDS:
        assert NIGHT * (nights - 1) + LATE <= wait_for_refresh(identity, hours) <= NIGHT * nights - LATE


def test_clients_added_together_are_spread_over_two_nights():
    added_before_the_night = timedelta(hours=12)
    nights = Counter(-((added_before_the_night - wait_for_refresh(identity, 48)) // NIGHT) for identity in IDS)
    assert len(nights) == 2
    assert min(nights.values()) > len(IDS) * 0.4


def test_the_shortest_wait_is_an_hour():
    assert min(wait_for_refresh(identity, 1) for identity in IDS) == timedelta(hours=1)


@given(st.uuids(), st.integers(1, 10_000))
def test_any_client_is_due_before_its_hours_and_by_a_day_at_most(identity, hours):
    wait = wait_for_refresh(identity, hours)
    assert timedelta(hours=max(hours - 22, 1)) <= wait <= max(timedelta(hours=hours - 2), timedelta(hours=1))
    assert wait == wait_for_refresh(identity, hours)
    assert wait <= wait_for_refresh(identity, hours + 1)
