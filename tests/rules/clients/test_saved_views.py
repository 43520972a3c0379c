"""Saved views: names, who may change one, how many there are, and what of a stored query is left."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.refusals import RefusalCode, Refused
from rules.clients.saved_views import WHOEVER_LOOKS, check_room, may_change, name_of, stored_owner, usable


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Payroll", "Payroll"),
        ("  VAT \t quarter\n1 ", "VAT quarter 1"),
        ("x" * 40, "x" * 40),
        ("Älvdalen 会", "Älvdalen 会"),
    ],
)
def test_a_name_is_one_line(typed: str, kept: str):
    assert name_of(typed) == kept


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ("", RefusalCode.INVALID, "Give 1 to 40 characters"),
        (" \n ", RefusalCode.INVALID, "Give 1 to 40 characters"),
        ("x" * 41, RefusalCode.INVALID, "Give 1 to 40 characters"),
        ("a\x00b", RefusalCode.INVALID, "cannot be shown"),
        ("a\u202eb", RefusalCode.INVALID, "cannot be shown"),
        ("needs  ME", RefusalCode.DUPLICATE, "Everybody has a view called needs ME already"),
        ("All", RefusalCode.DUPLICATE, "Everybody has a view called All already"),
    ],
)
def test_a_name_that_cannot_be_used_says_why(typed: str, code: RefusalCode, said: str):
    with pytest.raises(Refused, match=said) as refused:
        name_of(typed)
    assert (refused.value.refusal.code, refused.value.refusal.field) == (code, "name")


@pytest.mark.parametrize(
    ("is_own", "is_shared", "is_admin", "may"),
    [
        (True, False, False, True),
        (True, True, False, True),
        (False, True, True, True),
        (False, True, False, False),
        (False, False, True, False),
    ],
)
def test_who_may_change_a_view(is_own: bool, is_shared: bool, is_admin: bool, may: bool):  # a table
    assert may_change(is_own=is_own, is_shared=is_shared, is_admin=is_admin) is may


def test_there_is_room_for_thirty():
    check_room(own=29, shared=29, is_shared=True)
    check_room(own=29, shared=30, is_shared=False)
    with pytest.raises(Refused, match="You can keep 30 views at most"):
        check_room(own=30, shared=0, is_shared=False)
    with pytest.raises(Refused, match="30 views are shared in a practice at most"):
        check_room(own=3, shared=30, is_shared=True)


KNOWN = {"search": ("",), "team_id": ("t1",), "status": ("connected", "archived"), "descending": (True, False)}


@pytest.mark.parametrize(
    ("stored", "kept", "left_out"),
    [
        ({}, {}, ()),
        ({"search": "bakery", "team_id": "t1", "status": None}, {"search": "bakery", "team_id": "t1"}, ()),
        ({"team_id": "t2", "status": "connected"}, {"status": "connected"}, ("team_id",)),
        ({"status": "of an earlier version"}, {}, ("status",)),
        ({"descending": True, "colour": "red"}, {"descending": True}, ("colour",)),
        ({"search": 7, "team_id": ["t1"]}, {}, ("search", "team_id")),
    ],
)
def test_what_is_gone_is_left_out_and_named(
    stored: dict[str, object], kept: dict[str, object], left_out: tuple[str, ...]
):
    found = usable(stored, KNOWN)
    assert (found.kept, found.left_out) == (kept, left_out)


def test_a_view_of_ones_own_clients_is_of_whoever_looks() -> None:
    ada, ben = uuid4(), uuid4()
    assert stored_owner(ada, ada) == WHOEVER_LOOKS
    assert stored_owner(ben, ada) == str(ben)
    assert stored_owner(None, ada) is None


@given(st.text(max_size=45))
def test_a_name_that_is_kept_is_kept_again_as_it_is(typed: str):
    try:
        name = name_of(typed)
    except Refused:
        return
    assert name_of(name) == name
    assert name == name.strip()


@given(st.dictionaries(st.sampled_from("abc"), st.none() | st.booleans() | st.sampled_from(["x", "y"]), max_size=3))
def test_each_part_of_a_stored_query_is_kept_or_named(stored: dict[str, object]):
    left = usable(stored, {"a": ("x",), "b": ("",)})
    assert left.kept.keys() | set(left.left_out) == {name for name, value in stored.items() if value is not None}
    assert not left.kept.keys() & set(left.left_out)
