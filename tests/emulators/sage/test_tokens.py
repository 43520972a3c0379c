"""Tokens: five minutes, 31 days, one living refresh token a person, and no second chance."""

import re

import pytest

from emulators.sage import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET
from tests.emulators.sage.client import JSON, App, Tokens, error_of

pytestmark = pytest.mark.thorough


DAY = 86_400
DEAD = (400, {"error": "invalid_grant"})


def test_an_answer_has_what_is_documented(app: App, tokens: Tokens) -> None:
    body = tokens.body
    assert set(body) == {
        "access_token",
        "scope",
        "token_type",
        "expires_in",
        "refresh_token",
        "refresh_token_expires_in",
        "requested_by_id",
    }
    assert (body["scope"], body["token_type"]) == ("readonly", "bearer")
    assert (body["expires_in"], body["refresh_token_expires_in"]) == (300, 31 * DAY)
    assert re.fullmatch(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", body["requested_by_id"])
    assert 1300 <= len(tokens.access) <= 2048
    assert 1300 <= len(tokens.refresh) <= 2048
    assert app.refresh(tokens).json()["requested_by_id"] == body["requested_by_id"]


def test_an_access_token_is_good_for_five_minutes(app: App, tokens: Tokens) -> None:
    app.advance(299)
    assert app.read(tokens, "user").status_code == 200
    app.advance(1)
    assert error_of(app.read(tokens, "user")) == (401, "AuthorizationFailure")
    assert app.read(Tokens(app.refresh(tokens).json()), "user").status_code == 200


def test_a_used_refresh_token_is_dead_at_once(app: App, tokens: Tokens) -> None:
    newer = Tokens(app.refresh(tokens).json())
    again = app.refresh(tokens)
    assert (again.status_code, again.json()) == DEAD
    assert app.refresh(newer).status_code == 200, "and the newer one is none the worse"


def test_a_refresh_token_waits_for_31_days(app: App, tokens: Tokens) -> None:
    app.advance(31 * DAY - 1)
    newer = Tokens(app.refresh(tokens).json())
    app.advance(31 * DAY)
    assert app.refresh(newer).json() == {"error": "invalid_grant"}


@pytest.mark.parametrize("is_apart", [False, True])
def test_a_newer_sign_in_kills_the_older_one_unless_countries_are_apart(app: App, is_apart: bool) -> None:
    app.control("settings", grant_per_country=is_apart)
    older = app.connect(country="gb")
    newer = app.connect(country="ie")
    assert app.read(older, "user").status_code == 200, "its access token lives out its time"
    assert app.refresh(older).status_code == (200 if is_apart else 400)
    assert app.refresh(newer).status_code == 200


def test_a_lost_answer_means_a_new_consent(app: App, tokens: Tokens) -> None:
    app.control("faults", kind="drop_refresh_response", times=1)
    with pytest.raises(Exception, match=r"disconnected|reset|closed"):
        app.refresh(tokens)
    assert app.refresh(tokens).json() == {"error": "invalid_grant"}


def test_revoking_ends_the_refresh_token_alone(app: App, tokens: Tokens) -> None:
    answer = app.revoke(tokens.refresh)
    assert (answer.status_code, answer.json()) == (200, {"success": "ok"})
    assert app.refresh(tokens).status_code == 400
    assert app.read(tokens, "businesses").status_code == 200
    app.advance(300)
    assert app.read(tokens, "businesses").status_code == 401


def test_an_access_token_cannot_be_revoked(app: App, tokens: Tokens) -> None:
    app.revoke(tokens.access)
    assert app.refresh(tokens).status_code == 200


@pytest.mark.parametrize(("is_refused", "status"), [(False, 200), (True, 400)])
def test_what_revoking_a_dead_token_does_is_open(app: App, is_refused: bool, status: int) -> None:
    app.control("settings", dead_revocation_refused=is_refused)
    assert app.revoke("never-issued").status_code == status


def test_somebody_who_removes_the_app_ends_it_the_same_way(app: App, tokens: Tokens) -> None:
    app.control("faults", kind="revoke_person")
    assert app.read(tokens, "businesses").status_code == 200
    assert app.refresh(tokens).json() == {"error": "invalid_grant"}


def test_credentials_stand_in_the_body_and_json_is_asked_for(app: App, tokens: Tokens) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
    client = {"client_id": SANDBOX_CLIENT_ID, "client_secret": SANDBOX_CLIENT_SECRET}
    wrong = app.http.post("/token", data=form | client | {"client_secret": "wrong"}, headers=JSON)
    assert (wrong.status_code, wrong.json()) == (400, {"error": "invalid_client"})
    assert app.http.post("/token", data=form | client, headers={"Accept": "text/html"}).status_code == 400
    basic = (SANDBOX_CLIENT_ID.replace("/", "%2F"), SANDBOX_CLIENT_SECRET)
    assert app.http.post("/token", data=form, auth=basic, headers=JSON).json() == {"error": "invalid_client"}
    app.control("settings", basic_auth=True)
    assert app.http.post("/token", data=form, auth=basic, headers=JSON).status_code == 200


def test_a_replaced_secret_is_an_unknown_client(app: App, tokens: Tokens) -> None:
    app.control("faults", kind="client_refused", times=1)
    assert app.refresh(tokens).json() == {"error": "invalid_client"}
    assert app.refresh(tokens).status_code == 200


def test_wrong_grant_types_are_told(app: App) -> None:
    assert app.token().json() == {"error": "invalid_request"}
    assert app.token(grant_type="password").json() == {"error": "unsupported_grant_type"}
    assert app.token(grant_type="client_credentials").status_code == 400
