"""What is asked for, page by page, and when a list counts as whole."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from providers.kit.json_values import Record
from providers.port.errors import TooSmall, Unavailable
from providers.quickbooks.feeds import COLLECTIONS, CURRENCY_LIST, ITEMS, everything
from providers.quickbooks.statements import PAGE_SIZE, Statement, Walk, rows_of

VENDORS = everything("Vendor")


def response(first: int, last: int) -> Record:
    """Records with these ids."""
    records = [{"Id": str(number)} for number in range(first, last + 1)]
    return {"Vendor": records, "startPosition": 1, "maxResults": len(records)} if records else {}


def counted(total: int) -> Record:
    return {"totalCount": total}


def test_a_page_is_asked_for_with_inactive_records_in_the_order_of_changes() -> None:
    walk = Walk(VENDORS)
    rest = "FROM Vendor WHERE Active IN (true,false) ORDERBY MetaData.LastUpdatedTime ASC"
    first, counting = walk.statements
    assert first.text == f"SELECT * {rest} STARTPOSITION 1 MAXRESULTS 1000"
    assert counting.text == "SELECT COUNT(*) FROM Vendor WHERE Active IN (true,false)"
    walk.take(response(1, PAGE_SIZE), counted(2001))
    assert [one.text for one in walk.statements] == [f"SELECT * {rest} STARTPOSITION 1001 MAXRESULTS 1000"]


def test_an_item_is_asked_for_its_code_and_a_currency_not_for_its_state() -> None:
    assert COLLECTIONS[ITEMS].asked.text == "SELECT *, Sku FROM Item WHERE Active IN (true,false)"
    assert CURRENCY_LIST.text == "SELECT * FROM CompanyCurrency"


def test_a_moment_is_told_with_its_offset() -> None:
    at = datetime(2026, 3, 2, 14, 0, 5, tzinfo=timezone(timedelta(hours=2)))
    changed = VENDORS.since(at).text
    assert changed.endswith("AND MetaData.LastUpdatedTime >= '2026-03-02T12:00:05+00:00'")
    assert VENDORS.since(at.astimezone(UTC)).text == changed


@pytest.mark.parametrize("answer", [{}, {"startPosition": 1, "maxResults": 0}, {"Vendor": []}])
def test_an_answer_without_the_entity_is_an_empty_list(answer: Record) -> None:
    assert Walk(VENDORS).take(answer, counted(0)) == ([], True)
    with pytest.raises(TooSmall, match="0 of 1"):
        Walk(VENDORS).take(answer, counted(1))
    with pytest.raises(Unavailable, match="no count"):
        Walk(VENDORS).take(answer, {})


def test_a_list_is_whole_when_as_many_came_as_are_counted_in_pages_of_any_size() -> None:
    walk = Walk(VENDORS)
    fresh, is_last = walk.take(response(1, 700), counted(1300))
    assert (len(fresh), is_last) == (700, False)
    assert "STARTPOSITION 701 " in walk.statements[0].text
    fresh, is_last = walk.take(response(701, 1300), counted(1300))
    assert (len(fresh), is_last) == (600, True)


def test_a_record_that_moved_comes_once_and_the_one_that_was_missed_is_missed() -> None:
    walk = Walk(VENDORS)
    walk.take(response(1, PAGE_SIZE), counted(PAGE_SIZE + 3))
    fresh, is_last = walk.take({"Vendor": [{"Id": "1"}, {"Id": "1001"}, {"SyncToken": "0"}]}, counted(PAGE_SIZE + 3))
    assert ([record["Id"] for record in fresh], is_last) == (["1001"], False)
    with pytest.raises(TooSmall, match=f"{PAGE_SIZE + 2} of {PAGE_SIZE + 3}"):
        walk.take({})


def test_one_that_was_added_meanwhile_makes_up_for_none_that_was_missed() -> None:
    walk = Walk(VENDORS)
    walk.take(response(1, PAGE_SIZE), counted(1500))
    assert len(walk.statements) == 2  # what comes now may be the last
    rest: Record = {"Vendor": [{"Id": one} for one in (*map(str, range(1002, 1501)), "1", "new")]}
    assert walk.take(rest, counted(1501))[1] is False
    with pytest.raises(TooSmall, match="1500 of 1501"):
        walk.take({}, counted(1501))
    with pytest.raises(TooSmall, match="1499 records, 1501"):
        walk.take({}, counted(1499))


def test_a_server_that_repeats_its_page_is_not_read_for_ever() -> None:
    walk = Walk(VENDORS)
    assert not walk.take(response(1, PAGE_SIZE), counted(2000))[1]
    with pytest.raises(TooSmall):
        walk.take(response(1, PAGE_SIZE), counted(2000))


def test_a_chart_without_an_account_cannot_be_right() -> None:
    with pytest.raises(TooSmall):
        Walk(everything("Account"), is_never_empty=True).take({}, counted(0))


class Company:
    """Vendors that were changed at some seconds, and a server that tells them in that order."""

    def __init__(self, *changed: int) -> None:
        self.changed = {str(number): second for number, second in enumerate(changed, 1)}
        self.asked: list[Statement] = []

    def edit(self, identity: str) -> None:
        """Now: later than all others."""
        self.changed[identity] = max(self.changed.values()) + 60

    def read(self, walk: Walk, pages: int = 99) -> list[str]:
        """The ids on the next pages."""
        came, is_last = list[str](), False
        while not is_last and pages:
            pages -= 1
            self.asked.append(walk.statements[0])
            fresh, is_last = walk.take(*map(self._found, walk.statements))
            came += [str(record["Id"]) for record in fresh]
        return came

    def _found(self, asked: Statement) -> Record:
        told = [re.fullmatch(r"MetaData.LastUpdatedTime >= '(.+)'", one) for one in asked.where]
        since = max((datetime.fromisoformat(one[1]) for one in told if one), default=NOON)
        found = sorted((second, key) for key, second in self.changed.items() if NOON + second * SECOND >= since)
        if asked.columns != "*":
            return counted(len(found))
        page = found[(asked.start or 1) - 1 :][:PAGE_SIZE]
        return {"Vendor": [{"Id": key, "MetaData": {"LastUpdatedTime": stamp(second)}} for second, key in page]}


NOON, SECOND = datetime(2026, 3, 2, 12, tzinfo=UTC), timedelta(seconds=1)


def stamp(second: int) -> str:
    """As QuickBooks writes it."""
    return (NOON + second * SECOND).astimezone(timezone(timedelta(hours=-8))).isoformat()


SPREAD = tuple(second for second in range(900) for _ in range(3))
IMPORTED = (0, *(7,) * 2600, *range(20, 120))


@pytest.mark.parametrize("changed", [SPREAD, IMPORTED, (5,) * 2700], ids=["spread", "imported", "of one second"])
@pytest.mark.parametrize("pages", [1, 2])
def test_it_is_gone_on_with_at_exactly_the_next_record(changed: Sequence[int], pages: int) -> None:
    company = Company(*changed)
    whole = company.read(Walk(VENDORS))
    walk = Walk(VENDORS)
    before = company.read(walk, pages)
    company.asked.clear()
    again = Walk.at(VENDORS, str(walk.cursor))
    left = company.read(again)
    assert before + left == whole
    assert len(company.asked) == 3 - pages
    assert again.expected == len(changed)
    if changed is SPREAD:
        seconds = [company.changed[identity] for identity in before]
        since = max(seconds) - 1
        asked = VENDORS.since(NOON + since * SECOND)
        assert company.asked[0] == replace(asked, start=sum(second >= since for second in seconds) + 1)


def test_records_that_were_edited_in_between_are_told_again_and_hide_none() -> None:
    company = Company(*SPREAD)
    walk = Walk(VENDORS)
    before = company.read(walk, 1)
    for identity in before[:5]:
        company.edit(identity)
    left = company.read(Walk.at(VENDORS, str(walk.cursor)))
    assert {*before, *left} == company.changed.keys()
    assert set(before[:5]) <= set(left)


def test_a_list_that_has_shrunk_in_between_is_not_gone_on_with() -> None:
    company = Company(*SPREAD)
    walk = Walk(VENDORS)
    company.read(walk, 1)
    del company.changed["1"]
    with pytest.raises(TooSmall, match="2699 records, 2700"):
        company.read(Walk.at(VENDORS, str(walk.cursor)))


def test_what_is_no_row_is_not_expected_to_be_one_also_where_it_came_before() -> None:
    company = Company(*SPREAD)
    walk = Walk(VENDORS)
    company.read(walk, 1)
    walk.leave_out([{"Id": "1"}, {"Id": "2"}])
    again = Walk.at(VENDORS, str(walk.cursor))
    company.read(again)
    assert again.expected == len(SPREAD) - 2


def test_what_is_no_row_and_was_edited_in_between_makes_up_for_none_that_is_still_to_come() -> None:
    """Of 2,000 records, 1,000 are left and the folder has moved among them: one page has all of them but the last."""
    company = Company(*range(2 * PAGE_SIZE))
    walk = Walk(VENDORS)
    before = company.read(walk, 1)
    walk.leave_out([{"Id": before[0]}])
    company.edit(before[0])
    company.edit("1500")
    again = Walk.at(VENDORS, str(walk.cursor))
    left = company.read(again)
    assert {*before, *left} == company.changed.keys()
    assert before[0] not in left, "it would be left out once more, and one row less be expected"
    assert again.expected == 2 * PAGE_SIZE - 1


def test_where_records_do_not_say_when_they_were_changed_there_is_no_going_on() -> None:
    walk = Walk(VENDORS)
    walk.take(response(1, PAGE_SIZE), counted(2700))
    assert walk.cursor is None
    walk.take({"Vendor": [{"Id": "x"}, {"Id": "y", "MetaData": {"LastUpdatedTime": stamp(0)}}]})
    assert walk.cursor is None
    walk.take({"Vendor": [{"Id": "z", "MetaData": {"LastUpdatedTime": stamp(0)}}]})
    assert walk.cursor is None


@pytest.mark.parametrize("cursor", ["", "{}", "page 7", "[]", '{"since": "soon"}', '{"since": null, "start": null}'])
def test_a_cursor_that_cannot_be_read_begins_at_the_first_page(cursor: str) -> None:
    assert Walk.at(VENDORS, cursor).statements == Walk(VENDORS).statements


@pytest.mark.parametrize(
    "answer",
    [{"Vendor": {"Id": "1"}}, {"Vendor": ["1"]}, {"Vendor": [{"Id": "1"}], "maxResults": 2}, {"maxResults": 1}],
)
def test_an_answer_that_contradicts_itself_is_none(answer: Record) -> None:
    with pytest.raises(Unavailable):
        rows_of(answer, Statement("Vendor").entity)
