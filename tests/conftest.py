"""Shared fixtures: a real PostgreSQL for the whole run, an emptied database for each test, a key ring."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Generator
from types import FrameType

import asyncpg
import pytest
import pytest_asyncio
import uvloop
from coverage import Coverage
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url
from sqlmodel import SQLModel

from models import schema
from models.kit.database import Database
from models.kit.sealing import Sealer
from runtime.embedded.ports import Ports
from runtime.embedded.postgres import start_postgres
from runtime.embedded.processes import Supervisor
from runtime.observability.memory import look_for_cycles_less_often
from runtime.sealing.keyring import KeyRing
from runtime.settings.zone_rules import use_pinned_rules
from tests.grouping import Grouping
from tests.journeys.promises import HAS_FAILED
from tests.kept import opened
from tests.measured import Measured
from tests.one_temporal import OneTemporal
from tests.quick_hashes import use_quick_hashes
from tests.reporting import FailuresAtOnce, waiting_tasks

use_pinned_rules()  # as every program does first
use_quick_hashes()

# How fast a machine is, and what else it does, is no property of ours.
_UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("everyday", _UNHURRIED, max_examples=30, derandomize=True)  # the same: red by changes alone
settings.register_profile("exploring", _UNHURRIED, max_examples=500)  # other ones each time: make test-thorough
settings.load_profile("everyday")

TEMPLATE = "template_of_all"
"""The database that other ones are copies of; nothing else is done with it."""

THROWN_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

ENDING_TRANSACTIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
DELETING_ROWS = (f"DELETE FROM {table.name}" for table in reversed(SQLModel.metadata.sorted_tables))  # noqa: S608  # ours
EMPTYING = "; ".join([ENDING_TRANSACTIONS, *DELETING_ROWS])
"""What a test before may have left: transactions, then rows, those that refer to others first."""


LONG = (
    "nightly",
    "crashes",
    "demo",
    "authorisation",
    "security",
    "leaks",
    "secrets",
    "long_",
    "reconnect",
    "reassign",
    "faults",
    "disconnect",
    "change",
    "tokens",
)
"""Words in the names of files with long tests; the first take longest."""


@pytest.hookimpl(tryfirst=True)  # before tests are chosen by their markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests first, so that no process is left with one at the end; tests of properties are marked."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("properties")

    def place(item: pytest.Item) -> int:
        return next((number for number, word in enumerate(LONG) if word in item.path.stem), len(LONG))

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What is there now stays until the end; looking through it for cycles took a twelfth of a process's time."""
    look_for_cycles_less_often()


def pytest_configure(config: pytest.Config) -> None:
    """Of several processes, the one that shows results."""
    look_for_cycles_less_often()
    if Coverage.current() is None:  # `make coverage` measures everything
        config.pluginmanager.register(Measured(config))
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(FailuresAtOnce(config))
        config.pluginmanager.register(OneTemporal())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fixtures may know whether their test has failed."""
    report = yield
    if report.failed:
        item.stash[HAS_FAILED] = True
    return report


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_timeout_set_timer() -> Generator[None, bool | None, bool | None]:
    """A test that runs out of time tells what waits: the stacks of threads, printed anyway, end in an event loop."""
    is_set = yield
    print_stacks = signal.getsignal(signal.SIGALRM)

    def tell(number: int, frame: FrameType | None) -> None:
        print(waiting_tasks())  # noqa: T201  # pytest keeps it for the report
        if callable(print_stacks):
            print_stacks(number, frame)

    signal.signal(signal.SIGALRM, tell)
    return is_set


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log) -> Grouping:
    """Tests that share a fixture stay together."""
    return Grouping(config, log)


@pytest.fixture(scope="session")
def _asyncio_loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """The event loop that the product runs on; it takes less time than Python's own, too.

    By pytest-asyncio's own fixture, since its hook is a parameter of tests that are coroutines alone: each of the
    others that used a server would stop every server, for a loop of its own, and the next one start them again.
    """
    return uvloop.new_event_loop


@pytest_asyncio.fixture(scope="session")
async def postgres_url(tmp_path_factory) -> AsyncIterator[str]:
    """A server of its own, with no tables in the database that this names."""
    directory = tmp_path_factory.mktemp("postgres")
    async with Supervisor(directory / "logs") as supervisor:
        _, url = await start_postgres(supervisor, Ports(directory / "ports.json"), directory, THROWN_AWAY)
        yield url


async def administer(postgres_url: str, statement: str) -> None:
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest_asyncio.fixture(scope="session")
async def migrated_server(postgres_url: str) -> str:
    """The server, with a database that the migrations made, of which copies take a tenth of the time."""
    await administer(postgres_url, f"CREATE DATABASE {TEMPLATE}")
    await schema.upgrade(sibling(postgres_url, TEMPLATE))
    return postgres_url


async def migrated_database(migrated_server: str, name: str) -> str:
    """A new database with every table and no rows."""
    await administer(migrated_server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    return sibling(migrated_server, name)


@pytest_asyncio.fixture(scope="session")
async def migrated_url(migrated_server: str) -> str:
    """The database of most tests."""
    return await migrated_database(migrated_server, "migrated")


def sibling(postgres_url: str, name: str) -> str:
    """The URL of another database on the same server."""
    return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)


@pytest_asyncio.fixture(scope="session")
async def emptying(migrated_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that empties the database before each test."""
    connection = await asyncpg.connect(migrated_url.replace("+asyncpg", ""))
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def database_url(migrated_url: str, emptying: asyncpg.Connection) -> str:
    """A database with every table and no rows. Emptying it takes 10 ms; copying a template would take 30 times that."""
    await emptying.execute(EMPTYING)
    return migrated_url


@pytest_asyncio.fixture
async def database(database_url) -> AsyncIterator[Database]:
    async with opened(database_url) as database:
        yield database


@pytest_asyncio.fixture
async def second_database(database_url) -> AsyncIterator[Database]:
    """The same database through a pool of its own, as another process has it."""
    async with opened(database_url) as database:
        yield database


@pytest.fixture(scope="session")
def sealer() -> Sealer:
    return KeyRing.parse(f"only:{KeyRing.generate_key()}")
