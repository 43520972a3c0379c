"""What a failed test is reported with, and when: even a run that never ends says what went wrong."""

import asyncio
import gc
from collections.abc import Iterator
from types import AsyncGeneratorType, FrameType
from typing import Any

import pytest


def waiting_tasks() -> str:
    """A paragraph for each task and each running async generator: its name, and what it awaits, from the outside in."""
    objects = gc.get_objects()
    tasks = [found for found in objects if isinstance(found, asyncio.Task) and not found.done()]
    fixtures = [found for found in objects if isinstance(found, AsyncGeneratorType) and found.ag_running]
    waiting = [(task.get_name(), task.get_coro()) for task in tasks] + [(each.__qualname__, each) for each in fixtures]
    return "\n\n".join("\n".join([name, *_awaited(inner)]) for name, inner in waiting)


def _awaited(inner: Any) -> Iterator[str]:
    while inner is not None:
        kind = next((kind for kind in ("cr", "ag", "gi") if hasattr(inner, f"{kind}_frame")), None)
        frame: FrameType | None = getattr(inner, f"{kind}_frame") if kind else None
        if frame is None:
            yield f"  {inner!r}"
            return
        yield f"  {frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_qualname}"
        inner = getattr(inner, "gi_yieldfrom" if kind == "gi" else f"{kind}_await")


class FailuresAtOnce:
    """Shows what failed when it fails; pytest itself waits for the end."""

    def __init__(self, config: pytest.Config) -> None:
        self._plugins = config.pluginmanager

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show it, if it is a failure."""
        reporter = self._plugins.get_plugin("terminalreporter")
        if report.failed and reporter is not None:
            reporter.write_line(f"\n{report.when} of {report.nodeid} failed:\n{report.longreprtext}")
