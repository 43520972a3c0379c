"""The worker: the composition root that builds every part, injects it, and runs workflows and activities.

Three Temporal workers share the process. One has the workflows and the short database activities; the others poll only
the provider's queues, so that eager dispatch cannot evade fairness and the number of provider calls at once is bounded.
They have an event loop in a thread of their own: the short steps of a small practice's run must not wait behind the
pages of a big one's.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial

import uvloop
from temporalio.client import (
    Client,
    Interceptor,
)
from temporalio.worker import Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.delivery.mailing import SmtpMailer
from activities.delivery.operators import Operators
from activities.registry import Parts, at_providers, between_workflows
from activities.shared.interceptors import INTERCEPTORS
from activities.shared.token_store import TokenStore
from contracts.words.names import GROUPS_QUEUE, LOST_WORK_ID, PROVIDER_QUEUE, SEARCH_ATTRIBUTES, WELCOME, WORKFLOW_QUEUE
from models.budgets.calls import SharedCallBudget
from models.kit.database import Database
from models.kit.database_url import UnusableUrlError
from providers import registry
from providers.kit.proxies import UnusableNetworkError
from runtime.observability import logging
from runtime.observability.memory import give_back_large_blocks, look_for_cycles_less_often
from runtime.observability.own_thread import in_own_thread
from runtime.settings.cannot_start import told_plainly
from runtime.settings.settings import MissingSettingError, Settings
from runtime.settings.zone_rules import use_pinned_rules
from runtime.temporal.connection import connect, is_at_work
from runtime.temporal.namespace import prepare_namespace
from runtime.temporal.workers import see_to, together
from workflows.registry import WORKFLOWS, looking_for_lost_work

SANDBOX = SandboxedWorkflowRunner()

SHUTDOWN_GRACE = timedelta(seconds=10)

CONNECTIONS_KEPT = 10
"""Database connections of each event loop; as many again while all are in use."""

GROUPS_AT_ONCE = 6
"""Groups of clients that one process pulls at once. Without this bound one of two processes gets up to two thirds of a
run's groups, and the memory of a process grows with the number of runs; with fewer, a process alone has nothing to
read while groups are stored."""

THREAD_SECONDS = 0.001
"""After which a busy thread lets the other one work. At Python's own five milliseconds, short steps wait longer for
their turns than they take."""


def workflow_workers(client: Client, parts: Parts, *, runner: WorkflowRunner = SANDBOX) -> Sequence[Worker]:
    """The worker that has the workflows and the short activities between them, which may share an event loop.

    Args:
        client: Connected with our converter.
        parts: What the activities are built from.
        runner: Begins each workflow in a sandbox of its own.
    """
    worker = Worker(
        client,
        task_queue=WORKFLOW_QUEUE,
        workflows=WORKFLOWS,
        workflow_runner=runner,
        activities=between_workflows(parts, partial(is_at_work, client)),
        interceptors=INTERCEPTORS,
        graceful_shutdown_timeout=SHUTDOWN_GRACE,
    )
    return (worker,)


def provider_workers(
    client: Client, parts: Parts, *, concurrency: int, groups_at_once: int = GROUPS_AT_ONCE
) -> Sequence[Worker]:
    """The workers that speak to the provider: one for full groups of clients, one for everything else.

    Args:
        client: Connected with our converter.
        parts: What the activities are built from.
        concurrency: Activities at once, full groups not counted.
        groups_at_once: Full groups at once.
    """
    activities, of_groups = at_providers(parts)
    everything_else = Worker(
        client,
        task_queue=PROVIDER_QUEUE,
        activities=activities,
        max_concurrent_activities=concurrency,
        interceptors=INTERCEPTORS,
        graceful_shutdown_timeout=SHUTDOWN_GRACE,
    )
    groups = Worker(
        client,
        task_queue=GROUPS_QUEUE,
        activities=of_groups,
        max_concurrent_activities=groups_at_once,
        interceptors=INTERCEPTORS,
        graceful_shutdown_timeout=SHUTDOWN_GRACE,
    )
    return everything_else, groups


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The pool of one event loop."""
    url = settings.required("database_url")
    database = Database(url, pool_size=CONNECTIONS_KEPT, max_overflow=CONNECTIONS_KEPT)
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def parts_of(settings: Settings, database: Database) -> AsyncIterator[Parts]:
    """What activities of one event loop are built from, with a memory of their own.

    Args:
        settings: Of this process.
        database: The pool of that event loop.
    """
    async with AsyncExitStack() as stack:
        if unset := registry.first_unset(settings.providers):
            raise MissingSettingError(unset)
        providers = registry.build(settings.providers, SharedCallBudget(database))
        for provider in providers.values():
            stack.push_async_callback(provider.close)
        smtp = settings.smtp_url  # without one, mail stays in the outbox
        mailer = None if smtp is None else SmtpMailer(smtp.get_secret_value(), settings.required("mail_from"))
        tokens = TokenStore(
            database,
            settings.key_ring().for_purpose("database"),
            operators=Operators(database, mailer, settings.operator_email),
        )
        yield Parts(database, providers, tokens, mailer, settings.public_url)


@asynccontextmanager
async def serving(
    settings: Settings, interceptors: Sequence[Interceptor], make: Callable[[Client, Parts], Sequence[Worker]]
) -> AsyncIterator[None]:
    """Run workers in this event loop, with parts and a client of their own.

    Args:
        settings: Of this process.
        interceptors: Beside our own.
        make: Which of the workers.
    """
    async with opened(settings) as database, parts_of(settings, database) as parts:
        client = await connect(settings, interceptors=interceptors)
        async with together(make(client, parts)):
            yield


async def run(settings: Settings, *, interceptors: Sequence[Interceptor] = ()) -> None:
    """Run until SIGINT or SIGTERM; work in flight is finished or handed back.

    Args:
        settings: Of this process.
        interceptors: Beside our own.
    """
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    sys.setswitchinterval(THREAD_SECONDS)
    client = await connect(settings)
    await prepare_namespace(client, settings.temporal_namespace, search_attributes=SEARCH_ATTRIBUTES, welcome=WELCOME)
    await see_to(client, LOST_WORK_ID, looking_for_lost_work())
    for_provider = partial(provider_workers, concurrency=settings.provider_concurrency)
    async with (
        serving(settings, interceptors, workflow_workers),
        in_own_thread(partial(serving, settings, interceptors, for_provider)) as ended,
    ):
        look_for_cycles_less_often()
        print("Clientsync worker ready", flush=True)  # noqa: T201  # whoever started the process waits for this line
        ended.add_done_callback(lambda _: stopped.set())
        await stopped.wait()


def main() -> None:
    """Entry point of ``python -m worker``."""
    use_pinned_rules()
    with told_plainly(UnusableUrlError, UnusableNetworkError, registry.UnusableProviderSettingError):
        settings = Settings(providers=registry.read())
        logging.configure(settings)
        give_back_large_blocks()
        uvloop.run(run(settings))


if __name__ == "__main__":
    main()
