"""The only module that turns errors of our parts into the failures that Temporal and the workflows see.

A provider's error becomes an ``ApplicationError`` whose type is the cause, so that support staff read ``access_lost``
first; its details hold a ``Trouble``. An outage of our database (``models.kit.database_away`` recognises it) gets the
cause ``our_outage``, which blames no provider. A refusal is carried with its code, message and field.
"""

from datetime import datetime, timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from contracts.payloads.sync_client import BUSY, Trouble
from contracts.words.causes import Cause
from contracts.words.refusals import REFUSED, Refused
from providers.port.errors import ProviderError, RateLimited, Transient

RUN_OVER = "run_over"

LONGEST_WAIT = timedelta(seconds=65)
"""A limit that lifts within this is waited for by retrying the activity; a longer one is for the workflow to plan."""


def application_error(error: ProviderError, now: datetime) -> ApplicationError:
    """The failure for a provider's error.

    Args:
        error: Classified in ``providers``.
        now: This moment, to tell how long a limit lasts.

    Returns:
        Retryable for a transient cause (after the provider's own wait, where it named one, and a tenth more where it is
        a limit of one organisation); final for a cause that needs a person, and for a limit that lasts longer than
        ``LONGEST_WAIT``.
    """
    trouble = Trouble(cause=error.cause, detail=error.detail, retry_at=error.retry_at)
    wait = max(error.retry_at - now, timedelta(seconds=1)) if error.retry_at else None
    is_transient = isinstance(error, Transient)
    is_too_long = wait is not None and wait > LONGEST_WAIT
    if wait is not None and isinstance(error, RateLimited) and not error.is_of_app:
        # Then, one call is free, and the next as fast as they had come: so soon, it would be refused again by chance.
        wait += wait / 10
    return ApplicationError(
        error.cause.sentence,
        trouble,
        type=error.cause.value,
        non_retryable=not is_transient or is_too_long,
        next_retry_delay=wait if is_transient and not is_too_long else None,
        category=ApplicationErrorCategory.BENIGN if is_transient else ApplicationErrorCategory.UNSPECIFIED,
    )


def met_at() -> datetime:
    """When a failure that this activity is to record had been met, at the latest: the activity was scheduled for it.

    It may come late, after a worker stood still; what was read of a connection since then is newer.
    """
    return activity.info().scheduled_time


def is_tried_again(error: ApplicationError) -> bool:
    """Whether Temporal tries this activity again after the error; only for policies that limit the number of tries."""
    task = activity.info()
    has_tries = task.retry_policy is not None and task.attempt < task.retry_policy.maximum_attempts
    return has_tries and not error.non_retryable


def refusal_error(refused: Refused) -> ApplicationError:
    """The failure for a refusal: final, with the whole refusal for whoever asked."""
    return ApplicationError(refused.refusal.message, refused.refusal, type=REFUSED, non_retryable=True)


def outage_error(error: BaseException) -> ApplicationError:
    """The failure while our database is away: Temporal tries again, and then the workflow waits.

    Args:
        error: Only its class is shown, because the driver's text may quote rows.
    """
    return ApplicationError(
        Cause.OUR_OUTAGE.sentence,
        Trouble(cause=Cause.OUR_OUTAGE, detail=f"the database is away ({type(error).__name__})"),
        type=Cause.OUR_OUTAGE.value,
        category=ApplicationErrorCategory.BENIGN,
    )


def run_over_error() -> ApplicationError:
    """The final failure when a run has ended before this could be written to it."""
    return ApplicationError(
        "The run has ended, or gone on, without this. Nothing was written.",
        type=RUN_OVER,
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )


def busy_error() -> ApplicationError:
    """The failure when another pull holds the lease; it is tried again in a few seconds."""
    return ApplicationError(
        "Another pull is reading this organisation just now.",
        Trouble(cause=Cause.OUR_OUTAGE, detail="another pull was reading the organisation"),
        type=BUSY,
        next_retry_delay=timedelta(seconds=5),
        category=ApplicationErrorCategory.BENIGN,
    )
