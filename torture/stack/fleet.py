"""The product as in production: each part is a process that can be killed, stopped, cut off and started again.

Each of the two workers is on a host of its own, which can be cut off. A process that ends is started again, as an
operator's tools would do.
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pydantic import SecretStr
from temporalio.client import Client, WorkflowFailureError
from temporalio.service import RPCError

from contracts.payloads.settle_lost_work import SettleLostWorkInput
from contracts.words.names import LOST_WORK_ID, WORKFLOW_QUEUE
from models import schema
from runtime.embedded.ports import Ports
from runtime.embedded.postgres import start_postgres
from runtime.embedded.processes import Child, ProcessFailedError, Supervisor, listens
from runtime.embedded.stack import Stack, environment_of
from runtime.embedded.temporal import start_temporal
from runtime.settings.settings import Settings
from runtime.temporal.connection import connect
from torture.faults.chaos import WORKERS, Target
from torture.stack.families import signal_family
from torture.stack.hosts import PROVIDER, Host, join_hosts, settings_of
from torture.stack.letterbox import Letterbox, letterbox

PORTS = range(12_000, 20_000)
"""From which nobody else of ours takes any: the port of a process that was killed is free for a moment."""

SEARCH_ATTRIBUTES = [f"Clientsync{name}" for name in ("Practice", "Colleague", "Provider", "Kind", "Stage", "Result")]
LATENCY_MS = 60
"""Mean wait of the platform's answers: enough for a kill to find calls under way."""

UP_AT_FIRST = 300.0
"""Seconds within which everything has to work at the beginning; only a hang takes as long."""

LONGEST_CALL = 10.0
"""Seconds for which an answer of the workflow server is waited for."""

LOOK = 0.5
"""Seconds between two looks at whether a process has ended."""

WAITING = ("ChangeConnection", "CheckConnections", "DisconnectClient", "SyncClient")
"""Workflows that may wait for their next try, and have a signal to try now."""


@dataclass(slots=True)
class Part:
    """A process of the stack.

    Attributes:
        child: The process that runs, or ran last.
        is_away: Whether it was stopped on purpose and must not be started again yet.
        starts: How often it was started.
    """

    child: Child
    is_away: bool = False
    starts: int = 1


@dataclass(slots=True)
class Fleet:
    """The running processes.

    Attributes:
        settings: Complete settings of the product.
        stack: Starts processes.
        parts: The processes, by name.
        hosts: The host of each worker.
        letterbox: The mail server.
        beside: A checkout with older code that the second worker runs after a deploy; None for none.
        fallen: Names and exit statuses of processes that ended by themselves.
        older: Workers that were started with the older code.
    """

    settings: Settings
    stack: Stack = field(repr=False)
    parts: dict[Target, Part]
    hosts: dict[Target, Host]
    letterbox: Letterbox
    beside: Path | None = None
    fallen: list[tuple[str, int]] = field(default_factory=list)
    older: list[Child] = field(default_factory=list)

    @property
    def database(self) -> str:
        """The database's URL for asyncpg; it contains the password."""
        return self.settings.required("database_url").replace("+asyncpg", "")

    async def kill(self, target: Target) -> None:
        """Kill a process and all of its descendants."""
        part = self.parts[target]
        part.is_away = True
        part.child.is_asked_to_end = True
        signal_family(part.child.pid, signal.SIGKILL)
        await part.child.wait()

    async def stop(self, target: Target) -> None:
        """Ask a process to end, and wait until it has, as in a deploy."""
        self.parts[target].is_away = True
        await self.parts[target].child.stop()

    def hold(self, target: Target) -> None:
        """Suspend a process (SIGSTOP)."""
        signal_family(self.parts[target].child.pid, signal.SIGSTOP)

    def let_go(self, target: Target) -> None:
        """Resume a process (SIGCONT)."""
        signal_family(self.parts[target].child.pid, signal.SIGCONT)

    async def start(self, target: Target, *, is_older: bool = False) -> None:
        """Start a process again; ``keep`` takes care that it comes up."""
        part = self.parts[target]
        part.starts += 1
        part.child = await self._launch(target, part.starts, self.beside if is_older else None)
        part.is_away = False

    async def keep(self) -> None:
        """Restart processes that have ended by themselves, until cancelled."""
        while True:
            await asyncio.sleep(LOOK)
            for target, part in self.parts.items():
                if part.child.returncode is not None and not part.is_away:
                    self.fallen.append((target.value, part.child.returncode))
                    with contextlib.suppress(ProcessFailedError):
                        await self.start(target)

    async def ready(self, seconds: float) -> None:
        """Wait until all parts run and listen.

        Raises:
            ProcessFailedError: One did not in time.
        """
        for target in (Target.FIRST_WORKER, Target.SECOND_WORKER, Target.WEB):
            for is_last in (False, False, False, True):
                child = self.parts[target].child
                is_ready = partial(listens, self.settings.web_port) if target is Target.WEB else partial(_said, child)
                try:
                    await child.wait_ready(is_ready, seconds)
                    break
                except ProcessFailedError:  # it could not start just now, and ``keep`` starts another one
                    if is_last:
                        raise
                    await asyncio.sleep(2 * LOOK)

    async def begin_night(self, practice: str) -> None:
        """Start a practice's nightly check by its schedule; nothing happens while Temporal does not answer."""
        with contextlib.suppress(RPCError, RuntimeError, TimeoutError):
            async with asyncio.timeout(LONGEST_CALL):
                address = self.settings.required("temporal_address")
                client = await Client.connect(address, namespace=self.settings.temporal_namespace)
                await client.get_schedule_handle(f"check-connections-{practice}").trigger()

    async def wake(self) -> None:
        """Signal workflows that wait for their next try to try now, as support staff may."""
        address = self.settings.required("temporal_address")
        client = await Client.connect(address, namespace=self.settings.temporal_namespace)
        kinds = ", ".join(f"'{kind}'" for kind in WAITING)
        async for waiting in client.list_workflows(f"WorkflowType IN ({kinds}) AND ExecutionStatus = 'Running'"):
            with contextlib.suppress(RPCError):  # it has just ended
                await client.get_workflow_handle(waiting.id).signal("retry_now")

    async def send_mail(self, seconds: float) -> None:
        """Have the outbox sent at once; gives up after ``seconds``."""
        client = await connect(self.settings, environment={})
        with contextlib.suppress(TimeoutError, RPCError, WorkflowFailureError):
            async with asyncio.timeout(seconds):
                await client.execute_workflow(
                    "SettleLostWork", SettleLostWorkInput(), id=f"{LOST_WORK_ID}-once-more", task_queue=WORKFLOW_QUEUE
                )

    async def workflows_at_work(self) -> int:
        """How many workflows are running."""
        address = self.settings.required("temporal_address")
        client = await Client.connect(address, namespace=self.settings.temporal_namespace)
        counted = await client.count_workflows("ExecutionStatus = 'Running'")
        return counted.count

    async def older_in_words(self) -> str:
        """A text on how many workers with the older code came up before they were stopped."""
        return f"{sum([await _said(child) for child in self.older])} came up of {len(self.older)} started"

    def logs(self) -> list[Path]:
        """The paths of all logs."""
        return sorted((self.settings.data_dir / "logs").glob("*.log"))

    async def _launch(self, target: Target, number: int, checkout: Path | None) -> Child:
        stack, name = self.stack, f"{target.value}.{number}"
        match target:
            case Target.POSTGRES:
                directory = self.settings.data_dir / "postgres"
                child, _ = await start_postgres(stack.supervisor, stack.ports, directory)
                return child
            case Target.TEMPORAL:
                return await _temporal(stack)
            case Target.WEB:
                argv = [sys.executable, "-m", "web"]
                return await stack.start(name, argv, environment=environment_of(self.settings))
            case _:
                host = self.hosts[target]
                # No proxy stands between the hosts, whatever stands in the environment.
                environment = {**stack.environment, **environment_of(host.settings(self.settings)), "no_proxy": "*"}
                argv = [sys.executable, "-m", "worker"]
                if checkout is None:
                    return await stack.start(name, host.command(argv), environment=environment)
                # The folder that it is started in comes first among Python's paths: the same libraries, its own code.
                argv = host.command(["env", "-C", str(checkout), *argv])
                self.older.append(await stack.start(f"{name}.older", argv, environment=environment))
                return self.older[-1]


