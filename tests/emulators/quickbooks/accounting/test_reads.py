"""What is read of a company: its profile, its lists and how they hang together, by country and by plan."""

from dataclasses import replace

import httpx2
import pytest

from emulators.quickbooks.records.names import customers
from emulators.quickbooks.records.practice import organisations
from tests.emulators.quickbooks.client import App, Shown, Tokens, refused

TREES = ("Account", "Class", "Department", "Customer", "Item")


def named(info: Shown, name: str) -> str:
    return next(str(pair["Value"]) for pair in info["NameValue"] if pair["Name"] == name)


def test_the_id_of_the_profile_is_not_the_realm(app: App, own: Tokens) -> None:
    info = app.read(own, f"companyinfo/{own.realm}").json()["CompanyInfo"]
    assert info["Id"] == "1" != own.realm
    assert info["CompanyName"] == app.companies[0]["name"]
    assert (info["Country"], info["CompanyAddr"]["Country"]) == ("US", "USA")
    assert info["EmployerId"] == app.companies[0]["tax_number"]
    assert named(info, "OfferingSku") == "QuickBooks Online Advanced"
    assert named(info, "SubscriptionStatus") == "SUBSCRIBED"
    assert info["WebAddr"] == {}
    assert app.rows(own, "SELECT * FROM CompanyInfo") == [info]


@pytest.mark.thorough
@pytest.mark.parametrize(("index", "status"), [(4, "TRIAL"), (5, "PAID"), (10, "EXPIRED")])
def test_a_company_that_no_longer_pays_is_readable_and_says_so(app: App, index: int, status: str) -> None:
    tokens = app.connect(app.realm(index))
    assert named(app.read(tokens, "companyinfo/1").json()["CompanyInfo"], "SubscriptionStatus") == status
    assert app.count(tokens, "Account") > 0
    app.control("settings", lapsed_word="SUSPENDED")
    now = named(app.read(tokens, "companyinfo/1").json()["CompanyInfo"], "SubscriptionStatus")
    assert now == ("SUSPENDED" if status == "EXPIRED" else status)


@pytest.mark.thorough
def test_preferences_go_by_plan(app: App, large: Tokens) -> None:
    told = app.read(large, "preferences").json()["Preferences"]
    assert told["CurrencyPrefs"]["HomeCurrency"] == {"value": "GBP"}
    assert told["AccountingInfoPrefs"]["ClassTrackingPerTxnLine"] is True
    assert told["AccountingInfoPrefs"]["TrackDepartments"] is True
    assert app.rows(large, "SELECT * FROM Preferences") == [told]
    small = app.connect(app.realm(9))
    told = app.read(small, "preferences").json()["Preferences"]
    assert told["AccountingInfoPrefs"]["TrackDepartments"] is False
    assert told["CurrencyPrefs"]["MultiCurrencyEnabled"] is False


@pytest.mark.thorough
@pytest.mark.parametrize("entity", ["Class", "Department", "CompanyCurrency"])
@pytest.mark.parametrize("off_plan", [5030, 5020, 200])
def test_a_list_that_the_plan_lacks(app: App, entity: str, off_plan: int) -> None:
    tokens = app.connect(app.realm(9))
    app.control("settings", off_plan=off_plan)
    answer = app.query(tokens, f"SELECT * FROM {entity}")  # noqa: S608  # no SQL
    if off_plan == 200:
        assert answer.json()["QueryResponse"] == {}
    else:
        assert refused(answer) == (400, str(off_plan))


@pytest.mark.thorough
def test_accounts_have_numbers_only_where_they_are_on(app: App, own: Tokens) -> None:
    assert any("AcctNum" in row for row in app.rows(own, "SELECT * FROM Account"))
    other = app.connect(app.realm(4))
    assert not app.read(other, "preferences").json()["Preferences"]["AccountingInfoPrefs"]["UseAccountNumbers"]
    assert not any("AcctNum" in row for row in app.rows(other, "SELECT * FROM Account"))


@pytest.mark.thorough
@pytest.mark.parametrize("entity", TREES)
def test_trees_hang_together(app: App, large: Tokens, entity: str) -> None:
    rows = app.rows(large, f"SELECT * FROM {entity} WHERE Active IN (true, false) MAXRESULTS 1000")  # noqa: S608
    by_id = {row["Id"]: row for row in rows}
    assert len(by_id) == len(rows)
    children = [row for row in rows if "ParentRef" in row]
    assert children
    for row in children:
        whole = by_id[row["ParentRef"]["value"]]["FullyQualifiedName"]
        assert row["FullyQualifiedName"].startswith(f"{whole}:")


@pytest.mark.thorough
def test_references_lead_somewhere(app: App, british: Tokens) -> None:
    accounts = {row["Id"]: row for row in app.rows(british, "SELECT * FROM Account MAXRESULTS 1000")}
    codes = {row["Id"] for row in app.rows(british, "SELECT * FROM TaxCode")}
    rates = {row["Id"]: row for row in app.rows(british, "SELECT * FROM TaxRate WHERE Active IN (true, false)")}
    agencies = {row["Id"] for row in app.rows(british, "SELECT * FROM TaxAgency")}
    items = app.rows(british, "SELECT * FROM Item MAXRESULTS 1000")
    for row in items:
        for name in ("IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef"):
            if name in row:
                assert accounts[row[name]["value"]]["FullyQualifiedName"] == row[name]["name"]
        if "SalesTaxCodeRef" in row:
            assert row["SalesTaxCodeRef"]["value"] in codes
    for code in app.rows(british, "SELECT * FROM TaxCode"):
        details = [one for name in ("SalesTaxRateList", "PurchaseTaxRateList") for one in code[name]["TaxRateDetail"]]
        assert details
        assert all(one["TaxRateRef"]["value"] in rates for one in details)
    assert all(rate["AgencyRef"]["value"] in agencies for rate in rates.values())
    assert any("EndDate" in one for rate in rates.values() for one in rate["EffectiveTaxRate"])


