"""Child processes that end when this process ends: started, watched until ready, logged, stopped in reverse order.

No daemon is left behind. An orderly stop sends SIGINT and, after a grace period, SIGKILL. If this process is killed,
the kernel signals every child: setpriv(1) sets ``PR_SET_PDEATHSIG`` of prctl(2) before the child starts, so that no
Python code runs between fork and exec. Children have sessions of their own, so Ctrl-C in a terminal reaches only this
process, which then stops them in order.
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
    """A child has ended, or was not ready in time; the message ends with the last lines of its log."""


@dataclass(frozen=True, slots=True)
class Command:
    """A program to run, and how.

    Attributes:
        name: Unique among the children; also the name of the log file.
        argv: Program and arguments.
        environment: The whole environment of the child; None means a copy of ours.
        directory: Working directory; None means ours.
        user: User and group id as which it runs (only root may change them); None means ours. It keeps one of root's
            capabilities, CAP_DAC_OVERRIDE, to pass through folders that are closed to it.
        death_signal: The signal that the kernel sends the child when this process dies.
    """

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str] | None = None
    directory: Path | None = None
    user: tuple[int, int] | None = None
    death_signal: signal.Signals = signal.SIGKILL

    def bound_argv(self) -> list[str]:
        """The arguments, with setpriv in front, which ties the child to our life and changes the user."""
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
    """A child process that was started."""

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
        """Wait until it has ended; returns the exit status."""
        return await self._process.wait()

    async def wait_ready(self, check: ReadyCheck, timeout: float = READY_TIMEOUT) -> None:
        """Wait until ``check`` returns True.

        Args:
            check: Called again and again; it must handle errors of connections that cannot be opened yet.
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
        """Send SIGINT and, after ``grace`` seconds, SIGKILL to the whole session; nothing happens if it has ended."""
        self.is_asked_to_end = True
        self.send(signal.SIGINT)
        try:
            async with asyncio.timeout(grace):
                await self._process.wait()
        except TimeoutError:
            os.killpg(self.pid, signal.SIGKILL)  # it still runs, so the number is still its own
            await self._process.wait()

    async def kill(self) -> None:
        """Send SIGKILL, as in a crash: the child cannot tidy up."""
        self.is_asked_to_end = True
        self.send(signal.SIGKILL)
        await self._process.wait()

    def send(self, what: signal.Signals) -> None:
        """Send a signal to the process, if it still exists."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(what)

    def failure(self, what: str) -> ProcessFailedError:
        """An error with the last lines of the log, and its path."""
        lines = self.log.read_text(errors="replace").splitlines()[-_LOG_TAIL:]
        return ProcessFailedError("\n".join([f"{self.name} {what}; the end of {self.log}:", *lines]))


class Supervisor:
    """The children of this process; an async context manager that stops them in reverse order of their start.

    Use it from the main thread, because the kernel ties a child to the *thread* that started it.
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
            ready: Tells when it is ready; None means at once.

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
        """Run a child until it ends.

        Raises:
            ProcessFailedError: It ended with another status than 0.
        """
        child = await self.start(command)
        status = await child.wait()
        self._children.remove(child)
        if status != 0:
            raise child.failure(f"ended with status {status}")

    async def first_failure(self) -> ProcessFailedError:
        """Wait until one of the present children ends without having been asked to; returns the error to show."""
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