@asynccontextmanager
async def fleet(
    directory: Path, seed: int, organisations: int, people: int, beside: Path | None, *, has_namespaces: bool = False
) -> AsyncIterator[Fleet]:
    """Start everything, in a folder of its own.

    Args:
        directory: Where its files are.
        seed: The seed of the stand-in's data.
        organisations: How many it has.
        people: How many can sign in there.
        beside: A checkout with older code, for one of the workers.
        has_namespaces: Whether each worker's host gets a network namespace; this process must be in one then.

    Raises:
        ProcessFailedError: Something did not come up.
    """
    ports = Ports(directory / "ports.json", among=PORTS)
    settings = settings_of(directory, ports)
    async with Supervisor(directory / "logs") as supervisor, AsyncExitStack() as boxes:
        postgres, url = await start_postgres(supervisor, ports, directory / "postgres")
        settings = settings.model_copy(update={"database_url": SecretStr(url)})
        stack = Stack(settings, supervisor, ports)
        temporal = await _temporal(stack)
        platform = await _platform(stack, seed, organisations, people)
        await schema.upgrade(url)
        parts = {Target.POSTGRES: Part(postgres), Target.TEMPORAL: Part(temporal), Target.PLATFORM: Part(platform)}
        hosts = await join_hosts(supervisor, ports, has_namespaces=has_namespaces)
        box = await boxes.enter_async_context(letterbox(ports.get("mail"), seed, directory / "logs" / "mail.log"))
        running = Fleet(settings, stack, parts, hosts, box, beside)
        try:
            for target in (Target.FIRST_WORKER, Target.SECOND_WORKER, Target.WEB):
                parts[target] = Part(await running._launch(target, 1, None))  # noqa: SLF001  # its own module
            await running.ready(UP_AT_FIRST)
            yield running
        finally:
            for host in running.hosts.values():
                await host.close()
            for target in (*WORKERS, Target.WEB, Target.PLATFORM, Target.TEMPORAL):
                if target in parts:
                    await running.kill(target)  # nobody needs what they would put in order first
            running.let_go(Target.POSTGRES)  # what is held cannot be stopped in order


async def _temporal(stack: Stack) -> Child:
    directory = stack.settings.data_dir / "temporal"
    return await start_temporal(
        stack.supervisor, stack.settings, stack.ports, directory, search_attributes=SEARCH_ATTRIBUTES, codec_url=None
    )


async def _platform(stack: Stack, seed: int, organisations: int, people: int) -> Child:
    port = stack.ports.get("platform")
    argv = [sys.executable, "-m", f"emulators.{PROVIDER}", "--port", str(port)]
    argv += ["--seed", str(seed), "--scenario", "plain"]
    argv += ["--organisations", str(organisations), "--people", str(people), "--latency-ms", str(LATENCY_MS)]
    argv += ["--redirect-uri", f"{stack.settings.public_url}/connect/{PROVIDER}/callback"]
    return await stack.start("platform", argv, ready=lambda: listens(port))


async def _said(child: Child) -> bool:
    return "Clientsync worker ready" in child.log.read_text(errors="replace")
