"""Everything that can go wrong, each in the words and the shape that Intuit has for it."""

import json

import httpx2
import pytest

from tests.emulators.quickbooks.client import App, Tokens, refused

pytestmark = pytest.mark.thorough


@pytest.mark.parametrize(
    ("fault", "answer", "is_gateway"),
    [
        ({"kind": "rate_limited"}, (429, "3001"), True),
        ({"kind": "rate_limited", "problem": "month"}, (429, "3001"), True),
        ({"kind": "access_refused"}, (403, "3100"), True),
        ({"kind": "scope_missing"}, (403, "3100"), True),
        ({"kind": "access_removed"}, (401, "120"), False),
        ({"kind": "subscription_ended"}, (400, "6190"), False),
        ({"kind": "not_on_plan"}, (400, "5030"), False),
        ({"kind": "not_on_plan", "problem": "5020"}, (400, "5020"), False),
        ({"kind": "server_error"}, (500, "10000"), False),
    ],
)
def test_each_fault_has_its_code_and_shape(
    app: App, large: Tokens, fault: dict[str, str], answer: tuple[int, str], is_gateway: bool
) -> None:
    app.fault(organisation_id=large.realm, **fault)
    found = app.query(large, "SELECT * FROM Account")
    assert refused(found) == answer
    assert ("fault" in found.json()) is is_gateway
    app.http.delete("/sandbox/api/faults")
    assert app.query(large, "SELECT * FROM Account").status_code == 200


def test_the_fault_of_a_login_that_was_removed_is_misspelt(app: App, large: Tokens) -> None:
    app.fault("access_removed", organisation_id=large.realm)
    told = app.read(large, "preferences").json()["Fault"]
    assert told["type"] == "AuthorizatonFault"
    assert "You do not have access to use QuickBooks Online" in told["Error"][0]["Detail"]
    app.http.delete("/sandbox/api/faults")
    person = app.state()["people"][0]["id"]
    app.control(f"people/{person}", organisation_ids=[app.realm(1)])
    assert refused(app.read(large, "preferences")) == (401, "120"), "nor with the role gone for good"


def test_a_fault_for_one_company_or_one_call_alone(app: App, large: Tokens, own: Tokens) -> None:
    app.fault("server_error", organisation_id=large.realm, path="/preferences", times=1)
    assert app.read(own, "preferences").status_code == 200
    assert app.read(large, "companyinfo/1").status_code == 200
    assert app.read(large, "preferences").status_code == 500
    assert app.read(large, "preferences").status_code == 200


def test_a_fault_of_one_list_is_met_by_whatever_asks_for_it(app: App, large: Tokens) -> None:
    both = [{"bId": entity, "Query": f"SELECT * FROM {entity}"} for entity in ("Account", "Vendor")]  # noqa: S608  # no SQL
    app.fault("not_on_plan", organisation_id=large.realm, path="Vendor", problem="5020")
    assert refused(app.query(large, "SELECT * FROM Vendor")) == (400, "5020")
    assert app.query(large, "SELECT * FROM Account").status_code == 200
    accounts, vendors = app.batch(large, both).json()["BatchItemResponse"]
    assert accounts["QueryResponse"]["Account"]
    assert vendors["Fault"]["Error"][0]["code"] == "5020", "one item of a batch fails alone"
    app.http.delete("/sandbox/api/faults")
    app.fault("server_error", path="vendor", status=503)
    assert [app.batch(large, [one]).status_code for one in both] == [200, 503]
    assert app.read(large, "cdc", entities="Vendor", changedSince="2026-01-01T00:00:00Z").status_code == 503


def test_a_fault_may_come_with_the_status_of_success(app: App, large: Tokens) -> None:
    app.fault("fault_in_200", times=1)
    answer = app.query(large, "SELECT * FROM Account")
    assert refused(answer) == (200, "10000")
    assert app.metered() == 0


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_without_an_answer_shows_a_page(app: App, large: Tokens, status: int) -> None:
    app.fault("server_error", status=status, times=1)
    answer = app.read(large, "preferences")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html")
    assert "We'll be back soon" in answer.text


