"""What stands in front of Xero, and what else integrators have reported of its answers, as a client meets it."""

import httpx2
import orjson
import pytest

from tests.emulators.xero.client import App, Tokens
from tests.emulators.xero.test_faults import active, add, read

pytestmark = pytest.mark.thorough


SCOPE = "accounting.contacts.read"


def connection_ids(app: App, tokens: Tokens, tenant: str) -> list[str]:
    return [row["id"] for row in app.connections(tokens).json() if row["tenantId"] == tenant]


def delete(app: App, tokens: Tokens, identity: str) -> httpx2.Response:
    return app.http.delete(f"/connections/{identity}", headers={"Authorization": f"Bearer {tokens.access}"})


@pytest.mark.parametrize(
    ("page", "status", "kind", "text"),
    [
        ("html", 400, "text/html", "<h2>Sorry</h2>"),
        ("html", 301, "text/html", "<h2>Sorry</h2>"),
        ("text", 413, "text/plain", "Sorry"),
        ("nothing", 401, None, ""),
        ("subscription", 403, "text/html", "subscription quota"),
        ("gateway", 403, "application/json", "subscription key"),
    ],
)
def test_the_edge_answers_everywhere_in_xeros_place(
    app: App, tokens: Tokens, tenant: str, page: str, status: int, kind: str | None, text: str
) -> None:
    add(app, "edge_page", page=page, status=status)
    for answer in (
        read(app, tokens, tenant),
        app.connections(tokens),
        delete(app, tokens, "any"),
        app.refresh(tokens.refresh),
        app.http.post("/connect/revocation", data={"token": tokens.refresh}),
        app.http.get("/.well-known/openid-configuration"),
        app.http.get("/.well-known/openid-configuration/jwks"),
    ):
        assert (answer.status_code, answer.headers.get("content-type")) == (status, kind)
        assert text in answer.text
        assert "xero-correlation-id" not in answer.headers
    assert app.http.get("/sandbox").status_code == 200
    app.http.delete("/sandbox/api/faults")
    assert app.refresh(tokens.refresh).status_code == 200, "nothing was used up"


def test_the_edge_answers_one_organisations_calls_so_often(app: App, tokens: Tokens, tenant: str) -> None:
    add(app, "edge_page", organisation_id=tenant, path="Contacts", times=2)
    assert app.connections(tokens).status_code == 200
    statuses = [read(app, tokens, tenant, path).status_code for path in ("Contacts", "Items", "Contacts", "Contacts")]
    assert statuses == [400, 200, 400, 200]
    assert active(app) == []


@pytest.mark.parametrize(
    ("oddity", "within"),
    [
        ("surrogate", rb"Caf\ud83d "),
        ("control", b"Caf\x0b\t "),
        ("latin1", b"Caf\xe9 "),
        ("byte_order_mark", b"\xef\xbb\xbf"),
    ],
)
def test_one_odd_character(app: App, tokens: Tokens, tenant: str, oddity: str, within: bytes) -> None:
    add(app, "odd_character", organisation_id=tenant, path="Contacts", oddity=oddity)
    body = read(app, tokens, tenant, "Contacts").content
    assert body.count(within) == 1
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(body)
    orjson.loads(read(app, tokens, tenant, "Items").content)
    add(app, "odd_character", path="/connections", oddity=oddity, times=1)
    assert app.connections(tokens).content.count(within) == 1
    orjson.loads(app.connections(tokens).content)


def test_a_pair_that_is_listed_twice_ends_with_its_last_id(app: App, tokens: Tokens, tenant: str) -> None:
    before = connection_ids(app, tokens, tenant)
    add(app, "listed_twice", organisation_id=tenant)
    first, second = connection_ids(app, tokens, tenant)
    assert {first, second} > set(before)
    assert len(app.connections(tokens).json()) == len(app.tenants(tokens)) == len(set(app.tenants(tokens))) + 1
    assert delete(app, tokens, first).status_code == 204
    assert read(app, tokens, tenant).status_code == 200
    assert connection_ids(app, tokens, tenant) == [second]
    assert delete(app, tokens, second).status_code == 204
    assert read(app, tokens, tenant).status_code == 403


def test_a_client_that_is_refused(app: App, tokens: Tokens, tenant: str) -> None:
    add(app, "client_refused")
    answer = app.refresh(tokens.refresh)
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    assert read(app, tokens, tenant).status_code == 200, "access tokens live on"
    app.http.delete("/sandbox/api/faults")
    assert app.refresh(tokens.refresh).status_code == 200


def test_a_refresh_token_that_is_left_out_leaves_the_old_one(app: App, tokens: Tokens, tenant: str) -> None:
    add(app, "refresh_token_left_out", times=1)
    answer = app.refresh(tokens.refresh).json()
    assert answer["refresh_token"] is None
    assert app.refresh(tokens.refresh).json()["refresh_token"]


def test_withheld_scopes_are_not_granted(app: App, tokens: Tokens, tenant: str) -> None:
    app.control("settings", withheld_scopes=[SCOPE])
    renewed = app.refresh(tokens.refresh).json()
    answer = read(app, Tokens(renewed), tenant, "Contacts")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "insufficient_scope")
    assert SCOPE not in renewed["scope"]
    assert read(app, Tokens(renewed), tenant, "Accounts").status_code == 200


def test_only_an_edge_answers_below_500(app: App) -> None:
    assert app.http.post("/sandbox/api/faults", json={"kind": "server_error", "status": 404}).status_code == 400
    assert app.http.post("/sandbox/api/faults", json={"kind": "edge_page", "status": 200}).status_code == 400
