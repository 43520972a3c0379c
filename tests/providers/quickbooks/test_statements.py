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
    walk.take(response(1, PAGE_SIZE))
    assert walk.statement.text == f"SELECT * {rest} STARTPOSITION 1001 MAXRESULTS 1000"
    assert walk.counting
    assert walk.counting.text == "SELECT COUNT(*) FROM Vendor WHERE Active IN (true,false)"


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
    walk = Walk(VENDORS)
    assert walk.take(answer) == ([], True)
    assert walk.counting is None


def test_one_page_is_all_that_there_is_and_is_not_counted() -> None:
    walk = Walk(VENDORS)
    fresh, is_last = walk.take(response(1, PAGE_SIZE - 1))
    assert (len(fresh), is_last, walk.counting) == (PAGE_SIZE - 1, True, None)


def test_a_record_that_moved_comes_once() -> None:
    walk = Walk(VENDORS)
    walk.take(response(1, PAGE_SIZE))
    fresh, is_last = walk.take({"Vendor": [{"Id": "1"}, {"Id": "1001"}, {"SyncToken": "0"}]})
    assert ([record["Id"] for record in fresh], is_last) == (["1001"], True)
    walk.check({"totalCount": PAGE_SIZE + 2})  # with the one that has no id
    with pytest.raises(TooSmall, match=f"{PAGE_SIZE + 2} of {PAGE_SIZE + 3}"):
        walk.check({"totalCount": PAGE_SIZE + 3})
    with pytest.raises(Unavailable):
        walk.check({})


def test_a_server_that_repeats_its_page_is_not_read_for_ever() -> None:
    walk = Walk(VENDORS)
    assert not walk.take(response(1, PAGE_SIZE))[1]
    assert walk.take(response(1, PAGE_SIZE)) == ([], True)


def test_a_chart_without_an_account_cannot_be_right() -> None:
    with pytest.raises(TooSmall):
        Walk(everything("Account"), is_never_empty=True).take({})


@pytest.mark.parametrize(
    "answer",
    [{"Vendor": {"Id": "1"}}, {"Vendor": ["1"]}, {"Vendor": [{"Id": "1"}], "maxResults": 2}, {"maxResults": 1}],
)
def test_an_answer_that_contradicts_itself_is_none(answer: Record) -> None:
    with pytest.raises(Unavailable):
        rows_of(answer, Statement("Vendor").entity)
