"""The controls, where they are Sage's own, and the page for people."""

import pytest

from tests.emulators.sage.client import App, Tokens

pytestmark = pytest.mark.thorough


def test_the_practice_is_awkward_at_fixed_places(app: App) -> None:
    rows = app.state()["organisations"]
    assert "Accountants" in rows[0]["name"]
    assert (rows[3]["is_demo"], rows[4]["is_trial"], rows[10]["is_lapsed"]) == (True, True, True)
    assert rows[5]["name"] == rows[6]["name"]
    assert (rows[7]["contacts"], rows[8]["contacts"], rows[9]["plan"]) == (2300, 0, "START")
    assert {row["country"] for row in rows} == {"GB", "IE", "CA"}
    assert not [row for row in rows if row["country"] == "CA" and row["plan"] in ("STANDARD", "ACCOUNTS")]
    app.control("reset", scenario="plain")
    assert not any(row["is_demo"] or row["is_lapsed"] for row in app.state()["organisations"])


def test_a_record_is_added_changed_and_taken_away(app: App, tokens: Tokens, business: str) -> None:
    def control(**words: object) -> dict[str, object]:
        found: dict[str, object] = app.control(f"organisations/{business}/records", list="services", **words)["record"]
        return found

    added = control(fields={"item_code": "NEW", "description": "Something new", "active": True})
    assert len(str(added["id"])) == 32
    assert (added["displayed_as"], added["$path"]) == ("Something new", f"/services/{added['id']}")
    row = next(row for row in app.rows(tokens, "services", business) if row["id"] == added["id"])
    assert row["cost_price"] is None
    assert set(row) == set(app.rows(tokens, "services", business)[0])
    assert control(id=added["id"], fields={"notes": None})["notes"] is None
    assert control(id=added["id"], remove=True) is None
    assert added["id"] not in [row["id"] for row in app.rows(tokens, "services", business)]


def test_books_are_all_records(app: App, tokens: Tokens, business: str) -> None:
    books = app.http.get(f"/sandbox/api/organisations/{business}/books").json()
    listed = app.rows(tokens, "bank_accounts", business)
    assert [row["id"] for row in books["bank_accounts"] if not row["deleted_at"]] == [row["id"] for row in listed]


def test_misspelt_words_are_refused(app: App) -> None:
    for call, words, field in (
        ("settings", {"off_plan": 500}, "off_plan"),
        ("settings", {"nonsense": True}, "nonsense"),
        ("faults", {"kind": "organisation_offline"}, "kind"),
        (f"organisations/{app.id_of(1)}", {"country": "US"}, "country"),
        (f"organisations/{app.id_of(1)}", {"plan": "GOLD"}, "plan"),
        ("limits", {"minute": 5}, "minute"),
    ):
        answer = app.http.post(f"/sandbox/api/{call}", json=words)
        assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)


def test_switches_are_shown_and_a_reset_puts_them_back(app: App) -> None:
    usual = app.state()["settings"]
    app.control("settings", off_plan=404, tells_wait=True)
    assert app.state()["settings"] == usual | {"off_plan": 404, "tells_wait": True}
    app.control("reset")
    assert app.state()["settings"] == usual


def test_people_have_a_page(app: App, tokens: Tokens) -> None:
    app.read(tokens, "contacts", app.id_of(7))
    page = app.http.get("/sandbox").text
    assert "Sage sandbox: control" in page
    assert "GET /v3.1/contacts" in page
    assert app.businesses[5]["name"].replace("&", "&amp;") in page
    assert "Accounting Start" in page


def test_secrets_are_what_was_handed_out(app: App, tokens: Tokens) -> None:
    secrets = app.http.get("/sandbox/api/secrets").json()
    assert secrets["access_token"] == [tokens.access]
    assert secrets["refresh_token"] == [tokens.refresh]
    assert secrets["code"][0].startswith("GB/")
