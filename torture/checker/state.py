"""Judges the tables after the calm: nothing is doubled, nothing is open, nothing is without a reason."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from torture.checker.findings import Books, Finding, Row
from torture.ledger import Ledger

_IN_ORDER = (
    *("created", "linked", "already_client", "failed", "retrying", "skipped"),
    *("repaired", "healthy", "unreachable", "reassigned", "changed_meanwhile"),
)
_SIGN_IN_HELPS = {
    *("signed_out", "access_lost", "disconnected_at_provider", "permission_missing", "role_too_low"),
    "wrong_organisation",
}
_PASSES = {"rate_limited", "provider_unavailable", "app_refused", "our_outage", "unknown", "too_many_records", None}


def judge(books: Books, ledger: Ledger) -> Iterator[Finding]:
    """Everything that the tables show to be wrong."""
    yield from _one_each(books)
    yield from _runs(books)
    yield from _statuses(books)
    yield from _unknown(books, ledger)
    yield from _promises(books, ledger)


def _one_each(books: Books) -> Iterator[Finding]:
    pairs = Counter((row["practice_id"], row["provider"], row["organisation_id"]) for row in books.connections)
    for pair, times in pairs.items():
        if times > 1:
            yield Finding("one client each", f"organisation {pair[2]}", f"{times} connections of one practice")
    current = Counter(row["client_id"] for row in books.connections if row["is_current"])
    for client in books.clients:
        if current[client["id"]] != 1:
            yield Finding("one client each", f"client {client['code']}", f"{current[client['id']]} current connections")
    for (_, code), times in Counter((row["practice_id"], row["code"]) for row in books.clients).items():
        if times > 1:
            yield Finding("one client each", f"code {code}", f"{times} clients")


def _runs(books: Books) -> Iterator[Finding]:
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in books.organisations:
        rows[row["run_id"]].append(row)
    limited = {row["id"]: row["limited"] or 0.0 for row in books.connections}
    for run in books.runs:
        if run["stage"] != "finished":
            yield Finding("nothing is stuck", run["id"], f"still {run['stage']}")
            continue
        listed = [row for row in rows[run["id"]] if run["kind"] != "reconnect-all" or row["connection_id"]]
        if open_rows := [row["name"] for row in listed if row["outcome"] is None]:
            yield Finding("one outcome each", run["id"], f"none for {', '.join(open_rows[:3])} ({len(open_rows)})")
        for row in listed:
            waits_rightly = row["cause"] == "rate_limited" and limited.get(row["connection_id"], 0.0) > books.now
            if row["outcome"] == "retrying" and not waits_rightly:
                yield Finding("nothing is stuck", f"{run['id']}: {row['name']}", f"still retrying ({row['cause']})")
        if run["kind"] in {"add-clients", "reconnect-all"} and str(run["result"]).startswith("completed"):
            counts = Counter(row["outcome"] for row in rows[run["id"]] if row["outcome"])
            yield from _told(run, counts)


def _told(run: Row, counts: Mapping[str, int]) -> Iterator[Finding]:
    parts = [f"{counts[name]} {name.replace('_', ' ')}" for name in _IN_ORDER if counts.get(name)]
    if parts and run["message"] != " · ".join(parts):
        yield Finding("every message is true", run["id"], f"{run['message']!r}, but there are {' · '.join(parts)}")
    has_trouble = any(counts.get(name) for name in ("failed", "retrying"))
    if has_trouble != (run["result"] == "completed_with_failures") and counts.get("unreachable", 0) < sum(
        counts.values()
    ):
        yield Finding("every message is true", run["id"], f"{run['result']}, with {dict(counts)}")


def _statuses(books: Books) -> Iterator[Finding]:
    for row in books.connections:
        status, cause = row["status"], row["cause"]
        fits = {
            "connected": cause in _PASSES or cause == "role_too_low",  # of a list, which leaves the others
            "needs_reconnect": cause in _SIGN_IN_HELPS,
            "needs_client": cause is not None and cause not in _SIGN_IN_HELPS | _PASSES,
        }.get(status, True)
        if not fits:
            yield Finding("every status is true", f"connection {row['id']}", f"{status} with {cause}")
        if row["leased"] and row["leased"] > books.now:
            what = f"still held by {row['pull_holder']} for {row['leased'] - books.now:.0f} s"
            yield Finding("nothing is stuck", f"connection {row['id']}", what)


def _unknown(books: Books, ledger: Ledger) -> Iterator[Finding]:
    """Rows with the cause ``unknown`` although the stand-in gave no answer that deserves it."""
    odd = ledger.met("precondition_failed")
    organisation = {row["id"]: row["organisation_id"] for row in books.connections}
    seen: list[tuple[str, Any]] = [
        *(
            (f"event {row['id']}", organisation.get(row["connection_id"]))
            for row in books.events
            if row["cause"] == "unknown"
        ),
        *((f"{row['run_id']}", row["organisation_id"]) for row in books.organisations if row["cause"] == "unknown"),
        *(
            (f"receipt {row['list_name']}", organisation[row["connection_id"]])
            for row in books.receipts
            if row["cause"] == "unknown"
        ),
        *(
            (f"connection {row['id']}", row["organisation_id"])
            for row in books.connections
            if row["cause"] == "unknown"
        ),
    ]
    for about, of in seen:
        if of not in odd:
            yield Finding("nothing known is called unknown", about, f"organisation {of}")


def _promises(books: Books, ledger: Ledger) -> Iterator[Finding]:
    runs = {row["id"]: row for row in books.runs}
    actions = {(row["run_id"], row["organisation_id"]): row for row in books.organisations}
    for chosen in ledger.chosen:
        for organisation in chosen.organisations:
            row = actions.get((chosen.run_id, organisation))
            if row is None or (row["action"] is None and row["outcome"] in {None, "skipped"}):
                yield Finding(
                    "what was accepted is done", chosen.run_id, f"{organisation} was chosen, and nobody knows"
                )
    for (colleague, key), found in ledger.keys.items():
        if len(found) > 1:
            yield Finding("nothing happens twice", f"{colleague}, key {key}", f"gave {len(found)} runs")
    for run_id in ledger.cancelled:
        if runs.get(run_id, {}).get("stage") != "finished":
            yield Finding("what was accepted is done", run_id, "was to be stopped, and is not")
    started = {run_id for found in ledger.keys.values() for run_id in found}
    for run_id in started - set(runs):
        yield Finding("nothing is lost", run_id, "was answered as started, and is not in the database")
