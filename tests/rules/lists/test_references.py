"""What a row says that its organisation has."""

import pytest

from contracts.words.lists import ListName
from contracts.words.standard_information import Row
from rules.lists.references import lists_hinted_at
from tests.models.rows import account, contact, duty, item, profile

KNOWN = {(ListName.TAX_RATES, "vat-20"), (ListName.CURRENCIES, "EUR")}


@pytest.mark.parametrize(
    ("row", "hinted"),
    [
        (account("1", "Sales")._replace(tax_type="vat-20", currency_code="EUR"), set()),
        (account("1", "Sales")._replace(tax_type="vat-5"), {ListName.TAX_RATES}),
        (account("1", "Dollars")._replace(currency_code="USD"), {ListName.CURRENCIES}),
        (item("1", "Nails")._replace(sales_tax_type="vat-20", purchase_tax_type="vat-5"), {ListName.TAX_RATES}),
        (item("1", "Nails")._replace(sales_tax_type="vat-5"), {ListName.TAX_RATES}),
        (
            contact("1", "Vera", sales_tax_type="vat-0", default_currency="USD"),
            {ListName.TAX_RATES, ListName.CURRENCIES},
        ),
        (contact("1", "Vera", purchase_tax_type="vat-20", default_currency="EUR"), set()),
        (contact("1", "Vera", purchase_tax_type="", default_currency=None), set()),
        (duty("vat-5"), set()),
        (profile("org-1"), set()),
    ],
)
def test_what_is_not_there_is_hinted_at(row: Row, hinted: set[ListName]):
    assert lists_hinted_at([row], KNOWN) == hinted


def test_many_rows_hint_together():
    rows: list[Row] = [account("1", "Sales")._replace(tax_type="vat-5"), contact("2", "Vera", default_currency="USD")]
    assert lists_hinted_at(rows, KNOWN) == {ListName.TAX_RATES, ListName.CURRENCIES}
    assert lists_hinted_at([], KNOWN) == set()
