"""How far a run is, in words."""

from datetime import UTC, datetime

import pytest

from contracts.runs import Outcome, RunKind, Stage
from models.run_progress import RunSnapshot
from starter.web.run_words import progress_of


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
        changed_at=None,
        paused_until=datetime(2026, 11, 26, 9, 31, tzinfo=UTC) if is_paused else None,
    )
    how_far = "Pulling standard information: 1,400 of 4,998 clients done."
    why = " The accounting software takes no more calls in this minute. It goes on by itself."
    assert progress_of(kind, snapshot).sentence == how_far + (why if is_paused else "")
