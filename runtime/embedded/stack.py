"""The embedded stack: servers for whatever the settings leave unset, and the environment that leads to them.

Callers hand in the commands for worker, web and the rest. All files are in one data directory, which one process at a
time may use; a later start continues with them.
"""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from runtime.embedded.machine import check_machine
from runtime.embedded.ports import HOST, Ports
from runtime.embedded.postgres import start_postgres
from runtime.embedded.private_file import write_private
from runtime.embedded.processes import Child, Command, ProcessFailedError, ReadyCheck, Supervisor
from runtime.embedded.temporal import start_temporal
from runtime.sealing.keyring import KeyRing
from runtime.settings.settings import MissingSettingError, Settings, variable_of

_NOT_INHERITED = ("CLIENTSYNC_", "TEMPORAL_")


class DataDirInUseError(Exception):
    """Another process runs a stack on this data directory."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack.

    Attributes:
        settings: Complete settings: addresses, keys and public URL are filled in.
        supervisor: Owns the processes.
        ports: Gives further ports by name; they stay the same at later starts.
    """

    settings: Settings
    supervisor: Supervisor = field(repr=False)
    ports: Ports = field(repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """The settings as environment variables for child processes; they contain secrets."""
        return environment_of(self.settings)

    async def start(
        self,
        name: str,
        argv: Sequence[str],
        *,
        ready: ReadyCheck | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Child:
        """Start one of our own processes in this stack's environment.

        Args:
            name: Unique; also the name of its log.
            argv: Program and arguments.
            ready: Tells when it is ready; None means at once.
            environment: Variables to add to the stack's, or to replace them.

        Raises:
            ProcessFailedError: It ended or was not ready in time.
        """
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(_NOT_INHERITED)}
        variables = inherited | self.environment | dict(environment or {})
        return await self.supervisor.start(Command(name, argv, environment=variables), ready)

    async def first_failure(self) -> ProcessFailedError:
        """Wait until one of the stack's processes ends without having been asked to; returns the error to show."""
        return await self.supervisor.first_failure()


@asynccontextmanager
async def embedded_stack(
    settings: Settings,
    *,
    search_attributes: Sequence[str] = (),
    postgres_options: Mapping[str, str] | None = None,
) -> AsyncIterator[Stack]:
    """Start servers for what the settings leave unset, and stop them at the end, in reverse order.

    Args:
        settings: An unset ``database_url`` or ``temporal_address`` means the embedded server. Unset
            ``encryption_keys`` are generated and kept in the data directory, but only if both servers are embedded.
        search_attributes: Keywords to register in the embedded Temporal server.
        postgres_options: Further settings of the embedded PostgreSQL.

    Raises:
        DataDirInUseError: Another stack runs on the data directory.
        MissingSettingError: A server is not embedded, and no keys are set.
        ProcessFailedError: A server did not come up, or the machine has no room for it.
    """
    directory = settings.data_dir.absolute()
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    check_machine(directory)
    with _alone_in(directory):
        wanted = {"web": settings.web_port} if "web_port" in settings.model_fields_set else {}
        ports = Ports(directory / "ports.json", wanted)
        complete = _completed(settings, ports, directory)
        async with Supervisor(directory / "logs") as supervisor:
            database, temporal = await asyncio.gather(
                _database(settings, supervisor, ports, directory, postgres_options),
                _temporal(complete, settings.temporal_address, supervisor, ports, directory, search_attributes),
                return_exceptions=True,  # so that neither start is still under way when the other one's error is told
            )
            for answer in (database, temporal):
                if isinstance(answer, BaseException):
                    raise answer
            update = {"database_url": SecretStr(str(database))}
            yield Stack(complete.model_copy(update=update), supervisor, ports)


def environment_of(settings: Settings) -> dict[str, str]:
    """All settings that have a value, as environment variables; they contain secrets."""
    found: dict[str, str] = {}
    for own in (settings, *settings.providers.values()):
        prefix = own.model_config.get("env_prefix", "")
        for name in type(own).model_fields:
            value = getattr(own, name)
            if value is not None and name != "providers":
                found[f"{prefix}{name}".upper()] = _written(value)
    return found


def _written(value: object) -> str:
    """A setting's value as the text of a variable."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    if isinstance(value, bool):
        return str(value).lower()
    return str(value.absolute() if isinstance(value, Path) else value)


async def _database(
    settings: Settings,
    supervisor: Supervisor,
    ports: Ports,
    directory: Path,
    options: Mapping[str, str] | None,
) -> str:
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    _, url = await start_postgres(supervisor, ports, directory / "postgres", options)
    return url


async def _temporal(
    complete: Settings,
    address: str | None,
    supervisor: Supervisor,
    ports: Ports,
    directory: Path,
    search_attributes: Sequence[str],
) -> None:
    if address is None:
        folder, codec_url = directory / "temporal", f"{complete.public_url}/codec"
        await start_temporal(
            supervisor, complete, ports, folder, search_attributes=search_attributes, codec_url=codec_url
        )


def _completed(settings: Settings, ports: Ports, directory: Path) -> Settings:
    """The settings, completed with everything that is known before the servers run."""
    update: dict[str, object] = {"data_dir": directory, "web_port": ports.get("web")}
    if settings.public_url is None:
        update["public_url"] = f"http://{HOST}:{ports.get('web')}"
    if settings.temporal_address is None:
        update["temporal_address"] = f"{HOST}:{ports.get('temporal')}"
        update["temporal_ui_url"] = f"http://{HOST}:{ports.get('temporal-ui')}"
    if settings.encryption_keys is None:
        if settings.database_url is not None or settings.temporal_address is not None:
            raise MissingSettingError(variable_of("encryption_keys"))
        update["encryption_keys"] = SecretStr(_generated_keys(directory / "keys"))
    return settings.model_copy(update=update)


def _generated_keys(file: Path) -> str:
    """The keys of an embedded installation: generated once, in a file that only its owner can read."""
    if not file.exists():
        write_private(file, f"embedded-1:{KeyRing.generate_key()}")
    return file.read_text()


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    """Hold the lock of the data directory; the kernel releases it however this process ends."""
    with os.fdopen(os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataDirInUseError(
                f"{directory} is in use by another running stack; stop that one, or set CLIENTSYNC_DATA_DIR"
            ) from None
        yield
