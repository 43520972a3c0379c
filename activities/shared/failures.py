"""The single map from what goes wrong here to what Temporal and the workflows see.

A provider's error becomes an ``ApplicationError`` whose type is the plain cause, so that support staff read
``access_lost`` first; the details carry a ``Trouble``. So does our database's being away, which
``models.kit.database_away`` knows, with a cause of its own that blames no provider. Refusals travel whole.
"""

from datetime import datetime, timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from contracts.payloads.sync_client import BUSY, Trouble
from contracts.words.causes import Cause
from contracts.words.refusals import REFUSED, Refused
from providers.port.errors import ProviderError, Transient

RUN_OVER = "run_over"

LONGEST_WAIT = timedelta(seconds=65)
"""A limit that lifts within this is waited for by retrying the activity; a longer one is for the workflow to plan."""


def application_error(error: ProviderError, now: datetime) -> ApplicationError:
    """The failure that a provider's error becomes.

    Args:
        error: Classified by the provider's room.
        now: This moment, to tell how long a limit lasts.

    Returns:
        Retryable for a transient cause (after the provider's own wait, where it named one); final for a cause that
        needs a person, and for a limit that lasts longer than ``LONGEST_WAIT``.
    """
    trouble = Trouble(cause=error.cause, detail=error.detail, retry_at=error.retry_at)
    wait = max(error.retry_at - now, timedelta(seconds=1)) if error.retry_at else None
    is_transient = isinstance(error, Transient)
    return ApplicationError(
        error.cause.sentence,
        trouble,
        type=error.cause.value,
        non_retryable=not is_transient or (wait is not None and wait > LONGEST_WAIT),
        next_retry_delay=wait if is_transient and wait is not None and wait <= LONGEST_WAIT else None,
        category=ApplicationErrorCategory.BENIGN if is_transient else ApplicationErrorCategory.UNSPECIFIED,
    )


def is_tried_again(error: ApplicationError) -> bool:
    """Whether Temporal tries this activity again after the error; only a policy with a number of tries is asked."""
    task = activity.info()
    has_tries = task.retry_policy is not None and task.attempt < task.retry_policy.maximum_attempts
    return has_tries and not error.non_retryable


def refusal_error(refused: Refused) -> ApplicationError:
    """The failure that a refusal becomes: final, and carried whole to whoever asked."""
    return ApplicationError(refused.refusal.message, refused.refusal, type=REFUSED, non_retryable=True)


def outage_error(error: BaseException) -> ApplicationError:
    """The failure that our database's being away becomes: tried again, and then waited for by the workflow.

    Args:
        error: Of which only the class is told: the driver's words may quote rows.
    """
    return ApplicationError(
        Cause.OUR_OUTAGE.sentence,
        Trouble(cause=Cause.OUR_OUTAGE, detail=f"the database is away ({type(error).__name__})"),
        type=Cause.OUR_OUTAGE.value,
        category=ApplicationErrorCategory.BENIGN,
    )


def run_over_error() -> ApplicationError:
    """Final: the run has ended without what was still to be written to it."""
    return ApplicationError(
        "The run has ended, or gone on, without this. Nothing was written.",
        type=RUN_OVER,
        non_retryable=True,
        category=ApplicationErrorCategory.BENIGN,
    )


def busy_error() -> ApplicationError:
    """Try again in a few seconds: another pull holds the organisation."""
    return ApplicationError(
        "Another pull is reading this organisation just now.",
        Trouble(cause=Cause.OUR_OUTAGE, detail="another pull was reading the organisation"),
        type=BUSY,
        next_retry_delay=timedelta(seconds=5),
        category=ApplicationErrorCategory.BENIGN,
    )
