"""The servers for every run: PostgreSQL, Temporal and the stand-in, each a process, with limits enforced.

The product's own processes are started for one run and stopped after it, because each run has its own database.
"""

import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from bench.harness.databases import PROVIDER, Databases, Practice
from bench.harness.sandbox import READS, Sandbox
from contracts.words.names import SEARCH_ATTRIBUTES
from runtime.embedded.ports import HOST, Ports
from runtime.embedded.postgres import start_postgres
from runtime.embedded.processes import Child, Supervisor, listens
from runtime.embedded.stack import Stack, environment_of
from runtime.embedded.temporal import start_temporal
from runtime.sealing.keyring import KeyRing
from runtime.settings.settings import Settings
from starter.embedded import at_stand_ins

_MANY = 1_000_000
"""Calls a minute that nobody makes."""

_KEPT_MB = 1024
"""The stand-in keeps what it wrote for 5,000 organisations: what counts is reading, not writing it."""


@dataclass(frozen=True, slots=True)
class Servers:
    """Running servers.

    Attributes:
        stack: Starts further processes.
        settings: Complete settings but for the database, which differs for each run.
        databases: Creates databases.
        sandbox: The stand-in for the provider.
        processes: Process ids by name.
        postgres: PostgreSQL's processes; the last one is running.
    """

    stack: Stack = field(repr=False)
    settings: Settings
    databases: Databases
    sandbox: Sandbox
    processes: dict[str, int]
    postgres: list[Child] = field(repr=False)

    def on(self, practice: Practice) -> Settings:
        """Complete settings with a practice's database."""
        return self.settings.model_copy(update={"database_url": SecretStr(practice.url)})

    @asynccontextmanager
    async def without_limits(self) -> AsyncIterator["Servers"]:
        """The same servers; until the end of the block, neither the stand-in nor the product applies limits."""
        async with self.sandbox.without_limits():
            yield replace(self, settings=self.settings.with_provider(PROVIDER, calls_per_minute=_MANY))

    @asynccontextmanager
    async def without_postgres(self) -> AsyncIterator[None]:
        """Kill PostgreSQL until the end of the block; then it starts again with its data."""
        self.postgres[-1].is_asked_to_end = True
        self.postgres[-1].send(signal.SIGQUIT)  # its immediate shutdown
        await self.postgres[-1].wait()
        yield
        directory = self.settings.data_dir / "postgres"
        child, _ = await start_postgres(self.stack.supervisor, self.stack.ports, directory)
        self.postgres.append(child)
        self.processes["PostgreSQL"] = child.pid

    @asynccontextmanager
    async def product(self, practice: Practice, *, reading: int = 1) -> AsyncIterator[dict[str, int]]:
        """Run the product on a practice's database, with so many reading processes; yields process ids by name."""
        environment = environment_of(self.on(practice).model_copy(update={"reading_processes": reading}))
        started: list[Child] = []
        try:
            worker = await self.stack.start("worker", [sys.executable, "-m", "worker"], environment=environment)
            started.append(worker)
            await worker.wait_ready(partial(_said, worker, "Clientsync worker ready"))
            argv = [sys.executable, "-m", "web"]
            web = await self.stack.start("web", argv, environment=environment)
            started.append(web)
            await web.wait_ready(lambda: listens(self.settings.web_port))
            yield {"worker": worker.pid, "web": web.pid}
        finally:
            for child in reversed(started):
                await child.stop()


@asynccontextmanager
async def servers(*, organisations: int, latency_ms: int) -> AsyncIterator[Servers]:
    """Start the servers in a folder that is deleted at the end.

    Args:
        organisations: How many the stand-in has.
        latency_ms: Mean wait of its answers, give or take half.

    Raises:
        ProcessFailedError: One did not come up.
    """
    with tempfile.TemporaryDirectory(prefix="clientsync-bench-") as folder:
        directory = Path(folder)
        ports = Ports(directory / "ports.json")
        settings = _settings(directory, ports)
        async with Supervisor(directory / "logs") as supervisor:
            postgres, url = await start_postgres(supervisor, ports, directory / "postgres")
            temporal = await start_temporal(
                supervisor,
                settings,
                ports,
                directory / "temporal",
                search_attributes=SEARCH_ATTRIBUTES,
                codec_url=None,
            )
            stack = Stack(settings, supervisor, ports)
            port = ports.get("sandbox")
            argv = [sys.executable, "-m", f"emulators.{PROVIDER}", "--port", str(port)]
            argv += ["--organisations", str(organisations), "--latency-ms", str(latency_ms)]
            argv += ["--redirect-uri", f"{settings.public_url}/connect/{PROVIDER}/callback"]
            argv += ["--kept-mb", str(_KEPT_MB), *READS.STAND_IN]
            stand_in = await stack.start("sandbox", argv, ready=lambda: listens(port))
            databases = Databases(url)
            await databases.prepare()
            pids = {"PostgreSQL": postgres.pid, "Temporal": temporal.pid, "sandbox": stand_in.pid}
            async with Sandbox(_stand_in(ports)) as sandbox:
                yield Servers(stack, settings, databases, sandbox, pids, [postgres])


def _settings(directory: Path, ports: Ports) -> Settings:
    web = ports.get("web")
    settings = Settings(
        _env_file=None,
        temporal_address=f"{HOST}:{ports.get('temporal')}",
        encryption_keys=SecretStr(f"bench:{KeyRing.generate_key()}"),
        public_url=f"http://{HOST}:{web}",
        web_port=web,
        data_dir=directory,
    )
    return at_stand_ins(settings, {PROVIDER: _stand_in(ports)})


def _stand_in(ports: Ports) -> str:
    return f"http://{HOST}:{ports.get('sandbox')}"


async def _said(child: Child, words: str) -> bool:
    return words in child.log.read_text(errors="replace")
