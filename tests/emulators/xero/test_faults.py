"""Every fault, as a client meets it."""

import socket

import httpx2
import pytest

from emulators.xero.faults import Kind
from tests.emulators.standing_in import Form
from tests.emulators.xero.client import App, Tokens, returned
from tests.emulators.xero.wire import open_call, until

pytestmark = pytest.mark.thorough


def add(app: App, kind: str, **words: object) -> str:
    return str(app.control("faults", kind=kind, **words)["fault_id"])


def active(app: App) -> list[dict[str, object]]:
    found: list[dict[str, object]] = app.http.get("/sandbox/api/faults").json()["faults"]
    return found


def read(app: App, tokens: Tokens, tenant: str, path: str = "Currencies") -> httpx2.Response:
    return app.read(tokens, tenant, path)


@pytest.mark.parametrize(
    ("problem", "seconds", "retry_after"),
    [("minute", 42, "42"), ("day", 45_461, "45461"), ("appminute", 7, "7"), ("concurrent", None, None)],
)
def test_rate_limited(
    app: App, tokens: Tokens, tenant: str, problem: str, seconds: int | None, retry_after: str | None
) -> None:
    add(app, "rate_limited", organisation_id=tenant, problem=problem, seconds=seconds, times=1)
    answer = read(app, tokens, tenant)
    assert answer.status_code == 429
    assert answer.headers["x-rate-limit-problem"] == problem
    assert answer.headers.get("retry-after") == retry_after
    assert app.calls()["rejected_429"] == {problem: 1}
    assert read(app, tokens, tenant).status_code == 200, "times counts down"


def test_server_error_counts_down(app: App, tokens: Tokens, tenant: str) -> None:
    add(app, "server_error", organisation_id=tenant, status=502, times=2)
    assert [read(app, tokens, tenant).status_code for _ in range(3)] == [502, 502, 200]
    assert active(app) == []


def test_a_fault_without_times_stays_until_cleared(app: App, tokens: Tokens, tenant: str) -> None:
    fault_id = add(app, "server_error", path="/taxrates")
    assert [read(app, tokens, tenant, "TaxRates").status_code for _ in range(2)] == [500, 500]
    assert read(app, tokens, tenant, "Accounts").status_code == 200, "another path is not touched"
    assert app.http.delete(f"/sandbox/api/faults/{fault_id}").status_code == 200
    assert read(app, tokens, tenant, "TaxRates").status_code == 200
    assert app.http.delete(f"/sandbox/api/faults/{fault_id}").status_code == 404


def test_faults_everywhere_reach_tokens_and_connections(app: App, tokens: Tokens, tenant: str) -> None:
    add(app, "server_error", status=503)
    assert app.refresh(tokens.refresh).status_code == 503
    assert app.connections(tokens).status_code == 503
    assert read(app, tokens, tenant).status_code == 503
    app.http.delete("/sandbox/api/faults")
    assert app.refresh(tokens.refresh).status_code == 200, "the failed refresh did not use up the token"


def test_offline(app: App, tokens: Tokens, tenant: str) -> None:
    add(app, "organisation_offline", organisation_id=tenant)
    answer = read(app, tokens, tenant)
    assert (answer.status_code, answer.text) == (503, "Organisation offline")
    assert answer.headers["content-type"].startswith("text/plain")
    other = next(row for row in app.tenants(tokens) if row != tenant)
    assert read(app, tokens, other).status_code == 200


def test_subscription_ended_keeps_the_connection(app: App, tokens: Tokens, tenant: str) -> None:
    add(app, "subscription_ended", organisation_id=tenant)
    answer = read(app, tokens, tenant)
    assert answer.status_code == 403
    assert answer.json()["Detail"].startswith("SubscriptionEnded")
    assert tenant in app.tenants(tokens)


def test_access_refused_keeps_the_connection_on_the_list(app: App, tokens: Tokens, tenant: str) -> None:
    add(app, "access_refused", organisation_id=tenant)
    answer = read(app, tokens, tenant)
    assert (answer.status_code, answer.json()["Detail"]) == (403, "AuthenticationUnsuccessful")
    assert tenant in app.tenants(tokens)


def test_precondition_failed(app: App, tokens: Tokens, tenant: str) -> None:
    add(app, "precondition_failed", organisation_id=tenant)
    assert read(app, tokens, tenant).status_code == 412
    assert tenant in app.tenants(tokens)


