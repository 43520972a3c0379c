"""All four call limits, on the stopped clock."""

import pytest

from tests.emulators.xero.client import App, Tokens, bearer
from tests.emulators.xero.wire import open_call, until

pytestmark = pytest.mark.thorough


@pytest.fixture
def noon(app: App) -> None:
    """Stop the clock 20 seconds into a minute, before tokens are given out that would end."""
    now = app.control("clock", stopped=True)["now"]
    assert isinstance(now, float)
    app.control("clock", advance_seconds=60 - now % 60 + 20)


def refused(app: App, tokens: Tokens, tenant: str) -> dict[str, str]:
    answer = app.read(tokens, tenant, "Currencies")
    assert answer.status_code == 429
    return {name: answer.headers[name] for name in ("x-rate-limit-problem", "retry-after") if name in answer.headers}


@pytest.mark.usefixtures("noon")
def test_sixty_calls_a_minute_and_a_fixed_window(app: App, tokens: Tokens, tenant: str) -> None:
    left = [int(app.read(tokens, tenant, "Currencies").headers["x-minlimit-remaining"]) for _ in range(60)]
    assert left == list(range(59, -1, -1))
    wait = refused(app, tokens, tenant)
    assert wait["x-rate-limit-problem"] == "minute"
    assert 39 <= int(wait["retry-after"]) <= 41
    other = next(row for row in app.tenants(tokens) if row != tenant)
    assert app.read(tokens, other, "Currencies").status_code == 200, "another organisation has its own window"
    app.control("clock", advance_seconds=int(wait["retry-after"]))
    assert app.read(tokens, tenant, "Currencies").headers["x-minlimit-remaining"] == "59"


@pytest.mark.usefixtures("noon")
def test_calls_a_day_whose_end_only_retry_after_tells(app: App, tokens: Tokens, tenant: str) -> None:
    app.control("limits", day=0)
    app.control("clock", advance_seconds=int(refused(app, tokens, tenant)["retry-after"]))
    tokens = Tokens(app.refresh(tokens.refresh).json())
    app.control("limits", day=2)
    assert app.read(tokens, tenant, "Currencies").headers["x-daylimit-remaining"] == "1"
    assert app.read(tokens, tenant, "Currencies").headers["x-daylimit-remaining"] == "0"
    wait = refused(app, tokens, tenant)
    assert (wait["x-rate-limit-problem"], wait["retry-after"]) == ("day", "86400")
    now = app.control("clock")["now"]
    assert isinstance(now, float)
    app.control("clock", advance_seconds=86_400 - now % 86_400)
    tokens = Tokens(app.refresh(tokens.refresh).json())
    still = int(refused(app, tokens, tenant)["retry-after"])  # midnight UTC has ended nothing
    assert still == 86_400 - (86_400 - now % 86_400)
    app.control("clock", advance_seconds=still)
    tokens = Tokens(app.refresh(tokens.refresh).json())
    assert app.read(tokens, tenant, "Currencies").status_code == 200


def test_organisations_have_days_of_their_own(app: App, tokens: Tokens) -> None:
    app.control("clock", stopped=True)
    app.control("limits", day=0)
    waits = {refused(app, tokens, tenant)["retry-after"] for tenant in app.tenants(tokens)[:5]}
    assert len(waits) == 5


@pytest.mark.usefixtures("noon")
def test_calls_a_minute_of_the_whole_app(app: App, tokens: Tokens, tenant: str) -> None:
    app.control("limits", app_minute=2)
    assert app.connections(tokens).headers["x-appminlimit-remaining"] == "1"
    assert app.read(tokens, tenant, "Currencies").headers["x-appminlimit-remaining"] == "0"
    assert refused(app, tokens, tenant)["x-rate-limit-problem"] == "appminute"
    answer = app.http.get("/connections", headers=bearer(tokens))
    assert (answer.status_code, answer.headers["x-rate-limit-problem"]) == (429, "appminute")


def test_five_at_once(app: App, address: str, tokens: Tokens, tenant: str) -> None:
    app.control("faults", kind="timeout", path="Organisation", times=5)
    held = [open_call(address, tokens, tenant) for _ in range(5)]
    try:
        until(lambda: app.calls()["peak_concurrency_by_organisation"].get(tenant) == 5)
        assert refused(app, tokens, tenant) == {"x-rate-limit-problem": "concurrent"}
        other = next(row for row in app.tenants(tokens) if row != tenant)
        assert app.read(tokens, other, "Currencies").status_code == 200
    finally:
        for call in held:
            call.close()
    until(lambda: app.read(tokens, tenant, "Currencies").status_code == 200, tries=50)
    assert app.calls()["rejected_429"]["concurrent"] >= 1


def test_limits_can_be_lifted(app: App, tokens: Tokens, tenant: str) -> None:
    app.control("limits", enforced=False)
    assert {app.read(tokens, tenant, "Currencies").status_code for _ in range(70)} == {200}
    answer = app.read(tokens, tenant, "Currencies")
    assert answer.headers["x-minlimit-remaining"] == "60"
