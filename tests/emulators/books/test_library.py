"""Answers are kept up to so many bytes, and the oldest go first; changes are known without writing books anew."""

import dataclasses
from collections.abc import Iterable

import pytest

from emulators.books.countries import COUNTRIES
from emulators.books.library import Library, Listing, Member, Record
from emulators.books.organisations import Organisation, Surroundings, organisations

QUERY = "page=1"


@pytest.mark.parametrize(("most", "kept"), [(30, "ABC"), (25, "BC"), (9, "")])
def test_as_much_is_kept_as_was_said(most: int, kept: str) -> None:
    library = Library([], [], {}, kept_bytes=most)
    for name in "ABC":
        library.keep_body("one", name, QUERY, bytes(10))
    assert "".join(name for name in "ABC" if library.body("one", name, QUERY)) == kept


def test_who_asks_for_changes_gets_them_without_books_that_are_written_anew() -> None:
    written: list[str] = []

    def generate(organisation: Organisation, _: Iterable[Member]) -> list[Record]:
        written.append(organisation.organisation_id)
        return [{"id": "a", "at": organisation.contacts}, {"id": "b", "at": 2}]

    one = organisations(7, 1, Surroundings(tuple(COUNTRIES.values()), ("small",), some_are_large=False))[0]
    it = one.organisation_id
    listing = Listing("id", generate, lambda record: float(str(record["at"])))
    library = Library([dataclasses.replace(one, contacts=1)], [], {"things": listing}, kept_bytes=0)
    assert library.recent(it, "things", 9) is None, "nobody has read it yet"
    library.records(it, "things")
    assert library.recent(it, "things", 2) is None
    assert library.recent(it, "things", 3) == []
    library.change_record(it, "things", "a", {"id": "a", "at": 5})
    library.change_record(it, "things", "b", None)
    assert library.recent(it, "things", 3) == [{"id": "a", "at": 5}]
    assert written == [it]
    library.change_organisation(it, contacts=7)
    assert library.recent(it, "things", 3) is None, "they are other books now"


def test_a_change_of_one_list_forgets_no_other() -> None:
    one = organisations(7, 1, Surroundings(tuple(COUNTRIES.values()), ("small",), some_are_large=False))[0]
    it = one.organisation_id
    listing = Listing("id", lambda *_: [])
    library = Library([one], [], {"things": listing, "others": listing}, kept_bytes=100)
    for name in ("things", "others"):
        library.keep_body(it, name, QUERY, b"kept")
    library.change_record(it, "things", "a", {"id": "a"})
    assert (library.body(it, "things", QUERY), library.body(it, "others", QUERY)) == (None, b"kept")
    library.change_organisation(it, contacts=7)
    assert library.body(it, "others", QUERY) is None