def test_the_profile_of_another_organisation(app: App, tokens: Tokens, tenant: str) -> None:
    accounts = read(app, tokens, tenant, "Accounts").json()["Accounts"]
    add(app, "other_profile", organisation_id=tenant)
    [profile] = read(app, tokens, tenant, "Organisation").json()["Organisations"]
    assert profile["OrganisationID"] != tenant
    assert read(app, tokens, tenant, "Accounts").json()["Accounts"] == accounts


def test_scope_missing(app: App, tokens: Tokens, tenant: str) -> None:
    add(app, "scope_missing", organisation_id=tenant, path="Contacts")
    answer = read(app, tokens, tenant, "Contacts")
    assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthorizationUnsuccessful")
    assert answer.headers["www-authenticate"] == "insufficient_scope"
    assert read(app, tokens, tenant, "Accounts").status_code == 200


def test_access_removed(app: App, tokens: Tokens, tenant: str) -> None:
    add(app, "access_removed", organisation_id=tenant)
    assert read(app, tokens, tenant).status_code == 403
    assert tenant not in app.tenants(tokens)
    offered = Form(app.consent_page().text).choices.get("organisation", [])
    assert tenant not in offered, "the person no longer sees it"
    app.http.delete("/sandbox/api/faults")
    assert tenant not in app.tenants(tokens), "access comes back, the connection does not"
    assert tenant in Form(app.consent_page().text).choices["organisation"]


def test_access_removed_for_one_person(app: App, tokens: Tokens) -> None:
    colleague = app.connect(person=1)
    shared = app.tenants(colleague)[0]
    add(app, "access_removed", organisation_id=shared, person_id=app.people[1]["id"])
    assert read(app, colleague, shared).status_code == 403
    assert read(app, tokens, shared).status_code == 200


def test_disconnected_at_xero_can_be_connected_again(app: App, tokens: Tokens, tenant: str) -> None:
    add(app, "disconnected", organisation_id=tenant)
    assert active(app) == []
    assert read(app, tokens, tenant).status_code == 403
    assert tenant not in app.tenants(tokens)
    assert tenant in app.tenants(app.connect())


def test_revoked_person(app: App, tokens: Tokens, tenant: str) -> None:
    colleague = app.connect(1, person=1)
    add(app, "revoke_person", person_id=app.people[0]["id"])
    answer = app.refresh(tokens.refresh)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_grant"})
    assert read(app, tokens, tenant).status_code == 401
    assert app.refresh(colleague.refresh).status_code == 200
    renewed = Tokens(app.exchange(returned(app.press(app.consent_page(), "continue"))["code"]).json())
    assert read(app, renewed, tenant).status_code == 200, "signing in again repairs it"


def test_access_that_is_over_before_its_time(app: App, tokens: Tokens, tenant: str) -> None:
    colleague = app.connect(1, person=1)
    add(app, "access_expired", person_id=app.people[0]["id"])
    assert active(app) == []
    answer = read(app, tokens, tenant)
    assert answer.status_code == 401
    assert answer.json()["Detail"].startswith("TokenExpired")
    assert app.connections(colleague).status_code == 200
    assert read(app, Tokens(app.refresh(tokens.refresh).json()), tenant).status_code == 200


@pytest.mark.parametrize(
    ("kind", "problem", "wait"), [("minute_limit_reached", "minute", 60), ("day_limit_reached", "day", 86400)]
)
def test_used_up_windows_end_by_the_clock(
    app: App, tokens: Tokens, tenant: str, kind: str, problem: str, wait: int
) -> None:
    app.control("clock", stopped=True)
    add(app, kind, organisation_id=tenant)
    for _ in range(2):
        answer = read(app, tokens, tenant)
        assert (answer.status_code, answer.headers["x-rate-limit-problem"]) == (429, problem)
        assert 1 <= int(answer.headers["retry-after"]) <= wait
        assert answer.headers[f"x-{problem[:3]}limit-remaining"] == "0"
    app.control("clock", advance_seconds=int(answer.headers["retry-after"]))
    renewed = Tokens(app.refresh(tokens.refresh).json())
    assert read(app, renewed, tenant).status_code == 200


def test_used_up_windows_hold_without_limits(app: App, tokens: Tokens, tenant: str) -> None:
    app.control("limits", enforced=False)
    add(app, "day_limit_reached", organisation_id=tenant)
    assert read(app, tokens, tenant).headers["x-rate-limit-problem"] == "day"


