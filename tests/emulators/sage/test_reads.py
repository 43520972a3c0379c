"""The lists of a business: pages, filters, changes, rights and plans."""

import pytest

from tests.emulators.sage.client import App, Shown, Tokens, error_of


def ids(rows: list[Shown]) -> list[str]:
    return [str(row["id"]) for row in rows]


@pytest.mark.thorough
def test_a_list_comes_in_pages_of_20(app: App, tokens: Tokens, business: str) -> None:
    first = app.read(tokens, "contacts", business).json()
    assert (first["$page"], first["$itemsPerPage"], len(first["$items"])) == (1, 20, 20)
    assert first["$next"].startswith("/contacts?")
    assert first["$back"] is None
    second = app.read(tokens, "contacts", business, page="2").json()
    assert second["$back"] is not None
    assert not set(ids(first["$items"])) & set(ids(second["$items"]))


@pytest.mark.thorough
@pytest.mark.parametrize(("asked", "given"), [("200", 200), ("201", 200), ("5000", 200), ("0", 1), ("many", 20)])
def test_a_page_has_200_rows_at_most(app: App, tokens: Tokens, large: str, asked: str, given: int) -> None:
    page = app.read(tokens, "contacts", large, items_per_page=asked).json()
    assert (page["$itemsPerPage"], len(page["$items"])) == (given, given)


