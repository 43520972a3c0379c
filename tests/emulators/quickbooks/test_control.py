"""The controls, where they are QuickBooks's own, and the page for people."""

import pytest

from tests.emulators.quickbooks.client import App, Tokens

pytestmark = pytest.mark.thorough


def test_the_practice_is_awkward_at_fixed_places(app: App) -> None:
    rows = app.state()["organisations"]
    assert "Accountants" in rows[0]["name"]
    assert (rows[3]["is_demo"], rows[4]["is_trial"], rows[10]["is_lapsed"]) == (True, True, True)
    assert rows[5]["name"] == rows[6]["name"]
    assert (rows[7]["contacts"], rows[8]["contacts"]) == (2300, 0)
    assert (rows[0]["plan"], rows[2]["plan"], rows[9]["plan"]) == ("ADVANCED", "ESSENTIALS", "SIMPLE_START")
    assert rows[11]["country"] == "GB"
    assert len({row["organisation_id"] for row in rows}) == len(rows)
    app.control("reset", scenario="plain")
    assert not any(row["is_demo"] or row["is_lapsed"] for row in app.state()["organisations"])


def test_a_record_is_added_changed_made_inactive_and_brought_back(app: App, own: Tokens) -> None:
    added = app.record(own.realm, "Account", fields={"Name": "New", "AccountType": "Bank"})
    assert added["Id"].isdigit()
    assert (added["Active"], added["SyncToken"]) == (True, "0")
    app.advance(60)
    changed = app.record(own.realm, "Account", id=added["Id"], fields={"Description": "Newer"})
    assert changed["SyncToken"] == "1"
    assert changed["MetaData"]["LastUpdatedTime"] > added["MetaData"]["LastUpdatedTime"]
    still = app.record(own.realm, "Account", id=added["Id"], fields={"Description": "Same"}, touch=False)
    assert still["MetaData"] == changed["MetaData"]
    app.record(own.realm, "Account", id=added["Id"], remove=True)
    [row] = app.rows(own, f"SELECT * FROM Account WHERE Id = '{added['Id']}' AND Active = false")  # noqa: S608
    assert row["Name"] == "New (deleted)"
    back = app.record(own.realm, "Account", id=added["Id"], fields={"Active": True})
    assert back["Name"] == "New"
    named = app.record(own.realm, "Account", id=added["Id"], fields={"Active": False})
    assert named["Name"] == "New (deleted)"


def test_a_company_may_begin_anew_under_another_realm(app: App, own: Tokens) -> None:
    uuid = "0f0e0d0c-0b0a-4908-8706-050403020100"
    changed = app.control(f"organisations/{own.realm}", organisation_id=uuid)
    assert changed["organisation_id"].isdigit()
    assert app.read(own, "preferences").status_code == 403
    assert app.connect(changed["organisation_id"]).realm == changed["organisation_id"]


def test_misspelt_words_are_refused(app: App) -> None:
    for call, words, field in (
        ("settings", {"off_plan": 500}, "off_plan"),
        ("settings", {"nonsense": True}, "nonsense"),
        ("faults", {"kind": "organisation_offline"}, "kind"),
        (f"organisations/{app.realm(1)}", {"country": "FR"}, "country"),
        (f"organisations/{app.realm(1)}", {"plan": "GOLD"}, "plan"),
        ("limits", {"day": 5}, "day"),
        ("webhooks", {"times": 0}, "times"),
    ):
        answer = app.http.post(f"/sandbox/api/{call}", json=words)
        assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)


def test_switches_are_shown_and_a_reset_puts_them_back(app: App) -> None:
    usual = app.state()["settings"]
    assert "webhook_token" not in usual
    app.control("settings", off_plan=200, tells_wait=True)
    assert app.state()["settings"] == usual | {"off_plan": 200, "tells_wait": True}
    app.control("reset")
    assert app.state()["settings"] == usual


def test_people_have_a_page(app: App, own: Tokens) -> None:
    app.query(own, "SELECT * FROM Customer")
    page = app.http.get("/sandbox").text
    assert "QuickBooks sandbox: control" in page
    assert "GET /v3/company/{id}/query Customer" in page
    assert "QuickBooks Online Essentials" in page
    assert app.http.get("/sandbox/api/secrets").json()["refresh_token"] == [own.refresh]
    assert app.http.get("/sandbox/api/secrets").json()["contact_name"]
