"""Tokens: how long each is good, when a refresh token becomes another, and how everything ends."""

import httpx2
import pytest

from emulators.quickbooks import SANDBOX_CLIENT_ID
from tests.emulators.quickbooks.client import JSON, App, Tokens, refused

pytestmark = pytest.mark.thorough


HOUR, DAY, YEAR = 3600, 86_400, 365 * 86_400
ASKS = {"x-include-refresh-token-hard-expires-in": "true"}


def test_an_answer_says_neither_company_nor_scope(app: App, own: Tokens) -> None:
    assert set(own.body) == {
        "token_type",
        "access_token",
        "expires_in",
        "refresh_token",
        "x_refresh_token_expires_in",
        "id_token",
    }
    assert (own.body["token_type"], own.body["expires_in"]) == ("bearer", HOUR)
    assert own.body["x_refresh_token_expires_in"] == 8_726_400
    assert own.refresh.startswith("RT1-")
    assert 900 < len(own.access) < 1100
    assert own.access.startswith("eyJ")


def test_the_end_of_a_grant_is_told_to_who_asks_and_is_not_put_off(app: App) -> None:
    code = app.came_back(app.realm(4))["code"]
    first = app.exchange(code, headers=ASKS).json()
    assert first["x_refresh_token_hard_expires_in"] == 5 * YEAR
    app.advance(90 * DAY)
    later = app.refresh(first["refresh_token"], headers=ASKS).json()
    assert later["x_refresh_token_hard_expires_in"] == 5 * YEAR - 90 * DAY
    assert later["x_refresh_token_expires_in"] == 8_726_400
    assert "x_refresh_token_hard_expires_in" not in app.refresh(later["refresh_token"]).json()
    token = later["refresh_token"]
    for _ in range(20):
        app.advance(86 * DAY)
        token = app.refresh(token).json()["refresh_token"]
    assert app.refresh(token, headers=ASKS).json()["x_refresh_token_expires_in"] == 15 * DAY
    app.advance(15 * DAY)
    assert app.refresh(token).json()["error"] == "invalid_grant"


def test_a_refresh_token_stays_for_a_day_and_then_becomes_another(app: App, own: Tokens) -> None:
    app.advance(23 * HOUR)
    same = app.refresh(own.refresh).json()
    assert same["refresh_token"] == own.refresh
    assert same["access_token"] != own.access
    app.advance(HOUR)
    other = app.refresh(own.refresh).json()
    assert other["refresh_token"] != own.refresh
    dead = app.refresh(own.refresh)
    assert dead.status_code == 400
    assert dead.json() == {"error": "invalid_grant", "error_description": "Incorrect or invalid refresh token"}
    assert dead.headers["intuit_tid"]
    assert app.refresh(other["refresh_token"]).status_code == 200


def test_a_superseded_token_may_have_a_grace(app: App, own: Tokens) -> None:
    app.control("settings", superseded_seconds=DAY)
    app.advance(DAY)
    other = app.refresh(own.refresh).json()["refresh_token"]
    assert app.refresh(own.refresh).json()["refresh_token"] == other
    app.advance(DAY)
    assert app.refresh(own.refresh).status_code == 400


def test_using_a_superseded_token_may_end_everything(app: App, own: Tokens) -> None:
    app.control("settings", reuse_ends_grant=True)
    app.advance(DAY)
    other = app.refresh(own.refresh).json()["refresh_token"]
    app.advance(DAY)
    newest = app.refresh(other).json()["refresh_token"]
    assert app.refresh(other).status_code == 400
    assert app.refresh(newest).status_code == 400


def test_access_ends_after_an_hour(app: App, own: Tokens) -> None:
    app.advance(HOUR - 1)
    assert app.read(own, "companyinfo/1").status_code == 200
    app.advance(1)
    late = app.read(own, "companyinfo/1")
    assert refused(late) == (401, "3200")
    assert late.json()["fault"]["error"][0]["detail"].startswith("Token expired")
    assert late.json()["fault"]["type"] == "AUTHENTICATION"


def test_a_grant_that_nobody_uses_ends_after_a_hundred_days(app: App, own: Tokens) -> None:
    app.advance(101 * DAY)
    assert app.refresh(own.refresh).status_code == 400


@pytest.mark.parametrize("which", ["access", "refresh"])
def test_revoking_either_token_ends_the_company_alone(app: App, own: Tokens, which: str) -> None:
    answer = app.revoke(getattr(own, which))
    assert (answer.status_code, answer.content) == (200, b"")
    assert app.refresh(own.refresh).status_code == 400
    assert refused(app.read(own, "companyinfo/1")) == (401, "3200")
    assert app.state()["connections"] == []


def test_revoking_a_dead_token_is_a_fault_without_a_body_or_nothing(app: App, own: Tokens) -> None:
    app.revoke(own.refresh)
    again = app.revoke(own.refresh)
    assert (again.status_code, again.content) == (400, b"")
    app.control("settings", dead_revocation_refused=False)
    assert app.revoke(own.refresh).status_code == 200


def test_a_form_revokes_nothing(app: App, own: Tokens, http: httpx2.Client) -> None:
    answer = http.post("/v2/oauth2/tokens/revoke", data={"token": own.refresh}, auth=(SANDBOX_CLIENT_ID, "wrong"))
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    assert app.refresh(own.refresh).status_code == 200


def test_wrong_keys_are_told_apart_from_dead_grants(app: App, own: Tokens, http: httpx2.Client) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": own.refresh}
    answer = http.post("/oauth2/v1/tokens/bearer", data=form, headers=JSON, auth=(SANDBOX_CLIENT_ID, "wrong"))
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    app.fault("client_refused", times=1)
    assert app.refresh(own.refresh).json() == {"error": "invalid_client"}
    assert app.token(grant_type="client_credentials").json() == {"error": "unsupported_grant_type"}


def test_a_lost_answer_of_a_refresh_costs_nothing_within_the_day_and_everything_after(app: App, own: Tokens) -> None:
    app.fault("drop_refresh_response", times=1)
    with pytest.raises(httpx2.TransportError):
        app.refresh(own.refresh)
    assert app.refresh(own.refresh).status_code == 200
    app.advance(DAY)
    app.fault("drop_refresh_response", times=1)
    with pytest.raises(httpx2.TransportError):
        app.refresh(own.refresh)
    assert app.refresh(own.refresh).status_code == 400