def test_dropped_connection(app: App, tokens: Tokens, tenant: str) -> None:
    add(app, "drop_connection", organisation_id=tenant, times=1)
    with pytest.raises(httpx2.TransportError):
        read(app, tokens, tenant)
    assert read(app, tokens, tenant).status_code == 200


def test_dropped_answer_of_a_refresh(app: App, tokens: Tokens) -> None:
    add(app, "drop_refresh_response", times=1)
    with pytest.raises(httpx2.TransportError):
        app.refresh(tokens.refresh)
    assert app.calls()["refreshes"] == 1, "it was done all the same"
    again = app.refresh(tokens.refresh)
    assert again.status_code == 200, "the grace lets the old token be tried again"
    assert app.refresh(Tokens(again.json()).refresh).status_code == 200


def test_an_answer_that_never_comes(app: App, address: str, tokens: Tokens, tenant: str) -> None:
    add(app, "timeout", organisation_id=tenant, seconds=0.05, times=1)
    call = open_call(address, tokens, tenant)
    try:
        received = call.recv(100)
    except ConnectionResetError:
        received = b""
    assert received == b"", "the socket closes without a byte"
    call.close()
    assert read(app, tokens, tenant).status_code == 200


def test_a_client_may_give_up_waiting(app: App, address: str, tokens: Tokens, tenant: str) -> None:
    add(app, "timeout", organisation_id=tenant, times=1)
    call = open_call(address, tokens, tenant)
    until(lambda: active(app) == [])
    call.shutdown(socket.SHUT_RDWR)
    call.close()
    until(lambda: app.calls()["by_status"].get("0") == 1)


def test_malformed_body(app: App, tokens: Tokens, tenant: str) -> None:
    add(app, "malformed_body", organisation_id=tenant, times=1)
    answer = read(app, tokens, tenant)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match=r"(Unterminated|Expecting|end)"):
        answer.json()


@pytest.mark.parametrize(("kind", "share"), [("short_page", 0.8), ("empty_list", 0)])
def test_records_that_are_missing_are_counted_all_the_same(
    app: App, tokens: Tokens, tenant: str, kind: str, share: float
) -> None:
    whole = app.read(tokens, tenant, "Contacts", page="1", pageSize="50").json()
    add(app, kind, organisation_id=tenant, times=1)
    spoilt = app.read(tokens, tenant, "Contacts", page="1", pageSize="50").json()
    assert spoilt["pagination"] == whole["pagination"]
    assert spoilt["Contacts"] == whole["Contacts"][: int(len(whole["Contacts"]) * share)]
    assert app.read(tokens, tenant, "Contacts", page="1", pageSize="50").json()["Contacts"] == whole["Contacts"]


def test_slow_pages_arrive_whole(app: App, tokens: Tokens, tenant: str) -> None:
    add(app, "slow_pages", organisation_id=tenant, seconds=0.02)
    expected = app.read(tokens, tenant, "Contacts", includeArchived="true").json()["Contacts"]
    with app.http.stream(
        "GET",
        "/api.xro/2.0/Contacts?page=1&pageSize=1000&includeArchived=true",
        headers={"Authorization": f"Bearer {tokens.access}", "xero-tenant-id": tenant, "Accept": "application/json"},
    ) as answer:
        pieces = list(answer.iter_raw())
    assert len(pieces) > 1
    assert b"".join(pieces).count(b'"ContactID"') == len(expected)


def test_latency_is_met_and_counted(app: App, tokens: Tokens, tenant: str) -> None:
    add(app, "latency", organisation_id=tenant, seconds=0.001, times=2)
    assert [read(app, tokens, tenant).status_code for _ in range(3)] == [200, 200, 200]
    assert active(app) == []


def test_connection_cap_shows_its_page(app: App) -> None:
    add(app, "connection_cap", times=1)
    full = app.consent_page()
    assert "must complete certification" in full.text
    assert returned(app.press(full, "cancel")) == {"error": "access_denied", "state": "the-state"}
    assert "Choose organisations" in app.consent_page().text


def test_every_kind_is_offered_on_the_control_page(app: App) -> None:
    page = app.http.get("/sandbox").text
    for kind in Kind:
        assert f"<option>{kind.value}</option>" in page
