"""The Accounting reads: their form against Xero's published description, paging, filters, deltas and refusals."""

import re
from itertools import pairwise

import pytest

from emulators.books.drawing import BOOKS_UNTIL
from emulators.xero import Config, create_app
from emulators.xero.records.practice import MANY_CONTACTS, MANY_CONTACTS_INDEX, NO_CONTACTS_INDEX
from tests.emulators.xero.accounting.openapi_facts import ENUMS, FIELDS, LIMITS
from tests.emulators.xero.client import App, Tokens

Row = dict[str, object]
DATE = re.compile(r"/Date\(-?\d+\+0000\)/")
LATER = "2026-07-01T00:00:00"
PAGED = {"page": "1", "pageSize": "1000", "includeArchived": "true"}


def plural(name: str) -> str:
    return "Organisations" if name == "Organisation" else name


def rows(app: App, tokens: Tokens, tenant: str, name: str, **query: str) -> list[Row]:
    answer = app.read(tokens, tenant, name, **query)
    assert answer.status_code == 200, answer.text
    found: list[Row] = answer.json()[plural(name.partition("/")[0])]
    return found


def by_index(app: App, index: int) -> str:
    return str(app.state()["organisations"][index]["organisation_id"])


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_every_list_speaks_xeros_words(app: App, tokens: Tokens, name: str) -> None:
    query = PAGED if name == "Contacts" else {}
    seen: set[str] = set()
    for index in range(7):
        for row in rows(app, tokens, by_index(app, index), name, **query):
            seen |= set(row)
            assert set(row) <= FIELDS[name]
            assert None not in row.values(), "nulls are left out"
            for field, allowed in ENUMS[name].items():
                assert row.get(field) is None or row[field] in allowed, (field, row[field])
            for field, longest in LIMITS.get(name, {}).items():
                assert len(str(row.get(field, ""))) <= longest
            for field in ("UpdatedDateUTC", "CreatedDateUTC"):
                assert field not in row or DATE.fullmatch(str(row[field]))
    assert seen >= FIELDS[name] - {"TaxNumberName"}, "every field occurs somewhere"


@pytest.mark.thorough
def test_the_envelope_and_headers_of_an_answer(app: App, tokens: Tokens, tenant: str) -> None:
    answer = app.read(tokens, tenant, "Currencies")
    body = answer.json()
    assert list(body) == ["Id", "Status", "ProviderName", "DateTimeUTC", "Currencies"]
    assert re.fullmatch(r"/Date\(\d+\)/", body["DateTimeUTC"])
    assert answer.headers["xero-correlation-id"] == body["Id"]
    assert answer.headers["xero-tenant-id"] == tenant
    assert answer.headers["cache-control"] == "max-age=0, no-cache, no-store"
    assert not {"etag", "last-modified"} & set(answer.headers)
    left = [int(answer.headers[f"x-{name}limit-remaining"]) for name in ("appmin", "min", "day")]
    assert left[1:] == [59, 4999]
    assert left[0] < 10_000


@pytest.mark.thorough
def test_the_organisation_is_the_tenant(app: App, tokens: Tokens, tenant: str) -> None:
    (row,) = rows(app, tokens, tenant, "Organisation")
    assert row["OrganisationID"] == tenant
    assert re.fullmatch(r"![A-Za-z0-9]{5}", str(row["ShortCode"]))


@pytest.mark.thorough
def test_charts_are_whole(app: App, tokens: Tokens) -> None:
    for index in range(12):
        tenant = by_index(app, index)
        chart = rows(app, tokens, tenant, "Accounts")
        tax_types = {row["TaxType"] for row in rows(app, tokens, tenant, "TaxRates")}
        codes = [row["Code"] for row in chart if "Code" in row]
        assert 60 <= len(chart) <= 95
        assert 2 <= sum(row["Type"] == "BANK" for row in chart) <= 4
        assert len(codes) == len(set(codes))
        assert {row["TaxType"] for row in chart} <= tax_types
        assert {"DEBTORS", "CREDITORS"} <= {row.get("SystemAccount") for row in chart}
        assert len(rows(app, tokens, tenant, "TrackingCategories")) <= 2


