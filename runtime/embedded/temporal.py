"""The embedded Temporal server: the development server with a persistent file, fast pragmas and fairness on.

It is meant for trying, developing and testing; production uses a cluster (docs/operations.md).
"""

import asyncio
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from runtime.embedded.ports import HOST, Ports
from runtime.embedded.processes import Child, Command, ProcessFailedError, Supervisor
from runtime.settings.settings import Settings
from runtime.settings.zone_rules import GO_VARIABLE, pinned_rules
from runtime.temporal.connection import connect
from runtime.temporal.namespace import prepare_namespace

NAME = "temporal"


def binary() -> str:
    """Path of the ``temporal`` program that is installed beside this Python.

    Raises:
        ProcessFailedError: There is no such program.
    """
    found = shutil.which("temporal", path=str(Path(sys.executable).parent)) or shutil.which("temporal")
    if found is None:
        raise ProcessFailedError("the program `temporal` is missing; `make setup` installs it")
    return found


async def start_temporal(
    supervisor: Supervisor,
    settings: Settings,
    ports: Ports,
    directory: Path,
    *,
    search_attributes: Sequence[str],
    codec_url: str | None,
) -> Child:
    """Start the server, and wait until its namespace and search attributes can be used.

    Args:
        supervisor: Owns the process.
        settings: Its address, its namespace, and the keys with which to talk to it.
        ports: Gives the ports ``temporal``, ``temporal-ui`` and ``temporal-http``.
        directory: Holds the database file.
        search_attributes: Keywords to register.
        codec_url: Where the web interface has payloads decoded; None for nowhere.

    Raises:
        ProcessFailedError: It did not come up.
    """
    await asyncio.to_thread(directory.mkdir, parents=True, exist_ok=True, mode=0o700)
    namespace = settings.temporal_namespace
    argv = [binary(), "server", "start-dev", "--ip", HOST, "--log-level", "error", "--ui-disable-news-fetch"]
    argv += ["--port", str(ports.get(NAME)), "--ui-port", str(ports.get("temporal-ui"))]
    argv += ["--http-port", str(ports.get("temporal-http")), "--namespace", namespace]
    argv += ["--db-filename", str(directory / "temporal.db")]
    # Durable against a crash of the process, and twice as fast as the default journal.
    argv += ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=1"]
    # Without it, fairness keys are accepted and have no effect.
    argv += ["--dynamic-config-value", "matching.enableFairness=true"]
    for name in search_attributes:
        argv += ["--search-attribute", f"{name}=Keyword"]
    if codec_url is not None:
        argv += ["--ui-codec-endpoint", codec_url]

    async def answers() -> bool:
        try:
            client = await connect(settings, environment={})
        except RuntimeError:  # the SDK's only error for a connection that is refused
            return False
        await prepare_namespace(client, namespace, search_attributes=search_attributes)
        return True

    # Go's garbage collector: looking less often saves a fifth of the server's CPU time, for some 200 MB of memory.
    environment = {"GOGC": "400", **os.environ, GO_VARIABLE: str(pinned_rules())}
    return await supervisor.start(Command(NAME, argv, environment=environment), answers)