@pytest.mark.thorough
def test_suppliers_and_customers_share_no_name(app: App, large: Tokens) -> None:
    suppliers = {row["DisplayName"] for row in app.rows(large, "SELECT * FROM Vendor MAXRESULTS 1000")}
    customers = {row["FullyQualifiedName"] for row in app.rows(large, "SELECT * FROM Customer MAXRESULTS 1000")}
    assert not suppliers & customers
    jobs = app.rows(large, "SELECT * FROM Customer WHERE Job = true MAXRESULTS 1000")
    assert jobs
    assert all(row["ParentRef"] and row["Level"] == 1 for row in jobs)


@pytest.mark.thorough
def test_the_united_states_have_two_codes_that_are_neither_active_nor_inactive(app: App, own: Tokens) -> None:
    codes = app.rows(own, "SELECT * FROM TaxCode")
    assert [row["Id"] for row in codes if "Active" not in row] == ["TAX", "NON"]
    app.control("settings", pseudo_codes=False)
    assert not {"TAX", "NON"} & {row["Id"] for row in app.rows(own, "SELECT * FROM TaxCode")}


@pytest.mark.thorough
def test_elsewhere_there_are_none_and_the_agency_knows_the_tax_number(app: App, british: Tokens) -> None:
    assert all("Active" in row for row in app.rows(british, "SELECT * FROM TaxCode WHERE Active IN (true, false)"))
    [agency] = app.rows(british, "SELECT * FROM TaxAgency")
    assert agency["TaxRegistrationNumber"] == app.companies[11]["tax_number"]
    info = app.read(british, "companyinfo/1").json()["CompanyInfo"]
    assert "EmployerId" not in info
    assert info["CompanyAddr"]["Country"] == "GBR"


@pytest.mark.thorough
def test_currencies_are_those_besides_that_at_home(app: App) -> None:
    tokens = app.connect(app.realm(1))
    home = app.read(tokens, "preferences").json()["Preferences"]["CurrencyPrefs"]
    assert home["MultiCurrencyEnabled"] is True
    codes = [row["Code"] for row in app.rows(tokens, "SELECT * FROM CompanyCurrency")]
    assert codes
    assert home["HomeCurrency"]["value"] not in codes
    app.control("settings", home_currency_listed=True)
    assert home["HomeCurrency"]["value"] in [row["Code"] for row in app.rows(tokens, "SELECT * FROM CompanyCurrency")]


@pytest.mark.thorough
def test_one_record_is_read_by_its_id(app: App, large: Tokens) -> None:
    row = app.rows(large, "SELECT * FROM Vendor WHERE Active = false")[0]
    assert app.read(large, f"vendor/{row['Id']}").json()["Vendor"] == row
    assert refused(app.read(large, "vendor/999999")) == (400, "610")
    assert refused(app.read(large, "nonsense/1")) == (400, "500")
    assert refused(app.read(large, "vendor")) == (400, "500")


@pytest.mark.thorough
def test_who_does_not_ask_for_json_gets_xml(app: App, large: Tokens, http: httpx2.Client) -> None:
    headers = {"Authorization": f"Bearer {large.access}", "Accept": "*/*"}
    address = f"/v3/company/{large.realm}/query"
    answer = http.get(address, params={"query": "SELECT * FROM Class"}, headers=headers)
    assert answer.headers["content-type"].startswith("application/xml")
    assert '<QueryResponse startPosition="1"' in answer.text
    assert '<Class domain="QBO" sparse="false">' in answer.text
    wrong = http.get(address, params={"query": "SELECT"}, headers=headers)
    assert '<Fault type="ValidationFault"><Error code="4000">' in wrong.text


@pytest.mark.thorough
def test_the_minor_version_is_ignored(app: App, large: Tokens) -> None:
    assert app.read(large, "preferences", minorversion="1").status_code == 200


def test_a_token_reads_its_own_company_alone(app: App, own: Tokens, large: Tokens) -> None:
    for realm in (own.realm, "1", "123"):
        answer = app.read(Tokens(large.body, realm), "companyinfo/1")
        assert refused(answer) == (403, "3100")
        assert "ApplicationAuthorizationFailed" in answer.json()["fault"]["error"][0]["message"]
    assert refused(app.read(Tokens({"access_token": "made-up"}, own.realm), "preferences")) == (401, "3200")


@pytest.mark.thorough
def test_writing_is_not_imitated(app: App, large: Tokens, http: httpx2.Client) -> None:
    headers = {"Authorization": f"Bearer {large.access}", "Accept": "application/json"}
    answer = http.post(f"/v3/company/{large.realm}/account", json={"Name": "New"}, headers=headers)
    assert refused(answer) == (400, "500")


@pytest.mark.thorough
def test_of_very_many_customers_and_jobs_each_has_an_id_of_its_own() -> None:
    (company,) = organisations(7, 1, "plain")
    ids = [record["Id"] for record in customers(replace(company, contacts=101_000))]
    assert len(ids) == len(set(ids)) > 60_000