@pytest.mark.thorough
def test_defaults_of_contacts_and_items_exist_in_the_chart(app: App, tokens: Tokens, tenant: str) -> None:
    codes = {row.get("Code") for row in rows(app, tokens, tenant, "Accounts")}
    for row in rows(app, tokens, tenant, "Contacts", **PAGED):
        for field in ("SalesDefaultAccountCode", "PurchasesDefaultAccountCode"):
            assert row.get(field) is None or row[field] in codes


def test_contacts_come_in_pages_of_up_to_a_thousand(app: App, tokens: Tokens) -> None:
    tenant, seen = by_index(app, MANY_CONTACTS_INDEX), []
    for page in range(1, 5):
        answer = app.read(tokens, tenant, "Contacts", **(PAGED | {"page": str(page)})).json()
        assert answer["pagination"] == {
            "page": page,
            "pageSize": 1000,
            "pageCount": 3,
            "itemCount": MANY_CONTACTS,
        }
        seen += answer["Contacts"]
    assert len(seen) == len({row["ContactID"] for row in seen}) == MANY_CONTACTS
    assert all(a["UpdatedDateUTC"] <= b["UpdatedDateUTC"] for a, b in pairwise(seen))
    assert len(rows(app, tokens, tenant, "Contacts", page="1")) == 100
    assert app.read(tokens, tenant, "Contacts", page="1", pageSize="9999").json()["pagination"]["pageSize"] == 1000


@pytest.mark.thorough
def test_an_organisation_may_have_no_contacts(app: App, tokens: Tokens) -> None:
    answer = app.read(tokens, by_index(app, NO_CONTACTS_INDEX), "Contacts", **PAGED).json()
    assert (answer["Contacts"], answer["pagination"]["pageCount"]) == ([], 0)


@pytest.mark.thorough
def test_unpaged_contacts_are_active_and_have_fewer_fields(app: App, tokens: Tokens) -> None:
    tenant = by_index(app, MANY_CONTACTS_INDEX)
    answer = app.read(tokens, tenant, "Contacts").json()
    assert "pagination" not in answer
    assert {row["ContactStatus"] for row in answer["Contacts"]} == {"ACTIVE"}
    fields = set().union(*answer["Contacts"])
    assert not {"PurchasesDefaultAccountCode", "AccountsPayableTaxType", "Balances"} & fields
    archived = rows(app, tokens, tenant, "Contacts", includeArchived="true")
    assert len(archived) == MANY_CONTACTS > len(answer["Contacts"])
    single = app.read(tokens, tenant, f"Contacts/{archived[0]['ContactID']}").json()["Contacts"]
    assert "PurchasesDefaultLineAmountType" in single[0]


@pytest.mark.thorough
def test_a_summary_leaves_out_what_is_computed(app: App, tokens: Tokens, tenant: str) -> None:
    fields = set().union(*rows(app, tokens, tenant, "Contacts", page="1", summaryOnly="true"))
    assert "PurchasesDefaultLineAmountType" in fields
    assert not {"Balances", "HasAttachments"} & fields


@pytest.mark.thorough
def test_contacts_by_id_and_by_word(app: App, tokens: Tokens, tenant: str) -> None:
    first, second = rows(app, tokens, tenant, "Contacts")[:2]
    both = f"{first['ContactID']},{second['ContactID']}"
    assert len(rows(app, tokens, tenant, "Contacts", IDs=both)) == 2
    assert first in rows(app, tokens, tenant, "Contacts", searchTerm=str(first["Name"]).lower())
    single = app.read(tokens, tenant, f"Contacts/{first['ContactID']}").json()["Contacts"]
    assert [row["Name"] for row in single] == [first["Name"]]


