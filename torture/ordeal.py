"""One run from beginning to end: start, people at work under faults, calm, judgement."""

import asyncio
import contextlib
import resource
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import httpx2

from torture import audit
from torture.calm import QUIET, Calm
from torture.checker import findings as reading
from torture.checker import history, lists, logs, mail, platform, state, workflows
from torture.checker.findings import Finding
from torture.faults.blows import Blows
from torture.faults.chaos import Blow, plan
from torture.ledger import Ledger
from torture.people.cast import COLLEAGUES, Colleague, cast
from torture.people.door import Door
from torture.people.person import Person
from torture.report import Report
from torture.stack.fleet import Fleet, fleet
from torture.stack.hosts import platform_address
from torture.stack.platform import Platform

CHANGED_EVERY = 4
"""Every so manieth organisation's books change while people are at work."""

BEFORE = 90.0
"""Seconds that the first half of the people have to add their first clients in peace."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """The parameters of a run.

    Attributes:
        seed: Decides the plan and what people do.
        minutes: How long faults last.
        practices: How many practices.
        organisations: How many organisations each practice has.
        beside: A checkout with older code that one worker runs after deploys; None for none.
        calm: The longest calm, in seconds.
        keep: Folder for logs and files; None for a temporary one, which is deleted if nothing was found.
        relays_because: Why the workers' hosts are not network namespaces; empty where they are.
    """

    seed: int
    minutes: float
    practices: int = 3
    organisations: int = 8
    beside: Path | None = None
    calm: float = QUIET
    keep: Path | None = None
    relays_because: str = "nothing else was asked for"

    @property
    def hosts(self) -> str:
        """A text on what the workers' hosts are."""
        if self.relays_because:
            return f"on this one, cut off by TCP relays: {self.relays_because}"
        return "a network namespace each, cut off by its link going down"

    @property
    def blows(self) -> tuple[Blow, ...]:
        """The plan of this run."""
        return plan(self.seed, self.minutes, self.practices * self.organisations, self.practices * COLLEAGUES)


async def endure(wish: Wish, tell: Tell) -> Report:
    """Carry out a run.

    Args:
        wish: The run's parameters.
        tell: Called with a line now and then.

    Raises:
        ProcessFailedError: The stack did not come up at the beginning.
    """
    with _folder(wish.keep) as folder:
        report = await _endure(wish, tell, folder.path)
        folder.is_left = folder.is_left or bool(report.findings)
    return report


async def _endure(wish: Wish, tell: Tell, directory: Path) -> Report:
    ledger, figures, spent = Ledger(), {"workers' hosts": wish.hosts}, _cpu_seconds()
    size, logins = wish.practices * wish.organisations, wish.practices * COLLEAGUES
    is_apart = not wish.relays_because
    async with fleet(directory, wish.seed, size, logins, wish.beside, has_namespaces=is_apart) as running:
        await audit.begin(running.database)
        async with Platform(platform_address(running.stack.ports)) as there:
            people = await cast(running.settings, there, wish.practices)
            tell(f"{wish.practices} practices, {len(people)} colleagues, {size} organisations: people begin.")
            async with _doors(running, people, ledger) as doors, _kept(running):
                changed = await _at_work(wish, running, there, doors, ledger)
                tell("Calm: everything works again, and what is under way may end.")
                calm = Calm(running, there, doors, wish.calm)
                await calm.restore()
                figures["calm: until all was over"] = f"{await calm.end():.0f} s"
                found = await _judge_quiet(running, there, ledger, changed)
                since = time.time()
                figures["calm: until all was read again"] = f"{await calm.look_at_everything():.0f} s"
                found += await _judge(running, there, ledger, changed, since)
                figures |= await _figures(running, there, ledger)
    figures["CPU time of all processes"] = f"{_cpu_seconds() - spent:.0f} s"
    return Report(wish.seed, wish.minutes, ledger, _once_each(found), figures, directory)


