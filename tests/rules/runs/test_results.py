"""How a run has ended, told from what became of its organisations: a pure function."""

import pytest

from contracts.words.runs import Outcome, Result, RunKind
from rules.runs.run_results import result_of

FINE, TROUBLED = Result.COMPLETED, Result.COMPLETED_WITH_FAILURES


@pytest.mark.parametrize(
    ("kind", "outcomes", "expected"),
    [
        (RunKind.ADD_CLIENTS, {}, FINE),
        (RunKind.ADD_CLIENTS, {Outcome.CREATED: 3, Outcome.SKIPPED: 1, Outcome.ALREADY_CLIENT: 1}, FINE),
        (RunKind.ADD_CLIENTS, {Outcome.CREATED: 3, Outcome.FAILED: 1}, TROUBLED),
        (RunKind.ADD_CLIENTS, {Outcome.CREATED: 3, Outcome.RETRYING: 1}, TROUBLED),
        (RunKind.RECONNECT_ALL, {Outcome.REPAIRED: 2, Outcome.HEALTHY: 3, Outcome.UNREACHABLE: 4}, FINE),
        (RunKind.RECONNECT_ALL, {Outcome.HEALTHY: 3, Outcome.UNREACHABLE: 4}, FINE),
        (RunKind.RECONNECT_ALL, {Outcome.UNREACHABLE: 4}, TROUBLED),
        (RunKind.RECONNECT_ALL, {Outcome.REPAIRED: 2, Outcome.FAILED: 1}, TROUBLED),
        (RunKind.REASSIGN_CLIENTS, {Outcome.REASSIGNED: 4, Outcome.SKIPPED: 2}, FINE),
        (RunKind.REASSIGN_CLIENTS, {Outcome.REASSIGNED: 43, Outcome.UNREACHABLE: 6}, TROUBLED),
        (RunKind.REASSIGN_CLIENTS, {Outcome.REASSIGNED: 43, Outcome.CHANGED_MEANWHILE: 1}, TROUBLED),
    ],
)
def test_with_failures_when_what_was_asked_for_did_not_come_about(kind, outcomes, expected):
    assert result_of(kind, outcomes) is expected
