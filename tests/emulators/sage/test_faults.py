"""What goes wrong on request."""

import httpx2
import pytest

from tests.emulators.sage.client import App, Tokens, error_of

pytestmark = pytest.mark.thorough


def test_limits_and_outages(app: App, tokens: Tokens, business: str) -> None:
    app.control("faults", kind="rate_limited", seconds=7, times=1)
    limited = app.read(tokens, "contacts", business)
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "7")
    app.control("faults", kind="rate_limited", times=1, problem="concurrent")
    assert "retry-after" not in app.read(tokens, "contacts", business).headers
    assert app.calls()["rejected_429"] == {"day": 1, "concurrent": 1}
    app.control("faults", kind="server_error", status=503, times=1)
    assert error_of(app.read(tokens, "businesses")) == (503, "UnexpectedError")
    app.control("faults", kind="drop_connection", times=1, path="contacts")
    with pytest.raises(httpx2.TransportError):
        app.read(tokens, "contacts", business)
    app.control("faults", kind="edge_page", times=1, organisation_id=business)
    assert app.read(tokens, "contacts", business).text.startswith("<html>")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [("subscription_ended", 401, "AuthorizationFailure"), ("role_too_low", 403, "MultiUserAccessDenied")],
)
def test_a_business_alone_may_be_refused(
    app: App, tokens: Tokens, business: str, kind: str, status: int, code: str
) -> None:
    app.control("faults", kind=kind, organisation_id=business)
    assert error_of(app.read(tokens, "contacts", business)) == (status, code)
    assert app.read(tokens, "contacts", app.id_of(1)).status_code == 200
    assert app.read(tokens, "businesses").status_code == 200


def test_a_single_list_may_be_refused(app: App, tokens: Tokens, business: str) -> None:
    app.control("faults", kind="role_too_low", path="bank_accounts")
    assert app.read(tokens, "bank_accounts", business).status_code == 403
    assert app.read(tokens, "contacts", business).status_code == 200


def test_an_answer_may_be_about_another_business(app: App, tokens: Tokens, business: str) -> None:
    mine = app.read(tokens, "contacts", business).json()
    app.control("faults", kind="other_business", organisation_id=business, times=1)
    other = app.read(tokens, "contacts", business)
    assert other.headers["x-business"] == app.id_of(0)
    assert other.json() != mine
    app.control("faults", kind="without_echo", organisation_id=business, times=1)
    silent = app.read(tokens, "contacts", business)
    assert "x-business" not in silent.headers
    assert silent.json() == mine


def test_an_answer_may_be_short_empty_doubled_or_broken(app: App, tokens: Tokens, business: str) -> None:
    def page(kind: str, number: int = 2) -> httpx2.Response:
        app.control("faults", kind=kind, organisation_id=business, times=1)
        return app.read(tokens, "contacts", business, page=str(number))

    whole = app.read(tokens, "contacts", business, page="2").json()
    short = page("short_page").json()
    assert (len(short["$items"]), short["$total"]) == (16, whole["$total"])
    assert page("empty_list").json()["$items"] == []
    doubled = page("row_twice").json()["$items"]
    assert (len(doubled), doubled[1:]) == (21, whole["$items"])
    first = app.read(tokens, "contacts", business).json()["$items"]
    assert doubled[0] == first[-1]
    with pytest.raises(ValueError, match=r"JSON|Expecting|Unterminated|delimiter"):
        page("malformed_body").json()
    assert app.read(tokens, "contacts", business, page="2").json() == whole


def test_an_odd_character_comes_in_a_label(app: App, tokens: Tokens, business: str) -> None:
    for path in ("contacts", "businesses"):
        app.control("faults", kind="odd_character", oddity="latin1", times=1)
        assert b"Caf\xe9 " in app.read(tokens, path, business).content


def test_access_tokens_may_expire_early(app: App, tokens: Tokens) -> None:
    app.control("faults", kind="access_expired")
    assert app.read(tokens, "user").status_code == 401
    assert app.refresh(tokens).status_code == 200


@pytest.mark.parametrize("is_bare", [False, True])
def test_an_error_stands_in_a_list_or_alone(app: App, tokens: Tokens, business: str, is_bare: bool) -> None:
    app.control("settings", bare_errors=is_bare)
    body = app.read(tokens, "nonsense", business).json()
    assert isinstance(body, dict) is is_bare