async def _at_work(
    wish: Wish, running: Fleet, there: Platform, doors: Sequence[tuple[Colleague, Door]], ledger: Ledger
) -> set[str]:
    """Let people work while faults occur; returns the organisations whose books were changed."""
    reach = {one["id"]: one["organisation_ids"] for one in (await there.state())["people"]}
    persons = [Person(who, door, ledger, reach[who.person_id], wish.seed, running.begin_night) for who, door in doors]
    changed: set[str] = set()
    with contextlib.suppress(TimeoutError):  # half of the practices have clients when it begins
        async with asyncio.timeout(BEFORE):
            await asyncio.gather(*(person.begin() for person in persons[: len(persons) // 2]))
    work = [asyncio.create_task(person.work()) for person in persons]
    work.append(asyncio.create_task(_keep_books(wish.seed, there, changed)))
    try:
        dealing = asyncio.create_task(Blows(running, there, ledger).deal(wish.blows))
        began = time.monotonic()
        await _first_end(dealing, work)
        await asyncio.sleep(max(0.0, began + 60 * wish.minutes - time.monotonic()))
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
    for person in persons:
        await person.go_home()
    return changed


async def _first_end(dealing: "asyncio.Task[None]", work: Sequence["asyncio.Task[None]"]) -> None:
    """Wait until all blows were carried out; an error in one of the scripts ends the run at once."""
    await asyncio.wait({dealing, *work}, return_when=asyncio.FIRST_COMPLETED)
    for task in (*work, dealing):
        if task.done():
            await task
    await dealing


async def _keep_books(seed: int, there: Platform, changed: set[str]) -> None:
    """Change some organisations' books all the time, as the clients' own people do."""
    chance = Random(f"{seed} books")  # noqa: S311  # a script, no secret
    while True:
        await asyncio.sleep(chance.uniform(1, 4))
        organisation = chance.choice(there.organisations[::CHANGED_EVERY])
        changed.add(organisation)
        words: dict[str, Any] = {
            "list": "Contacts",
            "fields": {"Name": f"New {chance.randrange(10**9)}", "IsSupplier": chance.random() < 0.5},
        }
        with contextlib.suppress(httpx2.HTTPError):
            await there.change(organisation, words)


async def _judge_quiet(running: Fleet, there: Platform, ledger: Ledger, changed: set[str]) -> list[Finding]:
    """Judge what was stored during the faults, before anything is read again; only for books that did not change."""
    books = await reading.read(running.database)
    found = list(state.judge(books, ledger))
    return found + await lists.judge(running.database, books, there.books, changed, is_just_read=False)


async def _judge(running: Fleet, there: Platform, ledger: Ledger, changed: set[str], since: float) -> list[Finding]:
    books = await reading.read(running.database)
    ledger.mails = running.letterbox.taken
    found = [*history.judge(books, ledger), *state.judge(books, ledger), *mail.judge(books, ledger)]
    found += await lists.judge(running.database, books, there.books, changed, is_just_read=True)
    found += platform.judge(books, await there.state(), await there.calls(), ledger, since)
    settings = running.settings
    found += await workflows.judge(settings.required("temporal_address"), settings.temporal_namespace, books)
    found += logs.judge(running.logs(), await there.secrets())
    return found


async def _figures(running: Fleet, there: Platform, ledger: Ledger) -> dict[str, str]:
    books, calls = await reading.read(running.database), await there.calls()
    fell = Counter(f"{name}: status {status}" for name, status in running.fallen)
    outcomes = Counter(row["outcome"] for row in books.organisations if row["outcome"])
    statuses = Counter(row["status"] for row in books.connections if row["is_current"])
    return {
        "blows": str(len(ledger.dealt)),
        "journeys begun": ", ".join(f"{times} {name}" for name, times in ledger.journeys.most_common()),
        "runs": f"{len(books.runs)}: " + _list(Counter(row["result"] or row["stage"] for row in books.runs)),
        "outcomes": _list(outcomes),
        "clients": f"{len(books.clients)}: " + _list(statuses),
        "mails": f"{len(ledger.mails)} for {len(books.notices)} notices",
        "changes of state looked at": str(len(books.log)),
        "calls of people": _list(Counter({str(status or "no answer"): n for status, n in ledger.asked.items()})),
        "calls to the platform": f"{calls['total']}, {calls['refreshes']} refreshes",
        "most calls at once to one organisation": str(
            max(calls["peak_concurrency_by_organisation"].values(), default=0)
        ),
        "ended by themselves, started again": _list(fell) or "none",
    } | ({"workers with older code": await running.older_in_words()} if running.beside else {})


def _list(counted: Counter[str]) -> str:
    return ", ".join(f"{times} {name}" for name, times in counted.most_common())


def _once_each(found: Sequence[Finding]) -> list[Finding]:
    return list(dict.fromkeys(found))


@asynccontextmanager
async def _doors(
    running: Fleet, people: Sequence[Colleague], ledger: Ledger
) -> AsyncIterator[list[tuple[Colleague, Door]]]:
    async with AsyncExitStack() as stack:
        url = str(running.settings.public_url)
        yield [(who, await stack.enter_async_context(Door(url, who.token, ledger))) for who in people]


@asynccontextmanager
async def _kept(running: Fleet) -> AsyncIterator[None]:
    """Restart processes that end by themselves, until the end of the block."""
    keeper = asyncio.create_task(running.keep())
    try:
        yield
    finally:
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper


@dataclass(slots=True)
class _Folder:
    """The folder for logs and files, and whether it is kept."""

    path: Path
    is_left: bool


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[_Folder]:
    """A folder for one run; a temporary one is also kept when the run ends with an error of its own."""
    folder = _Folder(keep or Path(tempfile.mkdtemp(prefix="clientsync-torture-")), is_left=keep is not None)
    folder.path.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    except Exception as error:
        folder.is_left = True
        error.add_note(f"Logs and files are in {folder.path}.")
        raise
    finally:
        if not folder.is_left:
            shutil.rmtree(folder.path, ignore_errors=True)


def _cpu_seconds() -> float:
    """CPU seconds of this process and its children, without grandchildren whose parent was killed."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
