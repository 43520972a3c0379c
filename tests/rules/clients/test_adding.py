"""Who may not add clients is told who can allow it, by name."""

import pytest

from rules.clients.adding import why_not_add


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
