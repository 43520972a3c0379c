"""The result of a run, computed from the outcomes of its organisations, and what a person can do about each; pure."""

from collections.abc import Mapping

from contracts.words.causes import Cause
from contracts.words.runs import Outcome, Result, RunKind


def result_of(kind: RunKind, outcomes: Mapping[Outcome, int]) -> Result:
    """The result of a run that was not stopped: with failures when something that was asked for did not happen.

    In *Reconnect all*, connections that the login does not reach are no failure, because another login repairs them. It
    is a failure when the login reached nothing at all, and when a client chosen in *Reassign clients* did not move.
    """
    unmet = outcomes.get(Outcome.UNREACHABLE, 0) + outcomes.get(Outcome.CHANGED_MEANWHILE, 0)
    was_asked_for = kind is RunKind.REASSIGN_CLIENTS or unmet == sum(outcomes.values())
    troubled = outcomes.get(Outcome.FAILED, 0) + outcomes.get(Outcome.RETRYING, 0)
    return Result.COMPLETED_WITH_FAILURES if troubled or (unmet and was_asked_for) else Result.COMPLETED


def summary(outcomes: Mapping[Outcome, int]) -> str:
    """The report in one line, in the order of the outcomes: ``37 created · 1 already client · 2 failed``."""
    parts = [f"{outcomes[outcome]} {outcome.value.replace('_', ' ')}" for outcome in Outcome if outcomes.get(outcome)]
    return " · ".join(parts) or "There was nothing to do."


def next_step_of(outcome: Outcome | None, cause: Cause | None, *, makes_client: bool) -> str | None:
    """What a person can do about an organisation with this outcome and cause.

    A row that failed or was not reached is not tried again by itself, even where waiting would help. But the lists of a
    client that was made or linked belong to its connection, which the nightly check looks after.
    """
    if cause is None:
        return None
    if outcome is Outcome.FAILED and makes_client:
        return cause.next_step_until_the_night
    is_given_up = outcome in {Outcome.FAILED, Outcome.UNREACHABLE}
    return cause.next_step_when_given_up if is_given_up else cause.next_step
