"""What a failed activity says to the workflow that asked for it. Pure."""

from pydantic import ValidationError
from temporalio import exceptions, workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from contracts.payloads.sync_client import BUSY, Trouble
    from contracts.words.causes import Cause
    from contracts.words.refusals import REFUSED, Refusal


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


def is_not_there(error: BaseException) -> bool:
    """Whether an activity failed because what it was asked about is not in the database."""
    cause = _last_word(error) if isinstance(error, ActivityError) else None
    return isinstance(cause, ApplicationError) and cause.type == LookupError.__name__


def is_busy(error: ActivityError) -> bool:
    """Whether a pull was not done because another one was reading the same organisation."""
    return isinstance(error.cause, ApplicationError) and error.cause.type == BUSY


def refusal_of(error: ActivityError) -> Refusal | None:
    """The refusal that an activity answered with, if it did."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type == REFUSED and cause.details:
        return Refusal.model_validate(cause.details[0])
    return None
