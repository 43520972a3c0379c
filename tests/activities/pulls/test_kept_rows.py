"""Rows that a process keeps count while they are there, whoever has them, and not a moment longer."""

from activities.pulls.kept_rows import KeptRows, Room
from tests.models.rows import contact


def test_no_more_rows_are_kept_than_there_is_room_for():
    room = Room(10)
    one, other = room.share(), room.share()
    assert one.holds(4)
    assert one.holds(6)
    assert not other.holds(5)
    assert other.holds(4)
    assert not one.holds(7)
    one.give_back()
    assert other.holds(10)


def test_rows_that_are_gone_leave_room_and_rows_that_somebody_has_do_not():
    room = Room(10)
    share = room.share()
    assert share.holds(10)
    rows = KeptRows([contact("1", "One")], share)
    del share
    again = [rows]
    del rows
    assert not room.share().holds(1)
    again.clear()
    assert room.share().holds(10)
