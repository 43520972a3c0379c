"""What support staff read: plain words, totals that add up, and how to act."""

from datetime import UTC, datetime

import pytest

from contracts.causes import Cause
from contracts.runs import Outcome, Stage, Verdict
from contracts.sync_client import Trouble
from workflows import briefing


@pytest.mark.parametrize(
    "stage",
    [Stage.AWAITING_CONSENT, Stage.LISTING, Stage.AWAITING_SELECTION, Stage.CREATING, Stage.PULLING, Stage.FINISHED],
)
def test_every_stage_says_what_to_do(stage):
    heading, advice = briefing.run_details(stage, {}, {}, {}, []).split("\n\n")
    assert heading == f"### {stage.value.replace('_', ' ').capitalize()}"
    assert len(advice) > 20


def test_counts_add_up_and_causes_say_what_to_do():
    details = briefing.run_details(
        Stage.FINISHED,
        {Verdict.NEW: 3, Verdict.ALREADY_CLIENT: 1},
        {Outcome.CREATED: 2, Outcome.FAILED: 1, Outcome.ALREADY_CLIENT: 1},
        {Cause.ACCESS_LOST: 1},
        ["A notice."],
    )
    assert details.count("| **All** | **4** |") == 2
    assert "| Already client | 1 |" in details
    assert Cause.ACCESS_LOST.next_step in details
    assert "- A notice." in details


def test_only_the_last_notices_are_shown():
    notices = [f"notice {number}" for number in range(50)]
    details = briefing.run_details(Stage.PULLING, {}, {}, {}, notices)
    assert "notice 49" in details
    assert "notice 40" not in details


def test_a_client_in_trouble_shows_its_cause_and_its_next_try():
    at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    details = briefing.sync_details("Handed over.", Trouble(cause=Cause.RATE_LIMITED, detail="day limit"), 2, at)
    assert details.startswith("### Rate limited")
    assert "2026-11-24 09:30:00 UTC" in details
    assert "`retry_now`" in details
    assert "day limit" in details
