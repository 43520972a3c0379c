"""The worker: the composition root that builds every part, injects it, and runs workflows and activities.

Several Temporal workers share the process. One has the workflows and the short database activities; the others poll
the providers' queues alone (``activities/registry.py``), so that eager dispatch cannot evade fairness and the number of
calls of each provider at once is bounded. They have an event loop in a thread of their own: the short steps of a small
practice's run must not wait behind the pages of a big one's. Full groups of clients, which are most of the work, are
read by processes of their own (``python -m worker groups``), one for each processor.
"""

import sys
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import uvloop
from temporalio.client import Client, Interceptor
from temporalio.worker import Worker, WorkflowRunner

from activities.delivery.mailing import SmtpMailer
from activities.delivery.operators import Operators
from activities.registry import GROUPS_AT_ONCE, Parts, Served, at_providers, between_workflows, in_full_groups
from activities.shared.interceptors import INTERCEPTORS
from activities.shared.token_store import TokenStore
from contracts.words.names import LOST_WORK_ID, SEARCH_ATTRIBUTES, WELCOME
from models.budgets.answers import SharedAnswers
from models.budgets.calls import SharedCallBudget
from models.kit.database import Database
from models.kit.database_url import UnusableUrlError
from providers import registry
from providers.kit.proxies import UnusableNetworkError
from providers.port.shared import Shared
from runtime.observability import logging
from runtime.observability.memory import give_back_large_blocks, look_for_cycles_less_often
from runtime.observability.open_files import allow_open_files
from runtime.observability.own_processes import own_processes, until_program_ends
from runtime.observability.own_thread import in_own_thread, take_turns_sooner
from runtime.settings.cannot_start import told_plainly
from runtime.settings.settings import MissingSettingError, Settings
from runtime.settings.zone_rules import use_pinned_rules
from runtime.temporal.connection import connect, is_at_work
from runtime.temporal.namespace import prepare_namespace
from runtime.temporal.workers import SANDBOX, SHUTDOWN_GRACE, see_to, together, told_to_stop, worker_on
from workflows.registry import WORKFLOWS, looking_for_lost_work

FOR_GROUPS = (sys.executable, "-m", "worker", "groups")
"""The program of the processes that read full groups of clients."""

CONNECTIONS_KEPT = 10
"""Database connections of each event loop; as many again while all are in use."""


def workflow_workers(client: Client, parts: Parts, *, runner: WorkflowRunner = SANDBOX) -> Sequence[Worker]:
    """The worker that has the workflows and the short activities between them, which may share an event loop."""
    short = between_workflows(parts, partial(is_at_work, client))
    made = worker_on(
        client, short.queue, short.activities, interceptors=INTERCEPTORS, workflows=WORKFLOWS, runner=runner
    )
    return (made,)


def provider_workers(client: Client, parts: Parts, *, concurrency: int) -> Sequence[Worker]:
    """The workers that speak to providers while people wait; see ``at_providers``."""
    return _workers(client, at_providers(parts, registry.NAMES, concurrency=concurrency))


def group_workers(client: Client, parts: Parts, *, groups_at_once: int = GROUPS_AT_ONCE) -> Sequence[Worker]:
    """The workers that read full groups of clients; see ``in_full_groups``."""
    return _workers(client, in_full_groups(parts, registry.NAMES, groups_at_once=groups_at_once))


def _workers(client: Client, served: Iterable[Served]) -> Sequence[Worker]:
    return [
        worker_on(client, one.queue, one.activities, interceptors=INTERCEPTORS, at_once=one.at_once) for one in served
    ]


@asynccontextmanager
async def parts_of(settings: Settings, database: Database) -> AsyncIterator[Parts]:
    """What activities of one event loop are built from, with a memory of their own, on the pool of that loop."""
    if unset := registry.first_unset(settings.providers):
        raise MissingSettingError(unset)
    async with AsyncExitStack() as stack:
        providers = registry.build(settings.providers, Shared(SharedCallBudget(database), SharedAnswers(database)))
        for provider in providers.values():
            stack.push_async_callback(provider.close)
        smtp = settings.smtp_url  # without one, mail stays in the outbox
        mailer = None if smtp is None else SmtpMailer(smtp.get_secret_value(), settings.required("mail_from"))
        operators = Operators(database, mailer, settings.operator_email)
        sealer = settings.key_ring().for_purpose("database")
        tokens = TokenStore(database, sealer, operators=operators)
        yield Parts(
            database, providers, tokens, sealer, mailer, settings.public_url, registry.those_on(settings.providers)
        )


@asynccontextmanager
async def serving(
    settings: Settings, interceptors: Sequence[Interceptor], make: Callable[[Client, Parts], Sequence[Worker]]
) -> AsyncIterator[None]:
    """Run some of the workers in this event loop, with a pool, parts and a client of their own."""
    async with AsyncExitStack() as stack:
        url = settings.required("database_url")
        database = Database(url, pool_size=CONNECTIONS_KEPT, max_overflow=CONNECTIONS_KEPT)
        stack.push_async_callback(database.close)
        parts = await stack.enter_async_context(parts_of(settings, database))
        client = await connect(settings, interceptors=interceptors)
        await stack.enter_async_context(together(make(client, parts)))
        yield


async def run(settings: Settings, *, interceptors: Sequence[Interceptor] = ()) -> None:
    """Run until SIGINT or SIGTERM; work in flight is finished or handed back. ``interceptors`` stand beside our own."""
    stopped = told_to_stop()
    take_turns_sooner()
    client = await connect(settings)
    await prepare_namespace(client, settings.temporal_namespace, search_attributes=SEARCH_ATTRIBUTES, welcome=WELCOME)
    await see_to(client, LOST_WORK_ID, looking_for_lost_work())

    def for_providers(client: Client, parts: Parts) -> Sequence[Worker]:
        one_by_one = provider_workers(client, parts, concurrency=settings.provider_concurrency)
        return one_by_one if settings.reading_processes else [*one_by_one, *group_workers(client, parts)]

    async with (
        own_processes(FOR_GROUPS, settings.reading_processes, stopped, patience=2 * SHUTDOWN_GRACE) as all_ready,
        serving(settings, interceptors, workflow_workers),
        in_own_thread(partial(serving, settings, interceptors, for_providers)) as ended,
    ):
        await all_ready
        look_for_cycles_less_often()
        print("Clientsync worker ready", flush=True)  # noqa: T201  # whoever started the process waits for this line
        ended.add_done_callback(lambda _: stopped.set())
        await stopped.wait()


async def read_groups(settings: Settings) -> None:
    """Read full groups of clients for the worker that started this process, until it ends."""
    stopped = told_to_stop()
    async with serving(settings, (), group_workers):
        look_for_cycles_less_often()
        await until_program_ends(stopped)


def main() -> None:
    """Entry point of ``python -m worker``; the worker itself starts ``python -m worker groups``."""
    use_pinned_rules()
    with told_plainly(UnusableUrlError, UnusableNetworkError, registry.UnusableProviderSettingError):
        settings = Settings(providers=registry.read())
        logging.configure(settings)
        give_back_large_blocks()
        allow_open_files()
        uvloop.run(read_groups(settings) if sys.argv[1:] == ["groups"] else run(settings))


if __name__ == "__main__":
    main()
