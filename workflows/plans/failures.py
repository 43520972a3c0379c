"""Reads a failed activity for the workflow that called it: which cause, which refusal, when to try again. Pure."""

from pydantic import ValidationError
from temporalio import exceptions, workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from contracts.payloads.sync_client import BUSY, Trouble
    from contracts.words.causes import Cause
    from contracts.words.refusals import REFUSED, Refusal


def trouble_of(error: ActivityError) -> Trouble:
    """Why an activity failed: our cause, a detail for support, and when to try again if that is known.

    Args:
        error: A failed activity; not a cancelled one.

    Returns:
        The cause that the activity gave, even if its time for retries ran out after that. ``our_outage`` for a time-out
            without a cause: an activity gives up on a silent provider, and says so, long before its own time-out.
            ``unknown`` for anything else.
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
    """Whether the activity failed because a part of our own was away; callers wait and call it again without end."""
    cause = _last_word(error)
    return isinstance(cause, ApplicationError) and cause.type == Cause.OUR_OUTAGE.value


def _last_word(error: ActivityError) -> BaseException | None:
    """The error of the last try, also when the time for retries ran out after it."""
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
