"""How a length of time is called in a sentence."""

from datetime import timedelta

import pytest

from contracts.naming.spans import span


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(days=30), "30 days"),
        (timedelta(days=14), "two weeks"),
        (timedelta(days=7), "a week"),
        (timedelta(days=3), "three days"),
        (timedelta(hours=24), "a day"),
        (timedelta(hours=36), "36 hours"),
        (timedelta(hours=1), "an hour"),
        (timedelta(hours=12), "twelve hours"),
        (timedelta(minutes=45), "45 minutes"),
        (timedelta(minutes=30), "half an hour"),
        (timedelta(minutes=15), "a quarter of an hour"),
        (timedelta(minutes=10), "ten minutes"),
        (timedelta(seconds=90), "90 seconds"),
        (timedelta(seconds=1.5), "a second"),
        (timedelta(0), "no seconds"),
    ],
)
def test_a_length_is_told_in_the_greatest_unit_of_which_it_is_whole(length: timedelta, words: str):
    assert span(length) == words
