"""A list without rows says why, and calls books empty only when they were read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from web.pages.clients.empty_lists import WayOn, why_empty
from web.pages.clients.receipt_rows import ReceiptRow, receipt_rows

AT = datetime(2026, 11, 28, tzinfo=UTC)
PULLED: dict[str, Any] = {"rows": 0, "pulled_at": AT}
USUAL: dict[str, Any] = {"total": 0, "is_searched": False, "is_suppliers_only": False}


@pytest.mark.parametrize(
    ("receipt", "asked", "heading", "way_on"),
    [
        (PULLED, {}, "This list is empty", None),
        (PULLED, {"is_searched": True}, "Nothing matches", WayOn.WHOLE_LIST),
        (PULLED, {"total": 7}, "There is no such page", WayOn.WHOLE_LIST),
        (PULLED, {"is_suppliers_only": True}, "Left out", WayOn.SETTINGS),
        ({}, {}, "Not read yet", WayOn.SETTINGS),
        ({}, {"is_searched": True}, "Not read yet", WayOn.SETTINGS),
        ({"is_chosen": False}, {}, "Left out", WayOn.SETTINGS),
        ({"is_chosen": False, "is_offered": False}, {}, "There is no such list", None),
        ({"cause": Cause.PERMISSION_MISSING, "attempted_at": AT}, {}, "Not read yet", None),
        ({"cause": Cause.PERMISSION_MISSING, "attempted_at": AT}, {"is_searched": True}, "Not read yet", None),
        ({"cause": Cause.NOT_ON_PLAN, "attempted_at": AT}, {}, "Not on this plan", None),
        ({**PULLED, "cause": Cause.ROLE_TOO_LOW, "attempted_at": AT}, {}, "Not open to this login", None),
    ],
)
def test_no_row_has_a_reason(receipt, asked, heading, way_on):
    row = ReceiptRow(**{"list": ListName.CUSTOMERS, "is_chosen": True, **receipt})
    found = why_empty(row, **{**USUAL, **asked})
    assert (found.heading, found.way_on) == (heading, way_on)
    assert ("had nothing in it" in found.text) == (heading == "This list is empty")


def test_suppliers_are_not_left_out_with_the_customers():
    row = ReceiptRow(ListName.SUPPLIERS, is_chosen=True, rows=0, pulled_at=AT, cause=Cause.PROVIDER_UNAVAILABLE)
    found = why_empty(row, **{**USUAL, "is_suppliers_only": True})
    assert found.text == "The accounting software had nothing in it when it could last be read."


def test_a_list_that_the_accounting_software_lacks_has_a_row_that_says_so():
    rows = {row.list: row for row in receipt_rows({}, tuple(ListName), (ListName.ITEMS,))}
    assert set(rows) == set(ListName)
    assert (rows[ListName.ITEMS].is_offered, rows[ListName.ITEMS].is_chosen) == (True, True)
    assert (rows[ListName.CURRENCIES].is_offered, rows[ListName.CURRENCIES].is_chosen) == (False, False)
