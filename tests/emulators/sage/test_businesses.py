"""What a sign-in reaches, and who signed in."""

import pytest

from tests.emulators.sage.client import App, Tokens, error_of

pytestmark = pytest.mark.thorough


ALL_IN_ONE_PAGE = 2_147_483_647


def test_rows_have_a_label_and_a_path_and_no_more(app: App, tokens: Tokens) -> None:
    answer = app.read(tokens, "businesses")
    body = answer.json()
    assert (body["$total"], body["$page"], body["$items_per_page"]) == (24, 1, ALL_IN_ONE_PAGE)
    assert body["$next"] is body["$back"] is None
    assert all(set(row) == {"id", "displayed_as", "$path"} for row in body["$items"])
    assert {row["id"] for row in body["$items"]} == {row["organisation_id"] for row in app.businesses}
    assert "x-business" not in answer.headers
    assert answer.headers["x_request_id"]


def test_a_person_reaches_their_own_and_those_of_later(app: App) -> None:
    person = app.state()["people"][1]["id"]
    tokens = app.connect(1)
    ids = [app.id_of(2), app.id_of(5)]
    app.control(f"people/{person}", organisation_ids=ids)
    assert {row["id"] for row in app.read(tokens, "businesses").json()["$items"]} == set(ids)
    assert app.read(tokens, f"businesses/{ids[0]}").status_code == 200
    assert error_of(app.read(tokens, f"businesses/{app.id_of(3)}")) == (404, "RecordNotFound")
    app.control("faults", kind="access_removed", organisation_id=ids[0], person_id=person)
    assert [row["id"] for row in app.read(tokens, "businesses").json()["$items"]] == ids[1:]


def test_one_in_full_tells_country_demo_and_plan(app: App, tokens: Tokens) -> None:
    found = [app.read(tokens, f"businesses/{row['organisation_id']}").json() for row in app.businesses]
    assert [row["id"] for row in found if row["is_demo"]] == [app.id_of(3)]
    ended = [row for row in found if not row["subscriptions"][0]["active"]]
    assert [row["id"] for row in ended] == [app.id_of(10)], "it can still be looked at"
    assert {row["country"]["id"] for row in found} == {"GB", "IE", "CA"}
    assert {row["subscriptions"][0]["id"] for row in found} <= {
        "START",
        "MICRO",
        "ACCOUNTS",
        "ACCOUNTING_10",
        "ACCOUNTING",
    }
    assert found[9]["subscriptions"][0]["id"] == "START"
    assert found[11]["ni_based"]
    assert found[5]["name"] == found[6]["name"], "names repeat"


@pytest.mark.parametrize("plus", ["ACCOUNTING", "ACCOUNTING_10"])
def test_which_id_is_plus_is_open(app: App, tokens: Tokens, plus: str) -> None:
    app.control("settings", plus=plus)
    assert app.read(tokens, f"businesses/{app.id_of(7)}").json()["subscriptions"][0]["id"] == plus


def test_the_practice_is_its_own_lead_business_until_it_is_gone(app: App, tokens: Tokens) -> None:
    lead = app.read(tokens, "businesses/lead").json()
    assert lead["id"] == app.id_of(0)
    assert "Accountants" in lead["name"]
    app.control("faults", kind="access_removed", organisation_id=app.id_of(0))
    assert app.read(tokens, "businesses/lead").json()["id"] == app.id_of(1)


def test_it_can_be_filtered_and_paged(app: App, tokens: Tokens) -> None:
    active = app.read(tokens, "businesses", active_only="true").json()
    assert active["$total"] == 23
    name = app.businesses[5]["name"]
    assert app.read(tokens, "businesses", name=name.lower()).json()["$total"] == 2
    paged = app.read(tokens, "businesses", items_per_page="10", page="3").json()
    assert (len(paged["$items"]), paged["$items_per_page"], paged["$next"]) == (4, 10, None)
    app.control("settings", businesses_per_page=20)
    first = app.read(tokens, "businesses").json()
    assert (len(first["$items"]), first["$next"] is None) == (20, False)


@pytest.mark.parametrize("is_heeded", [False, True])
def test_whether_attributes_are_heeded_is_open(app: App, tokens: Tokens, is_heeded: bool) -> None:
    app.control("settings", businesses_with_attributes=is_heeded)
    row = app.read(tokens, "businesses", attributes="all").json()["$items"][0]
    assert ("country" in row) is is_heeded


def test_a_sign_in_may_reach_one_country_alone(app: App) -> None:
    tokens = app.connect(country="ca")
    app.control("settings", country_only=True)
    ids = {row["id"] for row in app.read(tokens, "businesses").json()["$items"]}
    assert ids == {row["organisation_id"] for row in app.businesses if row["country"] == "CA"}
    british = next(row["organisation_id"] for row in app.businesses if row["country"] == "GB")
    assert app.read(tokens, "contacts", british).status_code == 403


def test_nothing_may_be_listed_for_a_moment(app: App, tokens: Tokens) -> None:
    app.control("faults", kind="no_businesses", times=1)
    assert app.read(tokens, "businesses").json()["$items"] == []
    assert app.read(tokens, "businesses").json()["$total"] == 24


@pytest.mark.parametrize("is_same", [False, True])
def test_the_person_is_told(app: App, tokens: Tokens, is_same: bool) -> None:
    app.control("settings", user_is_requester=is_same)
    user = app.read(tokens, "user").json()
    assert user["email"] == app.state()["people"][0]["email"]
    assert (user["id"] == tokens.body["requested_by_id"]) is is_same
    assert user["initials"] == user["first_name"][0] + user["last_name"][0]


def test_an_id_of_32_digits_takes_the_place_of_another(app: App, tokens: Tokens) -> None:
    changed = app.control(f"organisations/{app.id_of(2)}", organisation_id="0123456789abcdef0123456789abcdef")
    assert changed["organisation_id"] == "0123456789abcdef0123456789abcdef"
    assert app.read(tokens, "contacts", changed["organisation_id"]).status_code == 200
    assert app.read(tokens, "contacts", app.id_of(2)).status_code == 403
