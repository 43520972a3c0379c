"""The control calls and the control page."""

import pytest

from tests.emulators.standing_in import Form
from tests.emulators.xero.client import App, Tokens

pytestmark = pytest.mark.thorough


PAGED = {"page": "1", "pageSize": "1000", "includeArchived": "true"}


def test_state_shows_people_organisations_and_connections(app: App, tokens: Tokens) -> None:
    state = app.state()
    assert len(state["organisations"]) == 14
    assert [person["email"].endswith("@example.com") for person in state["people"]] == [True] * 3
    ids = {row["id"]: row["tenantId"] for row in app.connections(tokens).json()}
    assert {row["id"]: row["organisation_id"] for row in state["connections"]} == ids
    assert tokens.access not in app.http.get("/sandbox/api/state").text


def test_secrets_are_what_was_handed_out(app: App, tokens: Tokens, tenant: str) -> None:
    app.read(tokens, tenant, "Contacts")
    newer = app.refresh(tokens.refresh).json()
    secrets = app.http.get("/sandbox/api/secrets").json()
    assert {tokens.access, newer["access_token"]} == set(secrets["access_token"])
    assert {tokens.refresh, newer["refresh_token"]} == set(secrets["refresh_token"])
    assert (len(secrets["code"]), len(secrets["code_verifier"]), len(secrets["id_token"])) == (1, 1, 2)
    contacts = app.read(tokens, tenant, "Contacts").json()["Contacts"]
    assert {contact["Name"] for contact in contacts} <= set(secrets["contact_name"])
    assert {person["email"] for person in app.people} <= set(secrets["email"])


def test_the_practice_scenario_is_awkward_at_fixed_places(app: App) -> None:
    rows = app.state()["organisations"]
    assert (rows[3]["is_demo"], rows[4]["is_trial"]) == (True, True)
    assert rows[5]["name"] == rows[6]["name"]
    assert rows[5]["organisation_id"] != rows[6]["organisation_id"]
    assert (rows[7]["contacts"], rows[8]["contacts"]) == (3000, 0)
    app.control("reset", scenario="plain")
    plain = app.state()["organisations"]
    assert not any(row["is_demo"] or row["is_trial"] for row in plain)
    assert all(20 <= int(str(row["contacts"])) <= 150 for row in plain)


def test_books_are_all_records_whatever_goes_wrong(app: App, tokens: Tokens, tenant: str) -> None:
    listed = app.read(tokens, tenant, "Contacts", **PAGED).json()["Contacts"]
    app.control("faults", kind="empty_list", organisation_id=tenant)
    books = app.http.get(f"/sandbox/api/organisations/{tenant}/books").json()
    assert {record["ContactID"] for record in books["Contacts"]} == {record["ContactID"] for record in listed}
    assert books["Organisation"][0]["OrganisationID"] == tenant
    assert app.http.get("/sandbox/api/organisations/nonsense/books").status_code == 404


def test_calls_are_counted_and_zeroed(app: App, tokens: Tokens, tenant: str) -> None:
    app.http.delete("/sandbox/api/calls")
    app.refresh(tokens.refresh)
    app.read(tokens, tenant, "Accounts")
    app.read(tokens, tenant, "Accounts/nonsense")
    app.read(tokens, "", "Accounts")
    calls = app.calls()
    assert calls == {
        "total": 4,
        "refreshes": 1,
        "token_exchanges": 0,
        "by_path": {
            "POST /connect/token": 1,
            "GET /api.xro/2.0/Accounts": 2,
            "GET /api.xro/2.0/Accounts/{id}": 1,
        },
        "by_status": {"200": 2, "404": 1, "403": 1},
        "by_organisation": {tenant: 2},
        "peak_concurrency_by_organisation": {tenant: 1},
        "rejected_429": {},
    }
    app.http.delete("/sandbox/api/calls")
    assert app.calls()["total"] == 0


def test_traits_of_an_organisation_change_its_records(app: App, tokens: Tokens, tenant: str) -> None:
    app.control(
        f"organisations/{tenant}", name="Renamed & Co", is_demo=True, contacts=7, tax_number="GB1", country="NZ"
    )
    row = app.read(tokens, tenant, "Organisation").json()["Organisations"][0]
    assert (row["Name"], row["IsDemoCompany"], row["Class"], row["TaxNumber"]) == ("Renamed & Co", True, "DEMO", "GB1")
    assert row["BaseCurrency"] == "NZD"
    assert len(app.read(tokens, tenant, "Contacts", **PAGED).json()["Contacts"]) == 7
    assert "Renamed & Co" in [row["tenantName"] for row in app.connections(tokens).json()]


def test_records_are_added_changed_and_removed(app: App, tokens: Tokens, tenant: str) -> None:
    path = f"organisations/{tenant}/records"
    before = app.read(tokens, tenant, "Accounts").json()["Accounts"]
    app.control(path, list="Accounts", fields={"Name": "Extra", "Code": "999", "Type": "EXPENSE", "Status": "ACTIVE"})
    app.control(path, list="Accounts", id=before[5]["AccountID"], fields={"Name": "Changed", "Description": None})
    app.control(path, list="Accounts", id=before[6]["AccountID"], remove=True)
    after = {row["AccountID"]: row for row in app.read(tokens, tenant, "Accounts").json()["Accounts"]}
    assert len(after) == len(before)
    assert before[6]["AccountID"] not in after
    assert after[before[5]["AccountID"]]["Name"] == "Changed"
    assert "Extra" in {row["Name"] for row in after.values()}
    since = {"If-Modified-Since": "2026-07-01T00:00:00"}
    changed = app.read(tokens, tenant, "Accounts", since).json()["Accounts"]
    assert {row["Name"] for row in changed} == {"Changed", "Extra"}


