"""The consent page and ``/connections``: what a pass connects, and what the app sees of it."""

import re

import pytest

from tests.emulators.standing_in import Form
from tests.emulators.xero.client import App, Tokens, bearer, returned

ROW = {"id", "authEventId", "tenantId", "tenantType", "tenantName", "createdDateUtc", "updatedDateUtc"}


@pytest.mark.thorough
def test_without_bulk_approval_one_organisation_is_chosen_per_pass(app: App) -> None:
    page = app.consent_page(acr_values=None)
    form = Form(page.text)
    assert form.types["organisation"] == "radio"
    assert "select_all" not in form.buttons
    both = app.press(page, "allow", form.choices["organisation"][:2])
    assert (both.status_code, "one organisation at a time" in both.text) == (422, True)
    app.exchange(returned(app.press(page, "allow", form.choices["organisation"][:1]))["code"])
    assert len(app.state()["connections"]) == 1


@pytest.mark.thorough
def test_bulk_approval_allows_many(app: App) -> None:
    page = app.consent_page(acr_values="tenant:x bulk_connect:true")
    assert Form(page.text).types["organisation"] == "checkbox"
    assert "select_all" in Form(page.text).buttons
    assert "continue" not in Form(page.text).buttons


@pytest.mark.thorough
def test_a_large_practice_is_connected_in_one_pass(app: App) -> None:
    app.control("reset", organisations=1200, people=1)
    assert len(app.tenants(app.connect())) == 1200


@pytest.mark.thorough
def test_connected_organisations_are_greyed_and_continue_counts_them(app: App) -> None:
    app.connect(3)
    page = app.consent_page()
    form = Form(page.text)
    assert (form.disabled, len(form.choices["organisation"])) == (3, 11)
    assert "Continue with (3) organisations" in page.text
    assert "already connected" in page.text


@pytest.mark.thorough
def test_only_standard_users_and_advisers_may_connect(app: App) -> None:
    offered = set(Form(app.consent_page(person=1).text).choices["organisation"])
    assert offered == set(app.people[1]["organisation_ids"])
    assert 0 < len(offered) < 14
    assert len(app.people[0]["organisation_ids"]) == 14


@pytest.mark.thorough
def test_an_organisation_that_was_not_offered_is_not_connected(app: App) -> None:
    page = app.consent_page(person=1)
    hidden = set(app.people[0]["organisation_ids"]) - set(app.people[1]["organisation_ids"])
    assert app.press(page, "allow", hidden).status_code == 422
    assert app.state()["connections"] == []


@pytest.mark.thorough
def test_search_and_select_all_work_without_javascript(app: App) -> None:
    first, second = app.state()["organisations"][:2]
    page = app.consent_page()
    found = app.press(page, "search", [first["organisation_id"]], search=second["name"].upper())
    assert Form(found.text).choices["organisation"] == [second["organisation_id"]]
    assert f'value="{first["organisation_id"]}"' in found.text, "what was picked before stays picked"
    everything = app.press(page, "select_all")
    assert len(re.findall(r'name="organisation"[^>]* checked', everything.text)) == 14


@pytest.mark.thorough
def test_a_new_pass_stamps_only_what_it_allowed(app: App) -> None:
    first = app.connect(2)
    second = app.connect(3)
    assert first.event_id != second.event_id
    assert len(app.connections(second).json()) == 5
    stamped = app.connections(second, authEventId=second.event_id).json()
    assert len(stamped) == 3
    assert {row["authEventId"] for row in stamped} == {second.event_id}
    assert len(app.connections(second, authEventId=first.event_id).json()) == 2


@pytest.mark.thorough
def test_a_pure_continue_stamps_nothing_unless_told_to(app: App) -> None:
    app.connect(2)
    plain = Tokens(app.exchange(returned(app.press(app.consent_page(), "continue"))["code"]).json())
    assert app.connections(plain, authEventId=plain.event_id).json() == []
    app.control("settings", continue_restamps=True)
    stamping = Tokens(app.exchange(returned(app.press(app.consent_page(), "continue"))["code"]).json())
    assert len(app.connections(stamping, authEventId=stamping.event_id).json()) == 2


def test_connections_look_as_recorded(app: App, tokens: Tokens) -> None:
    answer = app.connections(tokens)
    rows = answer.json()
    names = {row["organisation_id"]: row["name"] for row in app.state()["organisations"]}
    for row in rows:
        assert set(row) == ROW
        assert row["tenantType"] == "ORGANISATION"
        assert row["tenantName"] == names[row["tenantId"]]
        for field in ("createdDateUtc", "updatedDateUtc"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}", row[field])
    assert "x-appminlimit-remaining" in answer.headers
    assert "x-minlimit-remaining" not in answer.headers
    assert app.http.get("/Connections", headers=bearer(tokens)).json() == rows


@pytest.mark.thorough
def test_two_people_have_a_connection_each(app: App, tokens: Tokens) -> None:
    colleague = app.connect(person=1)
    mine = {row["tenantId"]: row["id"] for row in app.connections(tokens).json()}
    theirs = {row["tenantId"]: row["id"] for row in app.connections(colleague).json()}
    assert set(theirs) <= set(mine)
    assert not set(mine.values()) & set(theirs.values())


@pytest.mark.thorough
def test_disconnecting_one_leaves_the_others(app: App, tokens: Tokens) -> None:
    row, *others = app.connections(tokens).json()
    gone = app.http.delete(f"/connections/{row['id']}", headers=bearer(tokens))
    assert (gone.status_code, gone.content) == (204, b"")
    assert app.connections(tokens).json() == others
    assert app.read(tokens, row["tenantId"], "Organisation").status_code == 403
    assert app.read(tokens, others[0]["tenantId"], "Organisation").status_code == 200
    again = app.http.delete(f"/connections/{row['id']}", headers=bearer(tokens))
    assert again.status_code == 404


@pytest.mark.thorough
def test_only_ones_own_connection_ids_disconnect(app: App, tokens: Tokens) -> None:
    row = app.connections(tokens).json()[0]
    colleague = app.connect(1, person=1)
    theirs = app.connections(colleague).json()[0]["id"]
    for wrong in (row["tenantId"], row["authEventId"], theirs):
        answer = app.http.delete(f"/connections/{wrong}", headers=bearer(tokens))
        assert (answer.status_code, answer.json()["Detail"]) == (403, "AuthenticationUnsuccessful")
    assert app.http.delete("/connections/nonsense", headers=bearer(tokens)).status_code == 404


@pytest.mark.thorough
def test_reconnecting_makes_a_new_connection(app: App, tokens: Tokens) -> None:
    row = app.connections(tokens).json()[0]
    app.http.delete(f"/connections/{row['id']}", headers=bearer(tokens))
    again = app.connect()
    new = next(other for other in app.connections(again).json() if other["tenantId"] == row["tenantId"])
    assert new["id"] != row["id"]


@pytest.mark.thorough
def test_over_the_cap_a_page_says_so_before_choosing(app: App) -> None:
    app.control("settings", connection_cap=4)
    page = app.consent_page()
    offered = Form(page.text).choices["organisation"]
    assert app.press(page, "allow", offered[:5]).status_code == 422
    app.connect(4)
    full = app.consent_page()
    assert "must complete certification" in full.text
    assert returned(app.press(full, "cancel"))["error"] == "access_denied"
