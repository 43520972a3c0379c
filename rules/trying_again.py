"""When what failed is tried again and when it is given up, as pure functions: a replay gets the same answer."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from contracts.payloads.check_connections import LoginToCheck
from contracts.payloads.sync_client import Trouble
from contracts.words.causes import Cause

FIRST_TRY_AFTER_HAND_OVER = timedelta(minutes=1)
SOONEST_BETWEEN_TRIES = timedelta(seconds=1)
LONGEST_BETWEEN_TRIES = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=3)
"""How long ``SyncClient`` keeps trying against an outage; a day's limit does not count as one."""

LONGEST_MOVING = timedelta(days=2)
"""How long a run that moves clients waits for call limits to lift: a day's limit that is met on its first day has ended
by then."""

FIRST_ROUND_AFTER = timedelta(minutes=15)
LONGEST_BETWEEN_ROUNDS = timedelta(hours=2)
LAST_ROUND_WITHIN = timedelta(hours=18)
"""How long a night's check goes on trying logins that do not answer; the next night has to find it ended."""


def next_try(now: datetime, tries: int, trouble: Trouble) -> datetime:
    """When a client in trouble is tried again: when its limit ends, or after a wait that doubles, up to an hour.

    Args:
        now: This moment.
        tries: How many tries have failed in its own sync; 0 before the first.
        trouble: The latest failure.

    Returns:
        A moment after ``now``.
    """
    wait: timedelta = min(FIRST_TRY_AFTER_HAND_OVER * (1 << min(tries, 10)), LONGEST_BETWEEN_TRIES)
    if trouble.retry_at is not None:
        return max(trouble.retry_at, now + SOONEST_BETWEEN_TRIES)
    return now + wait


def next_move(now: datetime, moving_since: datetime, trouble: Trouble) -> datetime | None:
    """When a client whose organisation has used up its calls is moved; None when the run does not try it again.

    The run does not wait for an outage, whose end nobody knows; a person can start it again.

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
    """Sort logins that did not answer by grant id, the order of pages, so that a round can go on after a given key."""
    return sorted(logins, key=lambda login: login.grant_id)


def next_round(now: datetime, started_at: datetime, rounds: int) -> datetime | None:
    """When a check tries the logins that did not answer again; None when the time for this check is over.

    Args:
        now: This moment.
        started_at: When the check began.
        rounds: How many rounds it has had before this one.
    """
    again = now + min(FIRST_ROUND_AFTER * (1 << min(rounds, 10)), LONGEST_BETWEEN_ROUNDS)
    return again if again - started_at <= LAST_ROUND_WITHIN else None


def gives_up(started_at: datetime, now: datetime, trouble: Trouble) -> bool:
    """Whether a client's sync ends: its cause needs a person, or the provider has been unusable for too long."""
    if not trouble.cause.is_transient:
        return True
    return trouble.cause not in {Cause.RATE_LIMITED, Cause.OUR_OUTAGE} and now - started_at > GIVE_UP_AFTER
