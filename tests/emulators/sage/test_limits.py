"""Two limits, of the app alone: calls at once, and calls a day."""

import socket
from urllib.parse import urlsplit

import pytest

from tests.emulators.sage.client import App, Tokens
from tests.emulators.xero.wire import until

pytestmark = pytest.mark.thorough


DAY = 86_400


def held(address: str, tokens: Tokens, business: str) -> socket.socket:
    """A read whose answer is not fetched."""
    parts = urlsplit(address)
    call = socket.create_connection((parts.hostname or "", parts.port or 0), timeout=60)
    request = (
        f"GET /v3.1/contacts HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {tokens.access}\r\n"
        f"X-Business: {business}\r\nAccept: application/json\r\n\r\n"
    )
    call.sendall(request.encode())
    return call


def test_the_usual_ones_are_sages(app: App) -> None:
    assert app.state()["limits"] == {"concurrent": 150, "day": 1_296_000}


def test_calls_at_once_are_counted_over_all_businesses(app: App, address: str, tokens: Tokens) -> None:
    app.control("limits", concurrent=2)
    app.control("faults", kind="timeout", path="contacts")
    calls = [held(address, tokens, app.id_of(place)) for place in (1, 7)]
    until(lambda: len(app.calls()["peak_concurrency_by_organisation"]) == 2)
    for path in ("currencies", "businesses", "user"):
        refused = app.read(tokens, path, app.id_of(2))
        assert (refused.status_code, refused.content) == (429, b"")
        assert "retry-after" not in refused.headers
    for call in calls:
        call.close()
    until(lambda: app.read(tokens, "user").status_code == 200)


@pytest.mark.parametrize("tells", [False, True])
def test_a_day_ends_at_midnight(app: App, tokens: Tokens, tells: bool) -> None:
    app.control("settings", tells_wait=tells)
    app.control("limits", day=2)
    answers = [app.read(tokens, path, app.id_of(7)) for path in ("user", "currencies", "contacts", "businesses")]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    wait = answers[-1].headers.get("retry-after")
    assert (wait is not None) is tells
    left = DAY - app.state()["clock"]["now"] % DAY
    app.advance(left)
    fresh = Tokens(app.refresh(tokens).json())
    assert app.read(fresh, "user").status_code == 200
    assert not tells or abs(int(wait or 0) - left) <= 1


def test_a_day_can_be_used_up_on_request(app: App, tokens: Tokens) -> None:
    app.control("faults", kind="day_limit_reached")
    assert app.read(tokens, "contacts", app.id_of(7)).status_code == 429
    assert app.read(tokens, "businesses").status_code == 429
    assert app.calls()["rejected_429"] == {"day": 2}
    app.advance(DAY)
    assert app.read(Tokens(app.refresh(tokens).json()), "businesses").status_code == 200


def test_tokens_are_not_counted(app: App, tokens: Tokens) -> None:
    app.control("limits", day=0)
    assert app.refresh(tokens).status_code == 200