@pytest.mark.thorough
def test_unit_prices_have_two_decimals_unless_four_are_asked_for(app: App, tokens: Tokens, tenant: str) -> None:
    fields = {"Code": "KWH", "SalesDetails": {"UnitPrice": 0.1648}, "PurchaseDetails": {"UnitPrice": 0.0049}}
    app.control(f"organisations/{tenant}/records", list="Items", fields={"ItemID": tenant, **fields})
    for path in ("Items", f"Items/{tenant}", "Items/KWH"):
        for asked, prices in (({}, (0.16, 0.0)), ({"unitdp": "2"}, (0.16, 0.0)), ({"unitdp": "4"}, (0.1648, 0.0049))):
            row = next(row for row in rows(app, tokens, tenant, path, **asked) if row["Code"] == "KWH")
            assert (row["SalesDetails"]["UnitPrice"], row["PurchaseDetails"]["UnitPrice"]) == prices  # type: ignore[index]  # both are objects


@pytest.mark.thorough
def test_archived_categories_and_options_are_left_out_unless_asked_for(app: App, tokens: Tokens, tenant: str) -> None:
    options = [{"TrackingOptionID": status, "Name": status, "Status": status} for status in ("ACTIVE", "ARCHIVED")]
    for status in ("ACTIVE", "ARCHIVED"):
        fields = {"Name": f"{status} one", "Status": status, "Options": options}
        app.control(f"organisations/{tenant}/records", list="TrackingCategories", fields=fields)
    mine = [row for row in rows(app, tokens, tenant, "TrackingCategories") if "one" in str(row["Name"])]
    assert [(row["Status"], row["Options"]) for row in mine] == [("ACTIVE", options[:1])]
    everything = rows(app, tokens, tenant, "TrackingCategories", includeArchived="true")
    mine = [row for row in everything if "one" in str(row["Name"])]
    assert [(row["Status"], row["Options"]) for row in mine] == [("ACTIVE", options), ("ARCHIVED", options)]


@pytest.mark.thorough
def test_a_search_looks_where_the_description_says(app: App, tokens: Tokens, tenant: str) -> None:
    fields = {"Name": "Birchwood", "EmailAddress": "fuels@example.com", "CompanyNumber": "77553311"}
    app.control(f"organisations/{tenant}/records", list="Contacts", fields=fields)
    assert [row["Name"] for row in rows(app, tokens, tenant, "Contacts", searchTerm="FUELS@")] == ["Birchwood"]
    assert rows(app, tokens, tenant, "Contacts", searchTerm="77553311") == []


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "status"), [("Accounts", 304), ("Items", 304), ("Contacts", 200), ("Users", 200)])
def test_nothing_changed_is_said_in_both_ways(app: App, tokens: Tokens, tenant: str, name: str, status: int) -> None:
    answer = app.read(tokens, tenant, name, {"If-Modified-Since": LATER})
    assert answer.status_code == status
    assert answer.content == b"" if status == 304 else answer.json()[name] == []


def test_if_modified_since_gives_what_changed(app: App, tokens: Tokens, tenant: str) -> None:
    everything = rows(app, tokens, tenant, "Accounts")
    answer = app.read(tokens, tenant, "Accounts", {"If-Modified-Since": "2023-01-01T00:00:00"})
    changed = answer.json()["Accounts"]
    assert 0 < len(changed) < len(everything)
    http_date = app.read(tokens, tenant, "Accounts", {"If-Modified-Since": "Sun, 01 Jan 2023 00:00:00 GMT"})
    assert http_date.json()["Accounts"] == changed
    ignored = app.read(tokens, tenant, "TaxRates", {"If-Modified-Since": LATER})
    assert len(ignored.json()["TaxRates"]) > 3


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("where", "fits"),
    [
        ('Type=="BANK"', lambda row: row["Type"] == "BANK"),
        ('Status!="ACTIVE" OR Type=="BANK"', lambda row: row["Status"] != "ACTIVE" or row["Type"] == "BANK"),
        ("EnablePaymentsToAccount==true", lambda row: row["EnablePaymentsToAccount"]),
        ('Name.Contains("Sales") && !(Type=="EQUITY")', lambda row: "Sales" in row["Name"]),
        ("SystemAccount==null", lambda row: "SystemAccount" not in row),
        (
            "UpdatedDateUTC>=DateTime(2023,1,1)",
            lambda row: int(str(row["UpdatedDateUTC"])[6:16]) >= 1672531200,
        ),
    ],
)
def test_where(app: App, tokens: Tokens, tenant: str, where: str, fits: object) -> None:
    everything = rows(app, tokens, tenant, "Accounts")
    expected = [row for row in everything if fits(row)]  # type: ignore[operator]  # a lambda of the table above
    assert expected
    assert rows(app, tokens, tenant, "Accounts", where=where) == expected


