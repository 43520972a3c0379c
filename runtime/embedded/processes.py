"""Child processes that end with us: started, watched until ready, logged to files, stopped in reverse order.

No daemon stays behind. An orderly stop sends SIGINT and, after a grace, SIGKILL; and should this process itself be
killed outright, the kernel signals every child (``PR_SET_PDEATHSIG`` of prctl(2), set by setpriv(1) before the child
starts, so that no Python runs between fork and exec). Children are in sessions of their own: Ctrl-C in a terminal
reaches this process alone, which then stops them in order.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

READY_TIMEOUT = 60.0
STOP_GRACE = 15.0
_POLL = 0.03
_LOG_TAIL = 15

ReadyCheck = Callable[[], Awaitable[bool]]
"""Tells whether a process can be used now; asked again until it says so."""


class ProcessFailedError(Exception):
    """A child ended, or was not ready in time; the message ends with the last lines of its log."""


@dataclass(frozen=True, slots=True)
class Command:
    """What to run.

    Attributes:
        name: Unique among the children; also the name of the log file.
        argv: Program and arguments.
        environment: The whole environment of the child; None means a copy of ours.
        directory: Working directory; None means ours.
        user: User id and group id to run as (only root may change it); None means ours. Such a process keeps one right
            of root's, to pass through folders that are closed to it (CAP_DAC_OVERRIDE).
        death_signal: What the kernel sends the child when we die.
    """

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str] | None = None
    directory: Path | None = None
    user: tuple[int, int] | None = None
    death_signal: signal.Signals = signal.SIGKILL

    def bound_argv(self) -> list[str]:
        """The arguments with the launcher in front that binds the child to our life and changes the user."""
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            if sys.platform == "linux" or self.user is not None:
                raise ProcessFailedError("setpriv is missing; it is in the package util-linux")
            return list(self.argv)  # no such kernel feature here: only the orderly stop ends the children
        options = ["--pdeathsig", self.death_signal.name.removeprefix("SIG")]
        if self.user is not None:
            user, group = self.user
            options += ["--reuid", str(user), "--regid", str(group), "--clear-groups"]
            # access(2) leaves the capabilities of everybody but root out of its answer, so that programs which look
            # before they open (PostgreSQL's do) find everything closed. With this bit it counts them, as open(2) does.
            options += ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
        return [setpriv, *options, "--", *self.argv]


class Child:
    """A started process."""

    def __init__(self, command: Command, process: asyncio.subprocess.Process, log: Path) -> None:
        self.name = command.name
        self.log = log
        self.is_asked_to_end = False
        self._process = process

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._process.returncode

    async def wait(self) -> int:
        """Wait for the end; gives the exit status."""
        return await self._process.wait()

    async def wait_ready(self, check: ReadyCheck, timeout: float = READY_TIMEOUT) -> None:
        """Wait until ``check`` says yes.

        Args:
            check: Asked again and again; exceptions of connections that are not there yet are its own business.
            timeout: Seconds.

        Raises:
            ProcessFailedError: The process ended, or time ran out.
        """
        try:
            async with asyncio.timeout(timeout):
                while not await check():
                    if self.returncode is not None:
                        raise self.failure(f"ended with status {self.returncode} before it was ready")
                    await asyncio.sleep(_POLL)
        except TimeoutError:
            raise self.failure(f"was not ready after {timeout:.0f} s") from None

    async def stop(self, grace: float = STOP_GRACE) -> None:
        """SIGINT, then SIGKILL to the whole session after ``grace`` seconds. Harmless when it has ended."""
        self.is_asked_to_end = True
        self.send(signal.SIGINT)
        try:
            async with asyncio.timeout(grace):
                await self._process.wait()
        except TimeoutError:
            os.killpg(self.pid, signal.SIGKILL)  # it still runs, so the number is still its own
            await self._process.wait()

    async def kill(self) -> None:
        """SIGKILL, as a crash would: nothing is tidied up."""
        self.is_asked_to_end = True
        self.send(signal.SIGKILL)
        await self._process.wait()

    def send(self, what: signal.Signals) -> None:
        """Send a signal to the process, if it is still there."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(what)

    def failure(self, what: str) -> ProcessFailedError:
        """An error that shows where to look: the last lines of the log, and its path."""
        lines = self.log.read_text(errors="replace").splitlines()[-_LOG_TAIL:]
        return ProcessFailedError("\n".join([f"{self.name} {what}; the end of {self.log}:", *lines]))


class Supervisor:
    """The children of one process, as an async context manager that stops them in reverse order of their start.

    Use it from the main thread: the kernel binds a child to the *thread* that started it.
    """

    def __init__(self, logs: Path) -> None:
        """Children log to ``<logs>/<name>.log``; the log before is kept as ``<name>.previous.log``."""
        self._logs = logs
        self._children: list[Child] = []

    async def __aenter__(self) -> Self:
        self._logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._children:
            await self._children.pop().stop()

    async def start(self, command: Command, ready: ReadyCheck | None = None) -> Child:
        """Start a child, and wait until it is ready.

        Args:
            command: What to run.
            ready: When it counts as ready; None means at once.

        Raises:
            ProcessFailedError: It ended or was not ready in time; it is stopped then.
        """
        log = self._logs / f"{command.name}.log"
        if log.exists():
            log.replace(log.with_suffix(".previous.log"))
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as output:
            process = await asyncio.create_subprocess_exec(
                *command.bound_argv(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=command.environment,
                cwd=command.directory,
                start_new_session=True,
            )
        child = Child(command, process, log)
        self._children.append(child)
        if ready is not None:
            await child.wait_ready(ready)
        return child

    async def run(self, command: Command) -> None:
        """Run a child to its end.

        Raises:
            ProcessFailedError: It ended with another status than 0.
        """
        child = await self.start(command)
        status = await child.wait()
        self._children.remove(child)
        if status != 0:
            raise child.failure(f"ended with status {status}")

    async def first_failure(self) -> ProcessFailedError:
        """Wait until any of today's children ends although nobody asked it to; gives the error to show."""
        waits = {asyncio.create_task(child.wait()): child for child in self._children}
        try:
            for ended in asyncio.as_completed(waits):
                await ended
                for child in waits.values():
                    if child.returncode is not None and not child.is_asked_to_end:
                        return child.failure(f"ended with status {child.returncode}")
        finally:
            for wait in waits:
                wait.cancel()
        return await asyncio.Future()  # all were asked to end: nothing is left that could fail


async def listens(port: int, host: str = "127.0.0.1") -> bool:
    """A ready check: something accepts connections on this port."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
