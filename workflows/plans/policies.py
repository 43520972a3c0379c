"""Every timeout and retry policy, named by the kind of call; no other module sets one.

An activity commits its effect and the record of it together, so that it can always be tried again. How long a workflow
itself waits before it tries something again is decided in ``rules.trying_again``.
"""

from datetime import timedelta

from temporalio.common import Priority, RetryPolicy
from temporalio.workflow import ActivityConfig

from contracts.words.client_links import MAIL_WAITS
from contracts.words.names import GROUPS_QUEUE, PROVIDER_QUEUE, queue_of

_NOT_THERE = ["LookupError", "NoResultFound"]
"""What is not in the database will not be there at the next try either."""

DATABASE = ActivityConfig(
    # A short transaction, so that a killed worker is noticed soon. Tried until the database is back: a run must not
    # fail because of a restart.
    start_to_close_timeout=timedelta(seconds=30),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=200),
        maximum_interval=timedelta(seconds=5),
        non_retryable_error_types=_NOT_THERE,
    ),
)

OUTAGE = ActivityConfig(
    # A look whether the database is back. Tried without end, and often: everything else waits for it.
    start_to_close_timeout=timedelta(seconds=15),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=500), maximum_interval=timedelta(seconds=3)),
)

ALIVE_WITHIN = timedelta(seconds=8)
"""A worker that says nothing for so long counts as killed, and another one goes on (``activities.shared.liveness``)."""

TIDY = ActivityConfig(
    # Nobody waits for it, and what is left is done the next night.
    task_queue=PROVIDER_QUEUE,
    start_to_close_timeout=timedelta(minutes=10),
    heartbeat_timeout=ALIVE_WITHIN,
    retry_policy=RetryPolicy(maximum_attempts=3, non_retryable_error_types=_NOT_THERE),
)

SETTLING = ActivityConfig(
    # A question to the workflow server for each run and client that is at work. The next look comes soon.
    start_to_close_timeout=timedelta(minutes=5),
    heartbeat_timeout=ALIVE_WITHIN,
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=5), maximum_attempts=3),
)

STORED_WITHIN = timedelta(minutes=5)
"""A run's workflow begins inside the transaction that stores the run; that one is through, or given up, by then."""

SETTLED_EVERY = timedelta(minutes=10)
"""How often lost work is looked for, and the outbox emptied."""

LISTING = ActivityConfig(
    # A person is waiting for the list: try often, and give up after a quarter of an hour with a plain word.
    task_queue=PROVIDER_QUEUE,
    start_to_close_timeout=timedelta(minutes=2),
    heartbeat_timeout=ALIVE_WITHIN,
    schedule_to_close_timeout=timedelta(minutes=15),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=1),
        maximum_interval=timedelta(seconds=30),
        non_retryable_error_types=_NOT_THERE,
    ),
)

PROFILES = ActivityConfig(
    # Profiles only sharpen the verdicts: the list is shown without those that cannot be read just now.
    task_queue=PROVIDER_QUEUE,
    start_to_close_timeout=timedelta(minutes=2),
    heartbeat_timeout=ALIVE_WITHIN,
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=3),
)

PROFILES_TOGETHER: ActivityConfig = {**PROFILES, "task_queue": GROUPS_QUEUE}
"""The same for a full window of a long list, beside which a small practice's calls go on."""

PULL = ActivityConfig(
    # All lists of one client. Five tries in about 15 seconds ride out a hiccup; after that the client gets a
    # workflow of its own. A minute's rate limit is waited for through the failure's own retry delay.
    task_queue=PROVIDER_QUEUE,
    start_to_close_timeout=timedelta(minutes=10),
    heartbeat_timeout=ALIVE_WITHIN,
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=1),
        maximum_interval=timedelta(seconds=15),
        maximum_attempts=5,
        non_retryable_error_types=_NOT_THERE,
    ),
)

PULL_TOGETHER = ActivityConfig(
    # All lists of a full group of clients. What goes wrong with one of them is left to a pull of its own, so that only
    # a killed worker or a database that is away makes this fail: two more tries, then each client alone.
    task_queue=GROUPS_QUEUE,
    start_to_close_timeout=timedelta(minutes=10),
    heartbeat_timeout=ALIVE_WITHIN,
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=1), maximum_attempts=3, non_retryable_error_types=_NOT_THERE
    ),
)

PULL_FEW_TOGETHER: ActivityConfig = {**PULL_TOGETHER, "task_queue": PROVIDER_QUEUE}
"""The same for what does not fill a group: a small practice does not wait until a big one's group is done."""

CHECK = ActivityConfig(
    # One login: a refresh and a list. Four tries in about 15 seconds; after that it is tried again through the day.
    task_queue=PROVIDER_QUEUE,
    start_to_close_timeout=timedelta(minutes=2),
    heartbeat_timeout=ALIVE_WITHIN,
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=2), maximum_interval=timedelta(seconds=15), maximum_attempts=4
    ),
)

MAIL = ActivityConfig(
    # Five tries in about three minutes; what is not sent stays in the outbox for the next check.
    start_to_close_timeout=timedelta(minutes=10),
    heartbeat_timeout=timedelta(minutes=2),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=10), maximum_attempts=5),
)

OUTBOX = ActivityConfig(
    # What is not sent now is sent by the next look at the outbox, which comes soon and must not find this one at work.
    start_to_close_timeout=timedelta(minutes=5),
    heartbeat_timeout=timedelta(minutes=2),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=10), maximum_attempts=2),
)

PASSWORD_MAIL = ActivityConfig(
    # Somebody waits for it, and asks again when it does not come: beyond a quarter of an hour it would only confuse.
    start_to_close_timeout=timedelta(minutes=3),
    heartbeat_timeout=ALIVE_WITHIN,
    schedule_to_close_timeout=timedelta(minutes=15),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=1)),
)

CLIENT_MAIL = ActivityConfig(
    # The activity itself gives up after a day, and tells; the hour beyond leaves room for its last try.
    start_to_close_timeout=timedelta(minutes=3),
    heartbeat_timeout=ALIVE_WITHIN,
    schedule_to_close_timeout=MAIL_WAITS + timedelta(hours=1),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=10)),
)

REMOVAL = ActivityConfig(
    # Two calls. Four tries in about 15 seconds; after that the workflow waits, up to an hour each time, without end.
    task_queue=PROVIDER_QUEUE,
    start_to_close_timeout=timedelta(seconds=75),
    heartbeat_timeout=ALIVE_WITHIN,
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=2), maximum_interval=timedelta(seconds=15), maximum_attempts=4
    ),
)

LONGEST_CHECK = timedelta(hours=22)


def at(provider: str, policy: ActivityConfig) -> ActivityConfig:
    """The same policy for calls of one provider, on that provider's own queue.

    Args:
        provider: The provider's word.
        policy: One of those above that calls a provider.
    """
    return {**policy, "task_queue": queue_of(provider, policy["task_queue"] or PROVIDER_QUEUE)}


def bulk_priority(practice_slug: str) -> Priority:
    """Priority of bulk work: fair among practices, whatever their size."""
    return Priority(priority_key=3, fairness_key=practice_slug[:64])


def sync_priority(practice_slug: str) -> Priority:
    """Priority of one client's sync: before bulk work, and fair among practices."""
    return Priority(priority_key=2, fairness_key=practice_slug[:64])


def night_priority(practice_slug: str) -> Priority:
    """Priority of the nightly check: after everything that a person waits for."""
    return Priority(priority_key=4, fairness_key=practice_slug[:64])