def test_a_page_past_the_end_is_the_last_again(app: App, tokens: Tokens, large: str) -> None:
    total = app.read(tokens, "contacts", large).json()["$total"]
    last = app.read(tokens, "contacts", large, items_per_page="200", page=str(-(-total // 200))).json()
    past = app.read(tokens, "contacts", large, items_per_page="200", page="999").json()
    assert last == past
    assert past["$next"] is None
    assert past["$items"]
    empty = app.read(tokens, "contacts", app.id_of(8), contact_type_id="VENDOR", exclude_system="true").json()
    assert (empty["$total"], empty["$items"], empty["$next"]) == (0, [], None)


def test_all_pages_together_are_the_whole_list_once(app: App, tokens: Tokens, large: str) -> None:
    rows = app.rows(tokens, "contacts", large)
    assert len(set(ids(rows))) == len(rows) == app.read(tokens, "contacts", large).json()["$total"] > 2300


@pytest.mark.thorough
@pytest.mark.parametrize("is_absolute", [False, True])
def test_the_next_page_can_be_followed(
    app: App, address: str, tokens: Tokens, business: str, is_absolute: bool
) -> None:
    app.control("settings", absolute_next=is_absolute)
    found = app.read(tokens, "ledger_accounts", business, attributes="name").json()["$next"]
    assert found.startswith(f"{address}/v3.1/" if is_absolute else "/ledger_accounts?")
    path, _, query = found.removeprefix(f"{address}/v3.1").partition("?")
    page = app.read(tokens, path.strip("/"), business, **dict(part.split("=") for part in query.split("&"))).json()
    assert page["$page"] == 2
    assert "name" in page["$items"][0]


@pytest.mark.thorough
def test_a_contact_has_one_role_and_a_firm_comes_twice(app: App, tokens: Tokens, business: str) -> None:
    everybody = app.rows(tokens, "contacts", business)
    assert all(len(row["contact_types"]) == 1 for row in everybody)
    suppliers = app.rows(tokens, "contacts", business, contact_type_id="VENDOR")
    customers = app.rows(tokens, "contacts", business, contact_type_id="CUSTOMER")
    assert sorted(ids(suppliers) + ids(customers)) == sorted(ids(everybody))
    assert {row["name"] for row in suppliers} & {row["name"] for row in customers}


@pytest.mark.thorough
def test_british_businesses_have_two_contacts_of_the_system(app: App, tokens: Tokens) -> None:
    british = next(row for row in app.businesses if row["country"] == "GB" and not row["is_lapsed"])
    rows = app.rows(tokens, "contacts", british["organisation_id"])
    assert [row["name"] for row in rows if row["system"]] == ["HMRC Payments", "HMRC Reclaimed"]
    others = app.rows(tokens, "contacts", british["organisation_id"], exclude_system="true")
    assert len(others) == len(rows) - 2


@pytest.mark.thorough
def test_contacts_can_be_filtered(app: App, tokens: Tokens, business: str) -> None:
    rows = app.rows(tokens, "contacts", business)
    assert len(app.rows(tokens, "contacts", business, filter_inactive_contacts="true")) == len(
        [row for row in rows if row["is_active"]]
    )
    one = next(row for row in rows if row["email"])
    assert one["id"] in ids(app.rows(tokens, "contacts", business, email=one["email"]))
    assert one["id"] in ids(app.rows(tokens, "contacts", business, search=one["name"].upper()))
    assert {row["balance"] for row in rows} == {None}
    shown = app.rows(tokens, "contacts", business, show_balance="true")
    assert all(isinstance(row["balance"], str) for row in shown)


@pytest.mark.thorough
def test_codes_are_numbers_and_padded_in_the_label_alone(app: App, tokens: Tokens, business: str) -> None:
    rows = app.rows(tokens, "ledger_accounts", business)
    assert len({row["nominal_code"] for row in rows}) == len(rows)
    savings = next(row for row in rows if row["name"] == "Business Savings")
    assert (savings["nominal_code"], savings["display_formatted"]) == (90, "Business Savings (0090)")
    banks = app.rows(tokens, "bank_accounts", business)
    assert {row["ledger_account"]["id"] for row in banks} <= set(ids(rows))
    assert all("name" not in row for row in banks)


@pytest.mark.thorough
def test_accounts_can_be_filtered(app: App, tokens: Tokens, business: str) -> None:
    rows = app.rows(tokens, "ledger_accounts", business)
    for area in ("sales", "expenses", "banking"):
        within = app.rows(tokens, "ledger_accounts", business, visible_in=area)
        without = app.rows(tokens, "ledger_accounts", business, not_visible_in=area)
        assert within
        assert all(row[f"visible_in_{area}"] for row in within)
        assert len(within) + len(without) == len(rows)
    control = app.rows(tokens, "ledger_accounts", business, show_control_accounts="true")
    assert {row["control_name"] for row in control} >= {"RECEIVABLES", "PAYABLES"}
    fixed = app.rows(tokens, "ledger_accounts", business, ledger_account_type_id="FIXED_ASSETS")
    assert {row["ledger_account_type"]["id"] for row in fixed} == {"FIXED_ASSETS"}


@pytest.mark.thorough
def test_items_overlap_and_inactive_stock_is_left_out(app: App, tokens: Tokens) -> None:
    app.control(f"organisations/{app.id_of(7)}", items=120)
    business = app.id_of(7)
    products, services, stock = (app.rows(tokens, name, business) for name in ("products", "services", "stock_items"))
    assert {row["id"] for row in stock} < {row["id"] for row in products}
    assert not {row["id"] for row in services} & {row["id"] for row in products}
    assert all(row["active"] for row in stock)
    assert not all(row["active"] for row in products)
    inactive = app.rows(tokens, "stock_items", business, active="false")
    assert inactive
    assert not any(row["active"] for row in inactive)
    assert all(row["sales_rates"] for row in services)


@pytest.mark.thorough
def test_there_are_always_six_dimensions(app: App, tokens: Tokens) -> None:
    for count in (0, 2):
        app.control(f"organisations/{app.id_of(7)}", tracking=count)
        types = app.rows(tokens, "analysis_types", app.id_of(7))
        levels = [row["analysis_type_level"]["identifier"] for row in types]
        assert levels == ["TRANSACTION"] * 3 + ["GROUP"] * 3
        assert [bool(row["active_areas"]) for row in types] == [True] * count + [False] * (6 - count)
        categories = app.rows(tokens, "analysis_type_categories", app.id_of(7))
        assert {row["analysis_type"]["id"] for row in categories} == set(ids(types[:count]))
        assert all(len(row["code"]) <= 10 for row in categories)
        assert len(app.rows(tokens, "analysis_types", app.id_of(7), analysis_type_level="GROUP")) == 3


@pytest.mark.thorough
def test_tax_rates_by_use_region_and_past(app: App, tokens: Tokens) -> None:
    canadian = next(row["organisation_id"] for row in app.businesses if row["country"] == "CA")
    sales = app.rows(tokens, "tax_rates", canadian, usage="sales")
    purchases = app.rows(tokens, "tax_rates", canadian, usage="purchase")
    assert {row["name"] for row in purchases} - {row["name"] for row in sales} == {"PST BC"}
    there = app.rows(tokens, "tax_rates", canadian, address_region_id="CA-BC")
    combined = next(row for row in there if row["is_combined_rate"])
    assert [row["displayed_as"] for row in combined["component_tax_rates"]] == ["GST 5.00%", "PST BC 7.00%"]
    assert "HST ON" not in {row["name"] for row in there}
    changed = {
        row["name"]: row["percentages"]
        for row in app.rows(tokens, "tax_rates", canadian, include_historical_data="true")
    }
    assert [one["percentage"] for one in changed["HST NS"]] == ["14.0", "15.0"]
    assert len(next(row for row in sales if row["name"] == "HST NS")["percentages"]) == 1


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["ledger_accounts", "contacts", "products", "bank_accounts", "analysis_types"])
def test_changes_since_a_moment_include_that_moment(app: App, tokens: Tokens, business: str, name: str) -> None:
    newest = max(row["updated_at"] for row in app.rows(tokens, name, business))
    found = app.rows(tokens, name, business, updated_or_created_since=newest)
    assert found
    assert all(row["updated_at"] >= newest for row in found)
    assert app.rows(tokens, name, business, updated_or_created_since="2030-01-01") == []
    assert app.read(tokens, name, business, updated_or_created_since="yesterday").status_code == 422
    some = app.rows(tokens, name, business)[0]
    app.control(f"organisations/{business}/records", list=name, id=some["id"], fields={"displayed_as": "Changed"})
    with_zone = app.state()["clock"]["utc"][:19] + "+00:00"
    assert ids(app.rows(tokens, name, business, updated_or_created_since=with_zone)) == [some["id"]]


@pytest.mark.thorough
def test_deleted_records_are_only_told_to_those_who_ask(app: App, tokens: Tokens, business: str) -> None:
    before = app.rows(tokens, "contacts", business)
    assert all(row["deleted_at"] is None for row in before)
    app.control(f"organisations/{business}/records", list="contacts", id=before[0]["id"], remove=True)
    now = app.state()["clock"]["utc"][:19] + "Z"
    assert before[0]["id"] not in ids(app.rows(tokens, "contacts", business))
    assert app.rows(tokens, "contacts", business, deleted_since=now) == [], "not those of that very moment"
    [deleted] = app.rows(tokens, "contacts", business, deleted_since="2026-07-01T00:00:00Z")
    assert (deleted["id"], deleted["deleted_at"]) == (before[0]["id"], now)
    app.control(
        f"organisations/{business}/records", list="ledger_accounts", id=accounts(app, tokens, business), remove=True
    )
    assert app.read(tokens, "ledger_accounts", business, deleted_since="2030-01-01").json()["$total"] > 1, "not heeded"


def accounts(app: App, tokens: Tokens, business: str) -> str:
    return ids(app.rows(tokens, "ledger_accounts", business))[0]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("person", "list_name", "status"),
    [
        (0, "analysis_types", 200),
        (0, "financial_settings", 200),
        (1, "contacts", 200),
        (1, "ledger_accounts", 200),
        (1, "bank_accounts", 200),
        (1, "currencies", 200),
    ],
)
def test_everybody_reads_what_their_role_has(app: App, person: int, list_name: str, status: int) -> None:
    tokens = app.connect(person)
    reached = app.read(tokens, "businesses").json()["$items"]
    plus = {row["organisation_id"] for row in app.businesses if row["plan"] == "PLUS" and not row["is_lapsed"]}
    found = {app.read(tokens, list_name, row["id"]).status_code for row in reached if row["id"] in plus}
    assert found == {status}


@pytest.mark.thorough
def test_a_role_may_be_too_low_for_some_lists(app: App) -> None:
    tokens = app.connect(1)
    plus = {row["organisation_id"] for row in app.businesses if row["plan"] == "PLUS" and not row["is_lapsed"]}
    reached = [row["id"] for row in app.read(tokens, "businesses").json()["$items"] if row["id"] in plus]
    found = {
        tuple(
            app.read(tokens, name, one).status_code
            for name in ("contacts", "financial_settings", "analysis_types", "analysis_type_categories")
        )
        for one in reached
    }
    adviser, standard, reader = (200, 200, 200, 200), (200, 403, 403, 403), (200, 200, 403, 200)
    assert found <= {adviser, standard, reader}
    assert len(found) > 1
    refused = next(one for one in reached if app.read(tokens, "analysis_types", one).status_code == 403)
    assert error_of(app.read(tokens, "analysis_types", refused)) == (403, "MultiUserAccessDenied")


@pytest.mark.thorough
@pytest.mark.parametrize(("status", "code"), [(401, "AuthorizationFailure"), (404, "RecordNotFound"), (200, "")])
def test_what_a_plan_lacks_is_answered_in_some_way(app: App, tokens: Tokens, status: int, code: str) -> None:
    start = app.id_of(9)
    assert error_of(app.read(tokens, "analysis_types", start))[0] == 403
    app.control("settings", off_plan=status)
    answer = app.read(tokens, "stock_items", start)
    if status == 200:
        assert (answer.json()["$total"], answer.json()["$items"]) == (0, [])
    else:
        assert error_of(answer) == (status, code)
    assert app.read(tokens, "products", start).status_code == 200
    app.control("settings", items_on_start=False)
    assert app.read(tokens, "products", start).status_code == status or status == 200


@pytest.mark.thorough
def test_a_subscription_that_ended_is_no_dead_token(app: App, tokens: Tokens) -> None:
    answer = app.read(tokens, "contacts", app.id_of(10))
    assert error_of(answer) == (401, "AuthorizationFailure")
    assert answer.json()[0]["$message"] == "No active subscription. (MSE)"
    assert app.read(tokens, "contacts", app.id_of(7)).status_code == 200
    app.control(f"organisations/{app.id_of(10)}", is_lapsed=False)
    assert app.read(tokens, "contacts", app.id_of(10)).status_code == 200


def test_the_business_is_echoed_and_the_lead_stands_in(app: App, tokens: Tokens, business: str) -> None:
    assert app.read(tokens, "contacts", business).headers["x-business"] == business
    assert app.read(tokens, "contacts", business.upper()).headers["x-business"] == business
    assert app.read(tokens, "contacts").headers["x-business"] == app.id_of(0)
    app.control("settings", missing_business_refused=True)
    assert app.read(tokens, "contacts").status_code == 401


@pytest.mark.thorough
@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_unknown_business_is_refused_in_some_way(app: App, tokens: Tokens, status: int) -> None:
    app.control("settings", unknown_business=status)
    answer = app.read(tokens, "contacts", "0" * 32)
    assert answer.status_code == status
    assert "x-business" not in answer.headers


@pytest.mark.thorough
def test_unknown_lists_records_and_verbs(app: App, tokens: Tokens, business: str) -> None:
    assert error_of(app.read(tokens, "nonsense", business)) == (404, "RecordNotFound")
    assert error_of(app.read(tokens, "contacts/nonsense", business)) == (404, "RecordNotFound")
    headers = {"Authorization": f"Bearer {tokens.access}", "X-Business": business}
    assert error_of(app.http.post("/v3.1/contacts", json={}, headers=headers)) == (405, "MethodNotAllowed")
    assert error_of(app.http.delete("/v3.1/businesses", headers=headers)) == (405, "MethodNotAllowed")
    assert error_of(app.http.get("/v3.1/contacts")) == (401, "AuthorizationFailure")
