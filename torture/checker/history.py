"""Judges the log of changes that the database wrote: every change of state, and what else its transaction changed.

Stages go forward, a run ends once and with its event, an outcome stays, and each change of state has its event in the
same transaction.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator

from torture.checker.findings import Books, Finding, Row
from torture.ledger import Ledger

_ORDER = {
    "awaiting_consent": 0,
    "listing": 1,
    "awaiting_selection": 1,
    "creating": 2,
    "repairing": 2,
    "reassigning": 2,
    "pulling": 3,
    "awaiting_confirmation": 4,
    "finished": 5,
}
_SETTLED = {"created", "linked", "repaired", "healthy", "reassigned", "already_client", "skipped", "unreachable"}
"""Outcomes that stay."""

_SLACK = 2.0
"""Seconds by which the platform's clock and the database's may see one thing at different moments."""


def judge(books: Books, ledger: Ledger) -> Iterator[Finding]:
    """Everything that the log shows to be wrong."""
    by_transaction: dict[str, list[Row]] = defaultdict(list)
    for row in books.log:
        by_transaction[row["tx"]].append(row)
    yield from _ends(books)
    for row in books.log:
        beside = by_transaction[row["tx"]]
        match row["what"]:
            case "runs":
                yield from _stage(row, beside)
            case "run_organisations":
                yield from _outcome(row, beside)
            case "clients":
                yield from _client(row, beside)
            case "connections":
                yield from _connection(row, beside)
            case "grants":
                yield from _tokens(row, beside)
    yield from _logins(books, ledger)


def _stage(row: Row, beside: list[Row]) -> Iterator[Finding]:
    if row["before"] is None:
        return
    before, after = row["before"]["stage"], row["after"]["stage"]
    is_reopened = before == "finished" and after == "creating" and row["after"]["result"] is None
    if before != after and not is_reopened and (_ORDER[after] < _ORDER[before] or before == "finished"):
        yield Finding("a stage goes back", row["key"], f"from {before} to {after}")
    if before != after and after == "finished":
        told = [one for one in _events(beside, "run.finished") if one["after"]["run_id"] == row["key"]]
        if len(told) != 1:
            yield Finding("an end has one event", row["key"], f"{len(told)} in the transaction that ended it")
    results = {row["before"]["result"], row["after"]["result"]}
    if before == after and len(results) > 1 and not results <= {"completed", "completed_with_failures"}:
        yield Finding("an end happens once", row["key"], f"{row['before']['result']} became {row['after']['result']}")


def _ends(books: Books) -> Iterator[Finding]:
    ends = Counter(
        row["key"]
        for row in books.log
        if row["what"] == "runs" and row["after"]["stage"] == "finished" != (row["before"] or {}).get("stage")
    )
    told = Counter(row["run_id"] for row in books.events if row["kind"] == "run.finished")
    for run in {*ends, *told}:
        if ends[run] != told[run]:
            yield Finding("an end has one event", run, f"{ends[run]} ends, {told[run]} events")


def _outcome(row: Row, beside: list[Row]) -> Iterator[Finding]:
    before, after = (row["before"] or {}).get("outcome"), row["after"]["outcome"]
    if before == after or before is None:
        return
    if before in _SETTLED or (after is None and not _reopened(beside, row["key"].partition(" ")[0])):
        yield Finding("an outcome stays", row["key"], f"{before} became {after}")


def _reopened(beside: list[Row], run_id: str) -> bool:
    return any(one["what"] == "runs" and one["key"] == run_id and one["after"]["stage"] == "creating" for one in beside)


def _client(row: Row, beside: list[Row]) -> Iterator[Finding]:
    if row["before"] is not None:
        return
    client = row["key"]
    whole = {
        "connection": any(one["what"] == "connections" and one["after"]["client_id"] == client for one in beside),
        "event": any(one["after"]["client_id"] == client for one in _events(beside, "client.created")),
        "row of the run": any(
            one["what"] == "run_organisations" and one["after"]["client_id"] == client for one in beside
        ),
    }
    if missing := [name for name, is_there in whole.items() if not is_there]:
        yield Finding("an effect and its record are one", f"client {client}", f"made without its {', '.join(missing)}")


def _connection(row: Row, beside: list[Row]) -> Iterator[Finding]:
    before, after = row["before"], row["after"]
    if not after["is_current"] or (before and all(before[name] == after[name] for name in ("status", "cause"))):
        return
    told = [
        one for one in beside if one["what"] == "events" and one["after"]["kind"].startswith(("connection.", "client."))
    ]
    if not any(
        row["key"] == one["after"]["connection_id"] or after["client_id"] == one["after"]["client_id"] for one in told
    ):
        was = f"{before['status']}/{before['cause']}" if before else "nothing"
        what = f"{was} became {after['status']}/{after['cause']} without a word"
        yield Finding("every status has an event", f"connection {row['key']}", what)


def _tokens(row: Row, beside: list[Row]) -> Iterator[Finding]:
    before, after = row["before"], row["after"]
    if before is None:
        return
    if after.get("took_over"):
        yield Finding("one refresh at a time", f"login {row['key']}", "its lease was taken from whoever had it")
    # With the same number: a spare for a set that is there already, since somebody stood still for a whole lease.
    if before["tokens"] != after["tokens"] and after["generation"] - before["generation"] not in {0, 1}:
        what = f"token set {after['generation']} was put in the place of {before['generation']}"
        yield Finding("one refresh at a time", f"login {row['key']}", what)
    if before["status"] != after["status"] and not any(
        one["what"] == "events" and one["after"]["kind"].startswith("grant.") for one in beside
    ):
        what = f"{before['status']} became {after['status']} without a word"
        yield Finding("every status has an event", f"login {row['key']}", what)


def _logins(books: Books, ledger: Ledger) -> Iterator[Finding]:
    """Logins that were signed out although nobody ended them at the stand-in and no newer sign-in got lost."""
    newest: dict[str, float] = {}
    ended = {row["tx"] for row in books.log if row["what"] == "events" and row["after"]["kind"] == "grant.ended"}
    for row in books.log:
        if row["what"] != "grants":
            continue
        before, after = row["before"], row["after"]
        if before is None or before["tokens"] != after["tokens"]:
            newest[row["key"]] = row["at"]
        if before and (before["status"], after["status"]) == ("active", "signed_out") and row["tx"] not in ended:
            person, since = after["account_key"], newest.get(row["key"], 0.0) - _SLACK
            # A revocation that met the platform while the token set was being stored counts, too.
            known = [*ledger.revoked.get(person, ()), *ledger.lost_consents.get(person, ())]
            if not any(since <= moment <= row["at"] + _SLACK for moment in known):
                what = f"signed out {row['at'] - newest.get(row['key'], 0.0):.1f} s after its last token set"
                yield Finding("no login is lost", f"login {row['key']} of {person}", what)


def _events(beside: list[Row], kind: str) -> Iterator[Row]:
    return (one for one in beside if one["what"] == "events" and one["after"]["kind"] == kind)
