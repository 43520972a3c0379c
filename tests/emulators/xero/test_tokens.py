"""The life of a token set: expiry, rotation, grace, supersession, revocation."""

import pytest

from emulators.xero import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET
from tests.emulators.xero.client import SCOPE, App, Tokens, bearer

pytestmark = pytest.mark.thorough


DEAD = (400, {"error": "invalid_grant"})
DAY = 86400


def outcome(answer: object) -> tuple[int, object]:
    return answer.status_code, answer.json()  # type: ignore[attr-defined]  # an HTTP answer


def test_a_refresh_gives_a_new_pair_with_the_same_event(app: App, tokens: Tokens) -> None:
    renewed = Tokens(app.refresh(tokens.refresh).json())
    assert renewed.refresh != tokens.refresh
    assert renewed.access != tokens.access
    assert renewed.event_id == tokens.event_id
    assert renewed.body["scope"] == tokens.body["scope"]
    assert len(app.tenants(renewed)) == 14


def test_the_old_token_may_be_tried_again_for_half_an_hour(app: App, tokens: Tokens) -> None:
    app.control("clock", stopped=True)
    lost = Tokens(app.refresh(tokens.refresh).json())
    app.control("clock", advance_seconds=1799)
    found = Tokens(app.refresh(tokens.refresh).json())
    assert outcome(app.refresh(lost.refresh)) == DEAD, "the pair that got lost is replaced"
    assert app.refresh(found.refresh).status_code == 200


def test_the_grace_ends_after_half_an_hour(app: App, tokens: Tokens) -> None:
    app.control("clock", stopped=True)
    app.refresh(tokens.refresh)
    app.control("clock", advance_seconds=1800)
    assert outcome(app.refresh(tokens.refresh)) == DEAD


def test_using_the_new_token_ends_the_grace(app: App, tokens: Tokens) -> None:
    renewed = Tokens(app.refresh(tokens.refresh).json())
    assert app.refresh(renewed.refresh).status_code == 200
    assert outcome(app.refresh(tokens.refresh)) == DEAD


def test_an_unused_refresh_token_dies_after_sixty_days(app: App, tokens: Tokens) -> None:
    app.control("clock", stopped=True, advance_seconds=60 * DAY - 1)
    renewed = Tokens(app.refresh(tokens.refresh).json())
    app.control("clock", advance_seconds=60 * DAY)
    assert outcome(app.refresh(renewed.refresh)) == DEAD


def test_dead_tokens_do_not_remove_connections(app: App, tokens: Tokens) -> None:
    app.control("clock", advance_seconds=61 * DAY)
    assert outcome(app.refresh(tokens.refresh)) == DEAD
    assert len(app.state()["connections"]) == 14


def test_a_newer_consent_of_the_same_person_supersedes(app: App, tokens: Tokens) -> None:
    other_person = app.connect(1, person=1)
    page = app.consent_page()
    newer = app.press(page, "continue")
    assert newer.status_code == 303
    assert app.refresh(tokens.refresh).status_code == 200, "not before the code is exchanged"
    newest = app.connect(None, person=1)
    assert outcome(app.refresh(other_person.refresh)) == DEAD
    assert app.refresh(newest.refresh).status_code == 200


def test_an_access_token_lives_half_an_hour(app: App, tokens: Tokens, tenant: str) -> None:
    app.control("clock", stopped=True, advance_seconds=1790)
    assert app.read(tokens, tenant, "Organisation").status_code == 200
    app.control("clock", advance_seconds=30)
    answer = app.read(tokens, tenant, "Organisation")
    assert answer.status_code == 401
    body = answer.json()
    assert list(body) == ["Type", "Title", "Status", "Detail", "Instance", "Extensions"]
    assert (body["Title"], body["Status"], body["Type"]) == ("Unauthorized", 401, None)
    assert body["Detail"].startswith("TokenExpired: token expired at ")
    assert app.connections(tokens).status_code == 401


@pytest.mark.parametrize("header", ["Bearer never-issued", "Basic abc", ""])
def test_an_unknown_token_is_refused(app: App, header: str) -> None:
    answer = app.http.get("/connections", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthenticationUnsuccessful")


def test_a_refresh_cannot_widen_the_scopes(app: App, tokens: Tokens) -> None:
    assert app.refresh(tokens.refresh, scope=f"{SCOPE} accounting.invoices.read").json() == {"error": "invalid_scope"}
    assert app.refresh(tokens.refresh, scope=SCOPE).status_code == 200


def test_a_new_consent_adds_to_earlier_scopes_until_revoked(app: App) -> None:
    app.connect(1)
    wider = app.connect(1, scope="openid offline_access accounting.invoices.read")
    assert wider.body["scope"].split() == [
        "openid", "offline_access", "accounting.invoices.read", "accounting.settings.read",
        "accounting.contacts.read",
    ]  # fmt: skip
    app.revoke(wider.refresh)
    narrow = app.connect(1, scope="openid accounting.invoices.read")
    assert narrow.body["scope"] == "openid accounting.invoices.read"


def test_revocation_kills_the_tokens_and_the_persons_connections(app: App, tokens: Tokens, tenant: str) -> None:
    colleague = app.connect(person=1)
    before = len(app.tenants(colleague))
    assert app.revoke(tokens.refresh).status_code == 200
    assert outcome(app.refresh(tokens.refresh)) == DEAD
    assert app.read(tokens, tenant, "Organisation").status_code == 401
    assert len(app.tenants(colleague)) == before == len(app.state()["connections"])


def test_revoking_an_unknown_token_is_no_error(app: App) -> None:
    assert app.revoke("never-issued").status_code == 200


def test_revoking_needs_the_client(app: App, tokens: Tokens) -> None:
    answer = app.http.post("/connect/revocation", data={"token": tokens.refresh}, auth=(SANDBOX_CLIENT_ID, "no"))
    assert outcome(answer) == (400, {"error": "invalid_client"})
    assert app.refresh(tokens.refresh).status_code == 200


def test_the_apps_own_token_lists_every_connection(app: App, tokens: Tokens) -> None:
    app.connect(2, person=1)
    answer = app.token(grant_type="client_credentials", scope="app.connections")
    body = answer.json()
    assert "refresh_token" not in body
    own = Tokens(body)
    assert len(app.tenants(own)) == 16
    row = app.connections(own).json()[0]
    assert app.http.delete(f"/connections/{row['id']}", headers=bearer(own)).status_code == 204


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "invalid_grant"),
        ({"grant_type": "client_credentials", "scope": "openid"}, "invalid_scope"),
    ],
)
def test_the_token_endpoint_names_what_is_wrong(app: App, form: dict[str, str], error: str) -> None:
    assert outcome(app.token(**form)) == (400, {"error": error})


def test_tokens_are_never_cached(app: App, tokens: Tokens) -> None:
    assert "no-store" in app.refresh(tokens.refresh).headers["cache-control"]
    assert SANDBOX_CLIENT_SECRET not in app.http.get("/sandbox/api/state").text