@pytest.mark.thorough
def test_order(app: App, tokens: Tokens, tenant: str) -> None:
    names = [str(row["Name"]).lower() for row in rows(app, tokens, tenant, "Accounts", order="Name DESC")]
    assert names == sorted(names, reverse=True)


@pytest.mark.thorough
@pytest.mark.parametrize("query", [{"where": 'Type==="BANK"'}, {"where": "Name=="}, {"order": "Name SIDEWAYS"}])
def test_a_query_that_makes_no_sense(app: App, tokens: Tokens, tenant: str, query: dict[str, str]) -> None:
    answer = app.read(tokens, tenant, "Accounts", **query)
    assert answer.status_code == 400
    assert (answer.json()["ErrorNumber"], answer.json()["Type"]) == (16, "QueryParseException")


@pytest.mark.thorough
def test_an_unconnected_tenant_is_forbidden(app: App, tokens: Tokens) -> None:
    other = app.connect(1, person=1)
    theirs = app.tenants(other)[0]
    mine = next(tenant for tenant in app.tenants(tokens) if tenant != theirs)
    for tenant in (mine, "", "00000000-0000-4000-a000-000000000000"):
        answer = app.read(other, tenant, "Organisation")
        assert answer.status_code == 403
        assert {"Title": "Forbidden", "Status": 403, "Detail": "AuthenticationUnsuccessful"}.items() <= (
            answer.json().items()
        )


@pytest.mark.thorough
def test_a_missing_scope_looks_like_it_does_at_xero(app: App) -> None:
    tokens = app.connect(1, scope="openid accounting.settings.read")
    answer = app.read(tokens, app.tenants(tokens)[0], "Contacts")
    assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthorizationUnsuccessful")
    assert answer.headers["www-authenticate"] == "insufficient_scope"


@pytest.mark.thorough
def test_other_refusals(app: App, tokens: Tokens, tenant: str) -> None:
    assert app.read(tokens, tenant, "Nonsense").status_code == 404
    assert app.read(tokens, tenant, "Accounts/nonsense").status_code == 404
    assert app.read(tokens, tenant, "Accounts", {"Accept": "application/xml"}).status_code == 406
    headers = {"Authorization": f"Bearer {tokens.access}", "xero-tenant-id": tenant, "Accept": "application/json"}
    assert app.http.put("/api.xro/2.0/Contacts", json={}, headers=headers).status_code == 501


@pytest.mark.thorough
def test_a_get_with_a_body_is_answered(app: App, tokens: Tokens, tenant: str) -> None:
    headers = {"Authorization": f"Bearer {tokens.access}", "xero-tenant-id": tenant, "Accept": "application/json"}
    for _ in range(2):
        answer = app.http.request("GET", "/api.xro/2.0/Currencies", content=b"{}", headers=headers)
        assert answer.status_code == 200


@pytest.mark.thorough
def test_the_same_seed_gives_the_same_books(app: App, tokens: Tokens, tenant: str) -> None:
    twin = create_app(Config(organisations=14)).world.library
    served = rows(app, tokens, tenant, "Accounts")
    assert served == twin.records(tenant, "Accounts")
    other = create_app(Config(seed=8, organisations=14)).world.library
    assert not set(twin.organisations) & set(other.organisations)


@pytest.mark.thorough
def test_generated_records_are_in_the_past() -> None:
    library = create_app(Config(organisations=3)).world.library
    for identity in library.organisations:
        for name in ("Accounts", "Items", "Contacts"):
            for row in library.records(identity, name):
                assert int(str(row["UpdatedDateUTC"])[6:19]) <= BOOKS_UNTIL * 1000
