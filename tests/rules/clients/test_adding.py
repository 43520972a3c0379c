"""Who may not add clients is told who can allow it, by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.clients.adding import NAMED, why_not_add


def test_who_may_is_told_nothing():
    assert why_not_add(may_add=True, admins=["Ada"]) is None


@pytest.mark.parametrize(
    ("admins", "who"),
    [
        (["Ada"], "Ada"),
        (["Ada", "Bo"], "Ada or Bo"),
        (["Ada", "Bo", "Cy"], "Ada, Bo or Cy"),
        (["Ada", "Bo", "Cy", "Di", "Ed"], "Ada, Bo, Cy or 2 more"),
        ([], "An admin"),
    ],
)
def test_who_may_not_is_told_who_can_allow_it(admins, who):
    assert why_not_add(may_add=False, admins=admins) == (
        f"You may not add clients. {who} can allow it, on your page under Team."
    )


@given(st.lists(st.sampled_from(["Ada", "Bea", "Cleo", "Dan", "Eve"]), max_size=5, unique=True))
def test_all_admins_are_named_or_counted(admins: list[str]):
    said = why_not_add(may_add=False, admins=admins) or ""
    named = [name for name in admins if name in said]
    assert named == admins[:NAMED]
    assert (f"{len(admins) - NAMED} more" in said) == (len(admins) > NAMED)
    assert why_not_add(may_add=True, admins=admins) is None
