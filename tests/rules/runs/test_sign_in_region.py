"""In which region a sign-in begins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.runs.sign_in_region import region_of, said_region

CODES = ("GB", "IE", "CA")


@pytest.mark.parametrize(
    ("known", "region"),
    [
        (("IE", "GB"), "IE"),
        ((None, "GB"), "GB"),
        (("FR", "CA"), "CA"),
        (("ie", None), None),
        ((None, None), None),
        ((), None),
    ],
)
def test_the_first_that_can_be_chosen_counts(known: tuple[str | None, ...], region: str | None):
    assert region_of(CODES, *known) == region
    assert region_of((), *known) is None


@pytest.mark.parametrize(
    ("said", "region"), [("GB", "GB"), (" ie ", "IE"), ("Ca", "CA"), ("", None), ("  ", None), (None, None)]
)
def test_what_was_said(said: str | None, region: str | None):
    assert said_region(CODES, said) == region


@pytest.mark.parametrize("said", ["FR", "gbr", "united kingdom", "G"])
def test_what_cannot_be_chosen(said: str):
    with pytest.raises(ValueError, match=said.upper()):
        said_region(CODES, said)


REGIONS = st.sets(st.sampled_from(["GB", "IE", "CA"]))


@given(REGIONS, st.lists(st.none() | st.sampled_from(["GB", "IE", "US"]), max_size=3))
def test_a_region_is_one_that_there_is_and_the_first_that_is_known(codes: set[str], known: list[str | None]):
    found = region_of(codes, *known)
    assert found is None or found in codes
    assert (found is None) == codes.isdisjoint(known)
    if found is not None:
        assert codes.isdisjoint(known[: known.index(found)])
        assert said_region(codes, f" {found.lower()} ") == found