def test_becoming_a_supplier_does_not_move_the_date(app: App, tokens: Tokens, tenant: str) -> None:
    contacts = app.read(tokens, tenant, "Contacts", **PAGED).json()["Contacts"]
    row = next(row for row in contacts if not row["IsSupplier"])
    path = f"organisations/{tenant}/records"
    app.control(path, list="Contacts", id=row["ContactID"], fields={"IsSupplier": True})
    now = app.read(tokens, tenant, f"Contacts/{row['ContactID']}").json()["Contacts"][0]
    assert (now["IsSupplier"], now["UpdatedDateUTC"]) == (True, row["UpdatedDateUTC"])
    app.control(path, list="Contacts", id=row["ContactID"], fields={"Name": "Another name"})
    now = app.read(tokens, tenant, f"Contacts/{row['ContactID']}").json()["Contacts"][0]
    assert now["UpdatedDateUTC"] != row["UpdatedDateUTC"]


def test_people_lose_and_gain_organisations(app: App, tokens: Tokens, tenant: str) -> None:
    others = [row for row in app.tenants(tokens) if row != tenant]
    app.control(f"people/{app.people[0]['id']}", organisation_ids=others)
    assert tenant not in app.tenants(tokens)
    app.control(f"people/{app.people[1]['id']}", organisation_ids=[tenant])
    assert Form(app.consent_page(person=1).text).choices["organisation"] == [tenant]


def test_latency_can_be_set(app: App) -> None:
    assert app.control("settings", latency_ms=1)["latency_ms"] == 1
    assert app.connect(1).refresh


@pytest.mark.parametrize(
    ("path", "words", "status", "field"),
    [
        ("faults", {"kind": "earthquake"}, 400, "kind"),
        ("faults", {"kind": "latency", "organisation": "x"}, 400, "organisation"),
        ("faults", {"kind": "latency", "organisation_id": "x"}, 404, "organisation_id"),
        ("faults", {"kind": "revoke_person", "person_id": "x"}, 404, "person_id"),
        ("organisations/x", {"name": "A"}, 404, "organisation_id"),
        ("people/x", {"organisation_ids": []}, 404, "person_id"),
        ("clock", {"advance_seconds": -1}, 400, "advance_seconds"),
        ("reset", {"scenario": "chaos"}, 400, "scenario"),
    ],
)
def test_bad_words_are_refused_with_the_field(
    app: App, path: str, words: dict[str, object], status: int, field: str
) -> None:
    answer = app.http.post(f"/sandbox/api/{path}", json=words)
    assert (answer.status_code, answer.json()["error"]["field"]) == (status, field)


def test_the_page_adds_and_clears_faults(app: App, tokens: Tokens, tenant: str) -> None:
    page = app.http.get("/sandbox", follow_redirects=True)
    assert "Xero sandbox: control" in page.text
    words = {"kind": "server_error", "organisation_id": tenant, "status": "503", "times": "", "person_id": ""}
    shown = app.http.post("/sandbox/faults", data=words, follow_redirects=True)
    assert "status 503 met 0" in shown.text
    assert app.read(tokens, tenant, "Accounts").status_code == 503
    assert "status 503 met 1" in app.http.get("/sandbox").text
    app.http.post("/sandbox/faults/clear", data={})
    assert app.read(tokens, tenant, "Accounts").status_code == 200
    wrong = app.http.post("/sandbox/faults", data=words | {"status": "200"})
    assert (wrong.status_code, "status" in wrong.text) == (400, True)
    assert tokens.access not in shown.text


def test_the_page_finds_organisations_and_moves_the_clock(app: App) -> None:
    app.control("clock", stopped=True)
    name = str(app.state()["organisations"][0]["name"])
    found = app.http.get("/sandbox", params={"search": name})
    assert "1 of 1 shown" in found.text
    before = app.state()["clock"]
    app.http.post("/sandbox/clock", data={"advance_seconds": "60"})
    assert app.state()["clock"]["now"] - before["now"] == pytest.approx(60)


def test_reset_forgets_everything(app: App, tokens: Tokens) -> None:
    app.control("faults", kind="server_error")
    app.control("reset", organisations=2, people=1)
    state = app.state()
    assert (len(state["organisations"]), len(state["people"]), state["connections"]) == (2, 1, [])
    assert app.calls()["total"] == 0
    assert app.connections(tokens).status_code == 401
    assert len(app.tenants(app.connect())) == 2


def test_the_same_books_begin_anew_under_another_tenant_id(app: App, tokens: Tokens, tenant: str) -> None:
    anew = "6d3c2c1e-0004-4000-8000-000000000001"
    before = app.read(tokens, tenant, "Organisation").json()["Organisations"][0]
    app.control(f"organisations/{tenant}", organisation_id=anew)
    assert app.read(tokens, tenant, "Organisation").status_code == 403
    assert tenant not in {row["tenantId"] for row in app.connections(tokens).json()}
    newer = app.connect()
    after = app.read(newer, anew, "Organisation").json()["Organisations"][0]
    same = ("Name", "RegistrationNumber", "TaxNumber")
    assert [after[field] for field in same] == [before[field] for field in same]
    assert after["OrganisationID"] == anew


def test_a_name_can_be_left_out_of_the_listing(app: App, tokens: Tokens, tenant: str) -> None:
    app.control(f"organisations/{tenant}", is_nameless=True)
    names = {row["tenantId"]: row["tenantName"] for row in app.connections(tokens).json()}
    assert names.pop(tenant) is None
    assert all(names.values())
    assert app.read(tokens, tenant, "Organisation").json()["Organisations"][0]["Name"]
