"""Decisions of the workflows, as pure functions: the same answer on every replay, and testable without a server."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from pydantic import ValidationError
from temporalio import exceptions, workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from contracts.payloads.check_connections import LoginToCheck
    from contracts.payloads.sync_client import BUSY, Trouble
    from contracts.words.causes import Cause
    from contracts.words.refusals import REFUSED, Refusal, RefusalCode
    from contracts.words.runs import Stage

from workflows.policies import (
    FIRST_ROUND_AFTER,
    FIRST_TRY_AFTER_HAND_OVER,
    GIVE_UP_AFTER,
    LAST_ROUND_WITHIN,
    LONGEST_BETWEEN_ROUNDS,
    LONGEST_BETWEEN_TRIES,
    LONGEST_MOVING,
    SOONEST_BETWEEN_TRIES,
)

PROFILES_AT_ONCE = 50
"""Organisations whose profiles one activity reads."""

FEWER_PROFILES_AT_ONCE = 25
"""The same in runs that began before ``LARGER_GROUPS``."""

CLIENTS_CREATED_AT_ONCE = 500
"""Clients made in one transaction: long enough to be cheap, short enough to hold the practice's row only briefly."""

PULL_LANES = 12
"""Groups of clients pulled at once by one run: as many as two worker processes take (``worker.GROUPS_AT_ONCE``)."""

FEWER_PULL_LANES = 8
"""The same in runs that began before ``MORE_LANES``."""

CLIENTS_PULLED_TOGETHER = 16
"""Clients that one activity pulls and one transaction stores."""

FEWER_CLIENTS_PULLED_TOGETHER = 8
"""The same in runs that began before ``LARGER_GROUPS``."""

LARGER_GROUPS = "larger-groups"
"""The patch by which runs under way keep the sizes that they began with."""

WIDENED = "widened"
"""The patch by which a client's own sync that is at work is told which lists are asked for, too."""

TIDIES_UP = "tidies-up"
"""Patch: the night ends with deleting what is kept no longer."""
LIMITS_WAITED_FOR = "limits-waited-for"
"""The patch by which a run that moves clients waits for those whose calls are used up, instead of giving them up."""

STOPPED_IS_TOLD = "stopped-is-told"
"""The patch by which a client's own sync that somebody stops tells the runs that wait for it."""

LAST_CHOICE = "last-choice"
"""The patch by which a choice or a confirmation in the last second is judged before the run expires, and none after."""

STORED_OR_OVER = "stored-or-over"
"""The patch by which a run that was never stored ends, instead of waiting for a sign-in that nobody was sent to."""

LAST_WISH = "last-wish"
"""The patch by which a sync that is told to retry while it notes its end does."""

SENDS_MAIL = "sends-mail"
"""The patch by which the look at lost work sends what is in the outbox too."""

ROUNDS_IN_ORDER = "rounds-in-order"
"""The patch by which each round of a night looks at each login once."""

MORE_LANES = "more-lanes"
"""The patch by which runs under way keep the number that they began with."""

LANES_OF_ONE = 64
"""Clients that one run pulls or reassigns at once, each by itself. More only lengthens the server's list of pending
activities, which it reads with each that ends."""

CHECK_LANES = 25
"""Logins looked at once by a check; each is a refresh and one call."""

REFRESH_LANES = 50
"""Clients refreshed at once by a check: the night has time, and people who wait come first."""

PAGE_OF_CLIENTS = 250
"""Clients fetched into the history at a time, about 50 kB."""


