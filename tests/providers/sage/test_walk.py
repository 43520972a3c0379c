"""How a list is read page by page, where nothing is sent."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from providers.kit.json_values import Record
from providers.port.errors import TooSmall, Unavailable
from providers.port.feeds import Feed
from providers.sage.feeds import (
    CATEGORIES,
    COLLECTIONS,
    FIXED_CURRENCIES,
    LEDGER_ACCOUNTS,
    PRODUCTS,
    SERVICES,
    STOCK_ITEMS,
    TAX_RATES,
)
from providers.sage.walk import Envelope, Walk, envelope


def page(*ids: str, total: int | None = None, has_next: bool = False) -> Envelope:
    return Envelope([{"id": one, "name": one} for one in ids], total, has_next)


def ids(records: list[Record]) -> list[object]:
    return [record["id"] for record in records]


def test_pages_are_counted_and_the_last_names_no_next() -> None:
    walk = Walk(CATEGORIES)
    assert walk.params == {"items_per_page": "200", "attributes": "all"}
    records, is_last = walk.take(page("a", "b", total=3, has_next=True))
    assert (ids(records), is_last, walk.params["page"]) == (["a", "b"], False, "2")
    assert walk.take(page("c", total=3))[1]


def test_a_record_that_comes_twice_counts_once() -> None:
    walk = Walk(CATEGORIES)
    walk.take(page("a", "b", total=3, has_next=True))
    assert ids(walk.take(page("b", "c", total=3))[0]) == ["c"]


def test_the_last_page_again_ends_it_and_never_as_a_shorter_list() -> None:
    walk = Walk(CATEGORIES)
    walk.take(page("a", total=1, has_next=True))
    assert walk.take(page("a", total=1, has_next=True)) == ([], True)
    short = Walk(CATEGORIES)
    short.take(page("a", total=2, has_next=True))
    with pytest.raises(TooSmall):
        short.take(page("a", total=2, has_next=True))


def test_no_record_where_there_must_be_one() -> None:
    where = COLLECTIONS[LEDGER_ACCOUNTS]
    with pytest.raises(TooSmall):
        Walk(where).take(page())
    assert Walk(where, {"deleted_since": datetime(2026, 3, 2, tzinfo=UTC)}).take(page(total=0)) == ([], True)
    assert Walk(CATEGORIES).take(page(total=0)) == ([], True)


def test_rows_without_their_fields_are_no_answer() -> None:
    bare = Envelope([{"id": "a", "displayed_as": "A", "$path": "/a"}], 1, False)
    with pytest.raises(Unavailable):
        Walk(CATEGORIES).take(bare)
    assert Walk(FIXED_CURRENCIES).take(bare)[1]


def test_a_record_without_an_id_is_left_out_and_counted() -> None:
    assert ids(Walk(CATEGORIES).take(Envelope([{"id": "a", "name": "A"}, {"name": "B"}], 2, False))[0]) == ["a"]


def test_changes_are_asked_for_from_a_second_on() -> None:
    since = datetime(2026, 3, 2, 12, 0, 5, 900_000, tzinfo=UTC)
    for name in ("updated_or_created_since", "deleted_since"):
        assert Walk(CATEGORIES, {name: since}).params[name] == "2026-03-02T12:00:05Z"


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"$items": null}', b'{"$items": [1]}', b'{"$items": [', b"<html>"])
def test_what_is_no_list_is_not_an_empty_one(body: bytes) -> None:
    with pytest.raises(Unavailable):
        envelope(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"$total": 0, "$next": null, "$items": []}', Envelope([], 0, False)),
        (b'{"$total": 3, "$next": "/x?page=2", "$items": [{"id": "a"}]}', Envelope([{"id": "a"}], 3, True)),
        (b'{"$next": "https://a.test/x?page=2", "$items": [{"id": "a"}]}', Envelope([{"id": "a"}], None, True)),
    ],
)
def test_an_envelope(body: bytes, expected: Envelope) -> None:
    assert envelope(body) == expected


@pytest.mark.parametrize("feed", [TAX_RATES, PRODUCTS, SERVICES, STOCK_ITEMS])
def test_no_price_or_rate_passes_through_a_float(feed: Feed) -> None:
    body = b'{"$items": [{"percentage": 0.12345678901234567890}]}'
    [record] = envelope(body, has_decimals=COLLECTIONS[feed].has_decimals).records
    assert record["percentage"] == Decimal("0.12345678901234567890")
