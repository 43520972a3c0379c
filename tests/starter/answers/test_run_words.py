"""How far a run is, in words."""

from datetime import UTC, datetime

import pytest

from contracts.words.runs import Outcome, RunKind, Stage
from models.runs.progress import RunSnapshot
from starter.answers.run_words import progress_of


@pytest.mark.parametrize("kind", [RunKind.ADD_CLIENTS, RunKind.RECONNECT_ALL])
@pytest.mark.parametrize("is_paused", [True, False])
def test_a_run_that_waits_for_the_next_minute_says_so(kind: RunKind, *, is_paused: bool) -> None:
    snapshot = RunSnapshot(
        run_id="a-run",
        stage=Stage.PULLING,
        result=None,
        message=None,
        total=5000,
        profiles_read=5000,
        chosen=4998,
        with_client=4998,
        counts={Outcome.CREATED: 1400, Outcome.SKIPPED: 2},
        next_try_at=None,
        put_off=0,
        changed_at=None,
        paused_until=datetime(2026, 11, 26, 9, 31, tzinfo=UTC) if is_paused else None,
    )
    how_far = "Pulling standard information: 1,400 of 4,998 clients done."
    why = " Waiting for the accounting software's limit of this minute. It goes on by itself."
    assert progress_of(kind, snapshot).sentence == how_far + (why if is_paused else "")


@pytest.mark.parametrize(("moved", "put_off"), [(11, 1), (9, 3), (9, 2)])
def test_moves_that_wait_for_calls_are_said_once_nothing_else_moves(moved: int, put_off: int) -> None:
    again = datetime(2026, 11, 27, 9, 31, tzinfo=UTC)
    snapshot = RunSnapshot(
        run_id="a-run",
        stage=Stage.REASSIGNING,
        result=None,
        message=None,
        total=14,
        profiles_read=0,
        chosen=12,
        with_client=14,
        counts={Outcome.REASSIGNED: moved, Outcome.SKIPPED: 2},
        next_try_at=again,
        put_off=put_off,
        changed_at=None,
        paused_until=None,
    )
    progress = progress_of(RunKind.REASSIGN_CLIENTS, snapshot)
    which = {1: "this client", 3: "these clients"}.get(put_off)
    why = f" Waiting for the accounting software's limit for {which}. It goes on by itself as soon as that allows it."
    assert progress.sentence == f"Moving clients: {moved} of 12 clients done.{why if which else ''}"
    assert progress.next_try_at == (again if which else None)


@pytest.mark.parametrize(
    ("wrong", "tried", "said"),
    [
        (0, 0, "42 of 60 clients done."),
        (2, 0, "40 of 60 clients done; 2 not done."),
        (0, 1, "41 of 60 clients done; 1 still being tried."),
        (2, 3, "37 of 60 clients done; 2 not done and 3 still being tried."),
    ],
)
def test_what_failed_is_not_said_to_be_done(wrong: int, tried: int, said: str) -> None:
    counts = {
        Outcome.CREATED: 42 - wrong - tried,
        Outcome.FAILED: wrong,
        Outcome.RETRYING: tried,
        Outcome.UNREACHABLE: 5,  # of the list, and of nothing that was to be worked on
    }
    snapshot = RunSnapshot(
        "a-run", Stage.PULLING, None, None, 65, 65, 60, 60, counts, None, 0, None, None, (), wrong, tried
    )
    progress = progress_of(RunKind.ADD_CLIENTS, snapshot)
    assert progress.sentence == f"Pulling standard information: {said}"
    assert progress.settled == 42


def test_what_works_already_is_no_work_of_the_run() -> None:
    counts = {Outcome.HEALTHY: 27, Outcome.REPAIRED: 1, Outcome.UNREACHABLE: 1}
    snapshot = RunSnapshot(
        run_id="a-run",
        stage=Stage.REPAIRING,
        result=None,
        message=None,
        total=30,
        profiles_read=0,
        chosen=30,
        with_client=30,
        counts=counts,
        next_try_at=None,
        put_off=0,
        changed_at=None,
        paused_until=None,
        gone_wrong=1,
    )
    progress = progress_of(RunKind.RECONNECT_ALL, snapshot)
    assert progress.sentence == "Repairing connections: 1 of 3 clients done; 1 not done."
    assert progress.counts[Outcome.HEALTHY] == 27


def test_a_hand_over_lists_nobody_s_login() -> None:
    snapshot = RunSnapshot("a-run", Stage.LISTING, None, None, 0, 0, 0, 0, {}, None, 0, None, None)
    kind = RunKind.REASSIGN_CLIENTS
    assert progress_of(kind, snapshot).sentence == "Listing the clients that your login can take over."
    assert progress_of(kind, snapshot, is_hand_over=True).sentence == "Listing the clients to hand over."
