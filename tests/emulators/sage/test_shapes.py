"""Every record has the fields that Sage's description gives it, of the kinds that it gives."""

from collections import Counter

import pytest

from emulators.sage.accounting.resources import RESOURCES
from tests.emulators.sage.api_facts import FIELDS, ONLY_IN, is_of
from tests.emulators.sage.client import App, Shown, Tokens

SINGLE = {"financial_settings", "business_settings"}
FIXED = {"currencies", "countries", "contact_types", "payment_methods", "bank_account_types"}


def test_the_facts_are_about_every_list() -> None:
    assert FIELDS.keys() == RESOURCES.keys()


@pytest.mark.parametrize("name", FIELDS)
def test_records_are_as_described(app: App, tokens: Tokens, name: str) -> None:
    seen = Counter[str]()
    for place in app.businesses:
        if place["is_lapsed"]:
            continue
        answer = app.read(tokens, name, place["organisation_id"], attributes="all", items_per_page="200")
        if answer.status_code == 403:
            continue
        rows: list[Shown] = [answer.json()] if name in SINGLE else answer.json()["$items"]
        expected = dict(FIELDS[name]) | dict(ONLY_IN.get(name, {}).get(place["country"], {}))
        for row in rows:
            assert set(row) == set(expected)
            assert [field for field, value in row.items() if not is_of(expected[field], value)] == []
            seen.update(field for field, value in row.items() if value is not None)
    assert seen["displayed_as"] > 0 or name in SINGLE


@pytest.mark.thorough
@pytest.mark.parametrize("name", sorted(FIELDS.keys() - SINGLE))
def test_a_row_is_no_whole_record_unless_it_is_asked_for(app: App, tokens: Tokens, name: str, business: str) -> None:
    base = {"displayed_as", "$path"} if name.endswith("exchange_rates") else {"id", "displayed_as", "$path"}
    rows = app.read(tokens, name, business).json()["$items"]
    assert all(set(row) == base for row in rows)
    if name == "contacts":
        some = app.read(tokens, name, business, attributes="name,email,nonsense").json()["$items"][0]
        assert set(some) == base | {"name", "email"}


def test_a_single_record_is_whole_unless_less_is_asked_for(app: App, tokens: Tokens, business: str) -> None:
    identity = app.read(tokens, "contacts", business).json()["$items"][3]["id"]
    single = app.read(tokens, f"contacts/{identity}", business).json()
    assert set(single) == set(FIELDS["contacts"]), "an Irish business: nothing of the UK's own"
    assert set(app.read(tokens, f"contacts/{identity}", business, attributes="name").json()) == {
        "id",
        "displayed_as",
        "$path",
        "name",
    }


def test_what_is_nested_is_named_or_told_on_request(app: App, tokens: Tokens, business: str) -> None:
    def addressed(**query: str) -> Shown:
        rows = app.read(tokens, "contacts", business, attributes="all", **query).json()["$items"]
        found: Shown = next(row["main_address"] for row in rows if row["main_address"])
        return found

    assert set(addressed()) == {"id", "displayed_as", "$path"}
    assert addressed(nested_attributes="all")["city"]
    assert set(addressed(nested_attributes="city")) == {"id", "displayed_as", "$path", "city"}
    assert set(addressed(nested_attributes="all")["country"]) == {"id", "displayed_as", "$path"}, "one level"
    app.control("settings", nested_in_full=True)
    assert addressed()["city"]


@pytest.mark.parametrize("is_number", [False, True])
def test_amounts_are_text_or_numbers(app: App, tokens: Tokens, business: str, is_number: bool) -> None:
    app.control("settings", amounts_as_numbers=is_number, percentages_as_numbers=is_number)
    kind = float if is_number else str
    rate = app.rows(tokens, "tax_rates", business)[0]
    assert (rate["percentage"], rate["percentages"][0]["percentage"]) == (kind("23.0"), kind("23.0"))
    assert all(isinstance(row["balance"], kind) for row in app.rows(tokens, "bank_accounts", business))
    priced = app.rows(tokens, "products", business)[0]["sales_prices"][0]
    assert isinstance(priced["price"], kind)
    assert app.rows(tokens, "stock_items", business)[0]["weight"] == 0
