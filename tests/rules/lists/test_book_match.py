"""What codes and names of old books find in new ones: every old entry is counted once."""

from hypothesis import given
from hypothesis import strategies as st

from rules.lists.book_match import Entry, match

OLD = [Entry("200", "Sales"), Entry("400", "Advertising"), Entry("401", "Audit fees"), Entry("999", "Suspense")]
NEW = [Entry("200", " sales "), Entry("400", "Marketing"), Entry("410", "Audit  Fees"), Entry("720", "Vans")]


def test_by_code_and_name_by_code_by_name_and_not_at_all():
    found = match(OLD, NEW)
    assert (found.old, found.new) == (4, 4)
    assert (found.same, found.by_code, found.by_name) == (1, 1, 1)
    assert found.missing == ["999 Suspense"]


def test_without_codes_the_name_decides():
    found = match([Entry(None, "Region"), Entry(None, "Project")], [Entry(None, "REGION")])
    assert (found.same, found.by_code, found.by_name, found.missing) == (1, 0, 0, ["Project"])


def test_an_entry_without_code_does_not_match_another_without():
    found = match([Entry("", "Petty cash")], [Entry(None, "Till")])
    assert (found.same, found.by_code, found.missing) == (0, 0, ["Petty cash"])


entries = st.lists(
    st.builds(Entry, st.none() | st.sampled_from(["1", "2", "3"]), st.none() | st.sampled_from("AaBbC "))
)


@given(entries, entries)
def test_every_old_entry_is_counted_once(old, new):
    found = match(old, new)
    assert found.same + found.by_code + found.by_name + len(found.missing) == len(old)


@given(entries)
def test_the_same_books_match_wholly(books):
    assert match(books, books).same == len(books)
