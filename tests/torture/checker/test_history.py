"""What the judge says of a log of changes: each broken promise is found, and what is allowed is not."""

from itertools import count
from typing import Any

import pytest

from torture.checker.findings import Books, Finding, Row
from torture.checker.history import judge
from torture.ledger import Ledger

NUMBERS = count(1)


def row(what: str, key: str, before: Any, after: Any, tx: str = "1", at: float = 100.0) -> Row:
    return {"id": next(NUMBERS), "at": at, "tx": tx, "what": what, "key": key, "before": before, "after": after}


def event(kind: str, tx: str = "1", **more: Any) -> Row:
    nobody = {"client_id": None, "connection_id": None, "run_id": None, "cause": None}
    return row("events", "1", None, {**nobody, "kind": kind, **more}, tx)


def run(before: str, after: str, tx: str = "1", *, was: str | None = None, result: str | None = None) -> Row:
    return row("runs", "run-1", {"stage": before, "result": was}, {"stage": after, "result": result}, tx)


def outcome(before: str | None, after: str | None, tx: str = "1") -> Row:
    whose = {"client_id": None}
    return row("run_organisations", "run-1 org", {"outcome": before, **whose}, {"outcome": after, **whose}, tx)


def tokens(generation: int, text: str, status: str = "active", at: float = 100.0, tx: str = "1", **more: Any) -> Row:
    before = {"generation": 1, "tokens": "a", "status": "active", "account_key": "person"}
    after = {"generation": generation, "tokens": text, "status": status, "account_key": "person", **more}
    return row("grants", "login", before, after, tx, at)


def judged(*log: Row, ledger: Ledger | None = None) -> list[Finding]:
    told = [one["after"] for one in log if one["what"] == "events"]
    books = Books((), (), (), (), (), (), told, (), log, 0.0)
    return list(judge(books, ledger or Ledger()))


FINISHED = event("run.finished", run_id="run-1")


@pytest.mark.parametrize(
    ("rule", "log"),
    [
        ("a stage goes back", [run("pulling", "creating")]),
        ("a stage goes back", [run("finished", "awaiting_selection", was="cancelled", result="cancelled")]),
        ("an end has one event", [run("pulling", "finished", result="completed")]),
        ("an end has one event", [run("pulling", "finished", result="completed"), FINISHED, FINISHED]),
        ("an end happens once", [run("finished", "finished", was="cancelled", result="completed")]),
        ("an outcome stays", [outcome("created", "failed")]),
        ("an outcome stays", [outcome("failed", None)]),
        ("an effect and its record are one", [row("clients", "client", None, {"owner_id": "x"})]),
        ("one refresh at a time", [tokens(3, "b")]),
        ("one refresh at a time", [tokens(1, "a", took_over=True)]),
        ("every status has an event", [tokens(1, "a", "signed_out")]),
        ("no login is lost", [tokens(1, "a", "signed_out"), event("grant.signed_out")]),
    ],
)
def test_a_broken_promise_is_found(rule: str, log: list[Row]):
    assert rule in {finding.rule for finding in judged(*log)}


@pytest.mark.parametrize(
    "log",
    [
        [
            run("awaiting_consent", "listing"),
            run("listing", "awaiting_selection"),
            run("awaiting_selection", "listing"),
        ],
        [run("pulling", "finished", result="completed"), FINISHED],
        [run("finished", "creating", was="completed_with_failures"), outcome("failed", None)],
        [run("finished", "finished", was="completed_with_failures", result="completed")],
        [outcome(None, "retrying"), outcome("retrying", "created"), outcome("failed", "created")],
        [tokens(2, "b"), tokens(1, "b"), tokens(1, "a", took_over=False)],
        [tokens(1, "a", "signed_out"), event("grant.ended")],
    ],
)
def test_what_is_allowed_is_not(log: list[Row]):
    assert judged(*log) == []


def test_a_client_that_is_made_whole():
    made = [
        row("clients", "client", None, {"owner_id": "x"}),
        row(
            "connections", "c", None, {"client_id": "client", "is_current": True, "status": "connected", "cause": None}
        ),
        row("run_organisations", "run-1 org", None, {"client_id": "client", "outcome": None}),
        event("client.created", client_id="client"),
    ]
    assert judged(*made) == []
    apart = [*made[:1], *(one | {"tx": "2"} for one in made[1:])]
    assert [finding.rule for finding in judged(*apart)] == ["an effect and its record are one"]


def test_a_status_that_nobody_tells():
    before = {"client_id": "client", "is_current": True, "status": "connected", "cause": None}
    change = row("connections", "c", before, before | {"cause": "rate_limited"})
    assert [finding.rule for finding in judged(change)] == ["every status has an event"]
    assert judged(change, event("connection.trouble", connection_id="c")) == []
    assert judged(row("connections", "c", before, before | {"is_current": False, "status": "disconnected"})) == []


def test_a_login_that_was_ended_at_the_platform_is_not_lost():
    log = [tokens(2, "b", at=100.0), tokens(1, "a", "signed_out", at=200.0, tx="2"), event("grant.signed_out", "2")]
    assert judged(*log)
    assert judged(*log, ledger=Ledger(revoked={"person": [150.0]})) == []
    assert judged(*log, ledger=Ledger(lost_consents={"person": [150.0]})) == []
    assert judged(*log, ledger=Ledger(revoked={"person": [50.0], "other": [150.0]})), "it was renewed since"
