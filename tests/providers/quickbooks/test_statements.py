"""What is asked for, page by page, and when a list counts as whole."""

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


def test_a_page_is_asked_for_with_inactive_records_in_the_order_of_changes() -> None:
    walk = Walk(VENDORS)
    rest = "FROM Vendor WHERE Active IN (true,false) ORDERBY MetaData.LastUpdatedTime ASC"
    assert walk.statement.text == f"SELECT * {rest} STARTPOSITION 1 MAXRESULTS 1000"
    first, counting = walk.statements
    assert (first, counting.text) == (walk.statement, "SELECT COUNT(*) FROM Vendor WHERE Active IN (true,false)")
    walk.begin(response(1, PAGE_SIZE), {"totalCount": 1001})
    assert walk.statement.text == f"SELECT * {rest} STARTPOSITION 1001 MAXRESULTS 1000"


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
    assert Walk(VENDORS).begin(answer, {"totalCount": 0}) == ([], True)
    with pytest.raises(TooSmall, match="0 of 1"):
        Walk(VENDORS).begin(answer, {"totalCount": 1})
    with pytest.raises(Unavailable, match="no count"):
        Walk(VENDORS).begin(answer, {})


def test_a_list_is_whole_when_as_many_came_as_are_counted_in_pages_of_any_size() -> None:
    walk = Walk(VENDORS)
    fresh, is_last = walk.begin(response(1, 700), {"totalCount": 1300})
    assert (len(fresh), is_last) == (700, False)
    assert "STARTPOSITION 701 " in walk.statement.text
    fresh, is_last = walk.take(response(701, 1300))
    assert (len(fresh), is_last) == (600, True)


def test_a_record_that_moved_comes_once_and_the_one_that_was_missed_is_missed() -> None:
    walk = Walk(VENDORS)
    walk.begin(response(1, PAGE_SIZE), {"totalCount": PAGE_SIZE + 3})
    fresh, is_last = walk.take({"Vendor": [{"Id": "1"}, {"Id": "1001"}, {"SyncToken": "0"}]})
    assert ([record["Id"] for record in fresh], is_last) == (["1001"], False)
    with pytest.raises(TooSmall, match=f"{PAGE_SIZE + 2} of {PAGE_SIZE + 3}"):
        walk.take({})


def test_a_server_that_repeats_its_page_is_not_read_for_ever() -> None:
    walk = Walk(VENDORS)
    assert not walk.begin(response(1, PAGE_SIZE), {"totalCount": 2000})[1]
    with pytest.raises(TooSmall):
        walk.take(response(1, PAGE_SIZE))


def test_a_chart_without_an_account_cannot_be_right() -> None:
    with pytest.raises(TooSmall):
        Walk(everything("Account"), is_never_empty=True).begin({}, {"totalCount": 0})


@pytest.mark.parametrize(
    "answer",
    [{"Vendor": {"Id": "1"}}, {"Vendor": ["1"]}, {"Vendor": [{"Id": "1"}], "maxResults": 2}, {"maxResults": 1}],
)
def test_an_answer_that_contradicts_itself_is_none(answer: Record) -> None:
    with pytest.raises(Unavailable):
        rows_of(answer, Statement("Vendor").entity)
