"""What a row says that its organisation has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.lists import ListName
from contracts.words.standard_information import Row
from rules.lists.references import lists_hinted_at, references_of
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


CODE = st.sampled_from(["vat-20", "vat-5", "EUR", "", None])


@given(
    st.lists(
        st.builds(
            lambda tax, currency: account("1", "Sales")._replace(tax_type=tax, currency_code=currency), CODE, CODE
        )
    )
)
def test_what_is_known_is_referred_to_in_vain_by_nobody(rows: list[Row]):
    named = {reference for row in rows for reference in references_of(row)}
    assert all(code for _, code in named)
    assert lists_hinted_at(rows, named) == set()
    assert lists_hinted_at(rows, ()) == {name for name, _ in named}
    for reference in named:
        assert lists_hinted_at(rows, named - {reference}) == {reference[0]}