def windows(first: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    """Cut ``first`` (inclusive) to ``end`` (exclusive) into consecutive windows of at most ``size``."""
    for start in range(first, end, size):
        yield start, min(start + size, end)


def trouble_of(error: ActivityError) -> Trouble:
    """What went wrong in an activity, in our words.

    Args:
        error: A failed activity; not a cancelled one.

    Returns:
        The cause that the activity gave, also where its time then ran out; ``our_outage`` for a time-out alone, since a
        provider's silence is told by the activity long before; ``unknown`` for anything else.
    """
    cause = _last_word(error)
    if isinstance(cause, exceptions.TimeoutError):
        return Trouble(cause=Cause.OUR_OUTAGE, detail="no answer in time")
    if isinstance(cause, ApplicationError):
        if cause.details:
            try:
                return Trouble.model_validate(cause.details[0])
            except ValidationError:
                pass
        return Trouble(cause=Cause.UNKNOWN, detail=cause.type or "")
    return Trouble(cause=Cause.UNKNOWN)


def is_our_outage(error: ActivityError) -> bool:
    """Whether an activity told that something of our own was away: waited for, as long as it takes, and asked again."""
    cause = _last_word(error)
    return isinstance(cause, ApplicationError) and cause.type == Cause.OUR_OUTAGE.value


def _last_word(error: ActivityError) -> BaseException | None:
    """What the last try has said, if the time for tries ran out after it."""
    cause = error.cause
    if isinstance(cause, exceptions.TimeoutError) and isinstance(cause.cause, ApplicationError):
        return cause.cause
    return cause


def is_busy(error: ActivityError) -> bool:
    """Whether a pull was not done because another one was reading the same organisation."""
    return isinstance(error.cause, ApplicationError) and error.cause.type == BUSY


def refusal_of(error: ActivityError) -> Refusal | None:
    """The refusal that an activity answered with, if it did."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type == REFUSED and cause.details:
        return Refusal.model_validate(cause.details[0])
    return None


ENDING = Refusal(code=RefusalCode.WRONG_STAGE, message="This run is just ending. Start another one.")
"""Why nothing is taken any more once a run has begun to end."""


def refuse_selection(stage: Stage, *, is_chosen: bool, is_same: bool) -> Refusal | None:
    """Why a selection cannot be taken now, if it cannot; whether the list is whole by now, its activity tells.

    The list is open from the transaction that records it, which people see before this workflow hears of it.

    Args:
        stage: Where the run is.
        is_chosen: Whether the organisations are chosen already.
        is_same: Whether they were chosen by this very selection, which is then answered the same again.
    """
    if is_chosen and is_same:
        return None
    if is_chosen:
        return Refusal(
            code=RefusalCode.ALREADY_SELECTED,
            message="The organisations of this run are already chosen. Start another run to add more.",
        )
    if stage not in {Stage.LISTING, Stage.AWAITING_SELECTION}:
        return Refusal(
            code=RefusalCode.WRONG_STAGE,
            message=f"The run is {stage.value.replace('_', ' ')}; organisations can be chosen once they are listed.",
        )
    return None


def refuse_confirmation(stage: Stage) -> Refusal | None:
    """Why a change of books cannot be confirmed now, if it cannot."""
    if stage is Stage.AWAITING_CONFIRMATION:
        return None
    return Refusal(
        code=RefusalCode.WRONG_STAGE,
        message=f"The run is {stage.value.replace('_', ' ')}; it can be confirmed once its preview is there.",
    )


def next_try(now: datetime, tries: int, trouble: Trouble) -> datetime:
    """When a client in trouble is tried again: when its limit lifts, or after a wait that doubles up to an hour.

    Args:
        now: This moment.
        tries: How many tries have failed since it was handed over, 0 for none.
        trouble: The latest failure.

    Returns:
        A moment after ``now``.
    """
    wait: timedelta = min(FIRST_TRY_AFTER_HAND_OVER * (1 << min(tries, 10)), LONGEST_BETWEEN_TRIES)
    if trouble.retry_at is not None:
        return max(trouble.retry_at, now + SOONEST_BETWEEN_TRIES)
    return now + wait


def next_move(now: datetime, moving_since: datetime, trouble: Trouble) -> datetime | None:
    """When a client whose calls were used up is moved after all; None when the run does not try it again.

    An outage is not waited for: nobody says when it ends, and a person can start again.

    Args:
        now: This moment.
        moving_since: When the run began to move clients.
        trouble: Why it was not moved.
    """
    if trouble.cause is not Cause.RATE_LIMITED or trouble.retry_at is None:
        return None
    again = max(trouble.retry_at, now + FIRST_TRY_AFTER_HAND_OVER)
    return again if again - moving_since <= LONGEST_MOVING else None


def in_order(logins: Sequence[LoginToCheck]) -> Sequence[LoginToCheck]:
    """The logins that did not answer, in the order of their pages: where a round goes on, it leaves out what it had."""
    return sorted(logins, key=lambda login: login.grant_id)


def next_round(now: datetime, started_at: datetime, rounds: int) -> datetime | None:
    """When a check looks again at the logins that did not answer; None when the day is over.

    Args:
        now: This moment.
        started_at: When the check began.
        rounds: How many rounds it has had before this one.
    """
    again = now + min(FIRST_ROUND_AFTER * (1 << min(rounds, 10)), LONGEST_BETWEEN_ROUNDS)
    return again if again - started_at <= LAST_ROUND_WITHIN else None


def gives_up(started_at: datetime, now: datetime, trouble: Trouble) -> bool:
    """Whether a client's sync ends now: its cause needs a person, or the provider's outage has lasted too long."""
    if not trouble.cause.is_transient:
        return True
    return trouble.cause not in {Cause.RATE_LIMITED, Cause.OUR_OUTAGE} and now - started_at > GIVE_UP_AFTER


__all__ = [
    "CHECK_LANES",
    "CLIENTS_CREATED_AT_ONCE",
    "CLIENTS_PULLED_TOGETHER",
    "LANES_OF_ONE",
    "PAGE_OF_CLIENTS",
    "PROFILES_AT_ONCE",
    "PULL_LANES",
    "REFRESH_LANES",
    "gives_up",
    "is_busy",
    "is_cancelled_exception",
    "is_our_outage",
    "next_move",
    "next_round",
    "next_try",
    "refusal_of",
    "refuse_confirmation",
    "refuse_selection",
    "trouble_of",
    "windows",
]
