"""How a run ended, in one sentence, and what comes next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from contracts.words.runs import Outcome, Result, RunKind
from rules.runs.endings import STUCK, LackingList, NextStep, ending_of

ADD, RECONNECT, REASSIGN = RunKind.ADD_CLIENTS, RunKind.RECONNECT_ALL, RunKind.REASSIGN_CLIENTS
WELL, UNWELL = Result.COMPLETED, Result.COMPLETED_WITH_FAILURES
NOTHING_DONE = "Nothing was chosen, so nothing was changed."


@pytest.mark.parametrize(
    ("kind", "outcomes", "sentence"),
    [
        (ADD, {"created": 1}, "1 client is added, with its standard information."),
        (
            ADD,
            {"created": 1_300, "linked": 2, "skipped": 9},
            "All 1,302 clients are added, with their standard information.",
        ),
        (
            ADD,
            {"created": 58, "failed": 2, "skipped": 9},
            "58 of 60 clients are added, with their standard information; 2 need another step.",
        ),
        (
            ADD,
            {"linked": 1, "failed": 1, "retrying": 1},
            (
                "1 of 3 clients is added, with its standard information; 1 needs another step and 1 is tried again "
                "automatically."
            ),
        ),
        (ADD, {"retrying": 3}, "None of the 3 clients is complete yet; 3 are tried again automatically."),
        (ADD, {"failed": 1}, "The client is not complete yet; it needs another step."),
        (ADD, {"already_client": 12}, "All 12 organisations are your clients already: nothing was changed."),
        (ADD, {"already_client": 1}, "It is your client already: nothing was changed."),
        (ADD, {"already_client": 3, "skipped": 4}, NOTHING_DONE),
        (ADD, {}, NOTHING_DONE),
        (
            RECONNECT,
            {"repaired": 58, "unreachable": 1, "failed": 1, "healthy": 400},
            "58 of 60 clients are connected again; 2 need another step.",
        ),
        (RECONNECT, {"repaired": 2}, "Both clients are connected again."),
        (RECONNECT, {"repaired": 60}, "All 60 clients are connected again."),
        (RECONNECT, {"repaired": 1, "healthy": 3}, "1 client is connected again."),
        (RECONNECT, {"unreachable": 2}, "Neither of the 2 clients is connected again yet; 2 need another step."),
        (RECONNECT, {"unreachable": 1}, "The client is not connected again yet; it needs another step."),
        (RECONNECT, {"healthy": 60}, "All 60 connections work: there was nothing to repair."),
        (RECONNECT, {"healthy": 1}, "The connection works: there was nothing to repair."),
        (RECONNECT, {}, "There was nothing to repair."),
        (REASSIGN, {"reassigned": 1, "skipped": 3}, "1 client is yours now."),
        (REASSIGN, {"reassigned": 3}, "All 3 clients are yours now."),
        (
            REASSIGN,
            {"reassigned": 2, "unreachable": 1, "changed_meanwhile": 1},
            "2 of 4 clients are yours now; 2 stay where they were.",
        ),
        (REASSIGN, {"failed": 1}, "The client is not yours yet; it stays where it was."),
        (REASSIGN, {"skipped": 5}, NOTHING_DONE),
    ],
)
def test_one_sentence_says_what_happened(kind: RunKind, outcomes: dict[str, int], sentence: str):
    told = ending_of(kind, WELL, {Outcome(outcome): count for outcome, count in outcomes.items()})
    assert told.sentence == sentence


@pytest.mark.parametrize(
    ("outcomes", "sentence"),
    [
        ({Outcome.REASSIGNED: 3}, "All 3 clients belong to Bea Quay now."),
        ({Outcome.REASSIGNED: 1, Outcome.FAILED: 2}, "1 of 3 clients belongs to Bea Quay now; 2 stay where they were."),
        ({Outcome.UNREACHABLE: 1}, "The client does not belong to Bea Quay yet; it stays where it was."),
        ({Outcome.UNREACHABLE: 2}, "Neither of the 2 clients belongs to Bea Quay yet; 2 stay where they were."),
    ],
)
def test_a_hand_over_names_who_has_the_clients_now(outcomes: dict[Outcome, int], sentence: str):
    assert ending_of(REASSIGN, UNWELL, outcomes, taker="Bea Quay").sentence == sentence


@pytest.mark.parametrize(
    ("kind", "outcomes", "sentence"),
    [
        (ADD, {Outcome.CREATED: 20, Outcome.SKIPPED: 20}, "The run ended early: 20 clients are added."),
        (ADD, {Outcome.CREATED: 1, Outcome.FAILED: 2}, "The run ended early: 1 client is added, 2 need another step."),
        (RECONNECT, {Outcome.REPAIRED: 12, Outcome.SKIPPED: 3}, "The run ended early: 12 clients are connected again."),
        (ADD, {Outcome.SKIPPED: 40}, "Nobody chose in time. Nothing was changed."),
    ],
)
def test_a_run_that_ended_early_promises_nothing(kind: RunKind, outcomes: dict[Outcome, int], sentence: str):
    message = "Nobody chose in time. Nothing was changed."
    assert ending_of(kind, Result.CANCELLED, outcomes, message=message).sentence == sentence


@pytest.mark.parametrize(
    ("kind", "outcomes", "causes", "step"),
    [
        (ADD, {Outcome.CREATED: 2}, [], NextStep.SEE_CLIENTS),
        (ADD, {Outcome.CREATED: 2, Outcome.RETRYING: 2}, [Cause.RATE_LIMITED], NextStep.SEE_CLIENTS),
        (ADD, {Outcome.FAILED: 2}, [Cause.PROVIDER_UNAVAILABLE, None], NextStep.RETRY),
        (ADD, {Outcome.FAILED: 2}, [Cause.PROVIDER_UNAVAILABLE, Cause.ACCESS_LOST], NextStep.SEE_STUCK),
        (RECONNECT, {Outcome.FAILED: 2}, [Cause.PROVIDER_UNAVAILABLE], NextStep.SEE_STUCK),
        (RECONNECT, {Outcome.REPAIRED: 2, Outcome.UNREACHABLE: 1}, [None], NextStep.SEE_STUCK),
        (REASSIGN, {Outcome.CHANGED_MEANWHILE: 1}, [None], NextStep.SEE_STUCK),
        (REASSIGN, {Outcome.REASSIGNED: 1}, [], NextStep.SEE_CLIENTS),
    ],
)
def test_one_step_is_sensible_next(
    kind: RunKind, outcomes: dict[Outcome, int], causes: list[Cause | None], step: NextStep
):
    assert ending_of(kind, UNWELL, outcomes, causes=causes).step is step


ROLE, PLAN = Cause.ROLE_TOO_LOW, Cause.NOT_ON_PLAN


@pytest.mark.parametrize(
    ("outcomes", "lacking", "sentence"),
    [
        (
            {"created": 1},
            [LackingList(ListName.BANK_ACCOUNTS, ROLE, 1)],
            "1 client is added, with its standard information but for bank accounts (the login's role is too low).",
        ),
        (
            {"created": 4, "linked": 1, "failed": 1},
            [LackingList(ListName.TRACKING_CATEGORIES, PLAN, 1_200)],
            (
                "5 of 6 clients are added, with their standard information but for tracking categories of 1,200 (not "
                "on this plan); 1 needs another step."
            ),
        ),
        (
            {"created": 5},
            [
                LackingList(ListName.ACCOUNTS, ROLE, 2),
                LackingList(ListName.BANK_ACCOUNTS, ROLE, 2),
                LackingList(ListName.ITEMS, ROLE, 1),
                LackingList(ListName.TRACKING_CATEGORIES, PLAN, 1),
            ],
            (
                "All 5 clients are added, with their standard information but for chart of accounts of 2, bank "
                "accounts of 2 and items of 1 (the login's role is too low) and tracking categories of 1 "
                "(not on this plan)."
            ),
        ),
    ],
)
def test_what_plan_or_role_does_not_offer_is_not_said_to_be_there(
    outcomes: dict[str, int], lacking: list[LackingList], sentence: str
) -> None:
    counted = {Outcome(name): count for name, count in outcomes.items()}
    assert ending_of(ADD, WELL, counted, lacking=lacking).sentence == sentence


@given(
    st.sampled_from([ADD, RECONNECT, REASSIGN]),
    st.sampled_from(Result),
    st.dictionaries(st.sampled_from(Outcome), st.integers(0, 12), max_size=5),
)
def test_what_needs_somebody_is_counted_and_shown(kind: RunKind, result: Result, outcomes: dict[Outcome, int]):
    ending = ending_of(kind, result, outcomes)
    stuck = sum(outcomes.get(one, 0) for one in STUCK)
    assert ending.stuck == stuck
    assert (ending.step is NextStep.SEE_CLIENTS) == (stuck == 0)
    assert ending.sentence.endswith(".")
    if outcomes.get(Outcome.RETRYING):
        assert "tried again" in ending.sentence
