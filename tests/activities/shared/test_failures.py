"""How long a failed activity waits for its next try."""

from datetime import UTC, datetime, timedelta

import pytest

from activities.shared.failures import application_error
from providers.port.errors import ProviderError, RateLimited, Unavailable

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (RateLimited("minute", after(50)), 55),
        (RateLimited("minute", after(60)), 66),
        (RateLimited("concurrent", after(0)), 1.1),
        (RateLimited("app_minute", after(50)), 50),
        (Unavailable(retry_at=after(20)), 20),
        (Unavailable(retry_at=after(-3)), 1),
    ],
)
def test_a_limit_of_one_organisation_is_waited_for_a_tenth_longer(error: ProviderError, seconds: float):
    """When it ends one call is free, and the next as fast as they had come: five refusals end a pull's tries."""
    failure = application_error(error, NOW)
    assert (failure.next_retry_delay, failure.non_retryable) == (timedelta(seconds=seconds), False)


@pytest.mark.parametrize("error", [RateLimited("day", after(66)), Unavailable(retry_at=after(3600))])
def test_what_takes_more_than_a_minute_is_the_workflow_s_to_wait_for(error: ProviderError):
    failure = application_error(error, NOW)
    assert (failure.next_retry_delay, failure.non_retryable) == (None, True)
