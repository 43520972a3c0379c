"""Call limits of each company, and the month's count of the whole app."""

import pytest

from tests.emulators.quickbooks.client import App, Tokens, refused

pytestmark = pytest.mark.thorough


def test_a_company_has_ten_calls_a_second_and_another_has_its_own(app: App, large: Tokens, own: Tokens) -> None:
    app.control("limits", enforced=True)
    assert app.state()["limits"] == {"minute": 500, "second": 10}
    assert [app.read(large, "preferences").status_code for _ in range(11)] == [200] * 10 + [429]
    assert app.read(own, "preferences").status_code == 200
    app.advance(1)
    assert app.read(large, "preferences").status_code == 200
    assert app.calls()["rejected_429"] == {"second": 1}


def test_a_minutes_calls_are_counted_and_the_wait_may_be_told(app: App, large: Tokens) -> None:
    app.control("limits", enforced=True, minute=3)
    app.control("settings", tells_wait=True)
    answers = [app.read(large, "preferences") for _ in range(4)]
    assert refused(answers[3]) == (429, "3001")
    assert answers[3].headers["retry-after"] == "60"
    told = answers[3].json()["fault"]
    assert told["error"][0]["message"] == "message=ThrottleExceeded; errorCode=003001; statusCode=429"
    assert told["type"] == "SERVICE"


def test_a_429_may_be_in_xml(app: App, large: Tokens) -> None:
    app.control("limits", enforced=True, minute=0)
    app.control("settings", throttled_in_xml=True)
    assert app.read(large, "preferences").text.startswith("<?xml")


def test_reads_that_succeed_are_metered_for_all_companies_together(app: App, large: Tokens, own: Tokens) -> None:
    app.read(large, "preferences")
    app.query(own, "SELECT * FROM Account")
    app.query(own, "SELECT * FROM Nonsense")
    app.refresh(own.refresh)
    assert app.metered() == 2


def test_the_months_budget_stops_every_company_until_the_next(app: App, large: Tokens, own: Tokens) -> None:
    app.control("settings", month_budget=2)
    app.read(large, "preferences")
    app.read(own, "preferences")
    for tokens in (large, own):
        answer = app.read(tokens, "preferences")
        assert refused(answer) == (429, "3001")
        assert "month" in answer.json()["fault"]["error"][0]["detail"]
    assert app.calls()["rejected_429"] == {"month": 2}
    app.advance(32 * 86_400)
    assert app.read(app.connect(own.realm), "preferences").status_code == 200
    assert len(app.http.get("/sandbox/api/meter").json()["by_month"]) == 2


def test_the_month_may_be_over_before_its_time(app: App, large: Tokens) -> None:
    app.fault("month_limit_reached", times=1)
    assert refused(app.read(large, "preferences")) == (429, "3001")
    assert refused(app.read(large, "preferences")) == (429, "3001")
    assert app.refresh(large.refresh).status_code == 200, "tokens are free"