def test_xml_comes_where_json_was_asked_for(app: App, large: Tokens) -> None:
    app.fault("xml_answer", times=1)
    answer = app.query(large, "SELECT * FROM Class")
    assert answer.status_code == 200
    assert answer.text.startswith("<?xml")
    app.fault("rate_limited", problem="xml", times=1)
    limited = app.query(large, "SELECT * FROM Class")
    assert (limited.status_code, limited.headers["content-type"][:15]) == (429, "application/xml")
    assert "errorCode=003001" in limited.text
    assert '<Fault type="SERVICE">' in limited.text


def test_the_edge_answers_without_knowing_the_call(app: App, large: Tokens) -> None:
    app.fault("edge_page", organisation_id=large.realm, status=403, times=1)
    answer = app.read(large, "preferences")
    assert (answer.status_code, answer.headers["content-type"]) == (403, "text/html")
    assert "intuit_tid" not in answer.headers
    app.fault("edge_page", path="/oauth2/v1/tokens/bearer", page="text", status=503, times=1)
    assert app.refresh(large.refresh).status_code == 503


def test_an_answer_may_be_about_another_company(app: App, large: Tokens) -> None:
    app.fault("other_company", times=1)
    info = app.read(large, "companyinfo/1").json()["CompanyInfo"]
    assert info["CompanyName"] != app.companies[7]["name"]


def test_pages_may_be_short_empty_or_begin_again(app: App, large: Tokens) -> None:
    whole = app.rows(large, "SELECT * FROM Vendor MAXRESULTS 50")
    app.fault("short_page", times=1)
    assert app.found(large, "SELECT * FROM Vendor MAXRESULTS 50")["maxResults"] == 40
    app.fault("empty_list", times=1)
    assert app.found(large, "SELECT * FROM Vendor MAXRESULTS 50") == {}
    app.fault("row_twice", times=1)
    second = app.rows(large, "SELECT * FROM Vendor STARTPOSITION 51 MAXRESULTS 50")
    assert second[0] == whole[-1]


def test_a_body_may_be_broken_or_odd(app: App, large: Tokens) -> None:
    app.fault("malformed_body", times=1)
    with pytest.raises(json.JSONDecodeError):
        app.query(large, "SELECT * FROM Class").json()
    app.fault("odd_character", oddity="control", times=1)
    assert b"Caf\x0b" in app.query(large, "SELECT * FROM Class").content


@pytest.mark.parametrize("kind", ["drop_connection", "timeout"])
def test_there_may_be_no_answer(app: App, large: Tokens, kind: str) -> None:
    app.fault(kind, seconds=0.01, times=1)
    with pytest.raises(httpx2.TransportError):
        app.read(large, "preferences")


def test_what_somebody_ends_is_ended_at_once(app: App, large: Tokens, own: Tokens) -> None:
    app.fault("access_expired")
    assert refused(app.read(own, "preferences")) == (401, "3200")
    renewed = Tokens(app.refresh(own.refresh).json(), own.realm)
    assert app.read(renewed, "preferences").status_code == 200
    app.fault("disconnected", organisation_id=own.realm)
    assert refused(app.read(renewed, "preferences")) == (401, "3200")
    assert app.refresh(own.refresh).json()["error"] == "invalid_grant"
    assert app.refresh(large.refresh).status_code == 200
    app.fault("revoke_person", person_id=app.state()["people"][0]["id"])
    assert app.refresh(large.refresh).status_code == 400


def test_a_company_may_be_out_of_calls_for_a_minute(app: App, large: Tokens, own: Tokens) -> None:
    app.control("limits", enforced=True)
    app.fault("minute_limit_reached", organisation_id=large.realm)
    limited = app.read(large, "preferences")
    assert refused(limited) == (429, "3001")
    assert "retry-after" not in limited.headers
    assert app.read(own, "preferences").status_code == 200
    app.advance(60)
    assert app.read(large, "preferences").status_code == 200


def test_slow_pages_are_whole(app: App, large: Tokens) -> None:
    app.fault("slow_pages", seconds=0.01, times=1)
    assert len(app.rows(large, "SELECT * FROM Account")) > 50
