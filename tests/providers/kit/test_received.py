"""What has come of a list: each record once, and nothing that cannot be all that there is."""

import logging
import tracemalloc
from itertools import pairwise

import pytest

from providers.kit.reads.received import Received
from providers.port.errors import TooSmall


def test_a_list_that_shrinks_between_two_pages_is_not_whole() -> None:
    received = Received("/contacts", "id")
    for total in (3, None, 4, None):
        received.counted(total)
    assert received.total == 4
    with pytest.raises(TooSmall, match="3 records, 4 on the page before"):
        received.counted(3)


@pytest.mark.parametrize("total", [None, 0, 2])
def test_a_list_ends_when_as_many_came_as_there_are(total: int | None) -> None:
    received = Received("/contacts", "id")
    assert [one["id"] for one in received.new([{"id": "a"}, {"id": "b"}, {"id": "a"}])] == ["a", "b"]
    received.counted(total)
    received.end()


def test_what_had_come_before_counts_and_so_does_what_has_no_id(caplog: pytest.LogCaptureFixture) -> None:
    received = Received("/contacts", "id", before=4, without_id=1, total=6)
    received.new([{"id": "a"}])
    with pytest.raises(TooSmall, match="5 of 6"):
        received.end()
    received.new([{"id": ""}])
    with caplog.at_level(logging.WARNING):
        received.end()
    assert "2 of 6 records left out" in caplog.text
    caplog.clear()
    Received("/contacts", "id").end()
    assert not caplog.text


def test_each_counts_once_over_many_pages_of_any_length() -> None:
    received = Received("/contacts", "id")
    numbers = [number * number % 4_999 for number in range(9_000)]
    came = list[str]()
    for first, last in pairwise((0, 1, 1, 700, 1_400, 1_500, 5_000, 9_000)):
        came += [str(one["id"]) for one in received.new({"id": str(number)} for number in numbers[first:last])]
    assert came == [*map(str, dict.fromkeys(numbers))]
    assert len(received) == len(came)


def test_what_it_keeps_of_a_long_list_is_less_than_a_page_of_it() -> None:
    received = Received("/contacts", "id")
    tracemalloc.start()
    try:
        for page in range(20):
            received.new({"id": str(page * 1_000 + number)} for number in range(1_000))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 20_000 * 12
