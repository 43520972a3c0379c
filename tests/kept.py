"""What the tests of one process hand on to each other, since making it anew for each took a sixth of their time.

An engine keeps the SQL of every statement that went through it, its connections keep what they have prepared of it, and
a worker imports each of its workflows to see whether it can. None of them knows anything of a test: what a test has not
ended, such as a transaction, ends with it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from sqlalchemy import QueuePool
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.workflow import _Definition

from models.kit.database import Database

_idle: dict[str, list[AsyncEngine]] = {}
"""Engines that nobody uses now, by their URLs; all with pools of the same size."""


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A database as a process has it, on an engine that an earlier test has left, if there is one."""
    idle = _idle.setdefault(url, [])
    database = Database(url, engine=idle.pop() if idle else None)
    try:
        yield database
    finally:
        await database.finish()
        if cast("QueuePool", database.engine.pool).checkedout() or _is_watched(database.engine):
            await database.close()
        else:
            idle.append(database.engine)


def _is_watched(engine: AsyncEngine) -> bool:
    listeners = engine.sync_engine.dispatch
    return bool(listeners.before_cursor_execute) or bool(listeners.after_cursor_execute)


class TriedOnce(SandboxedWorkflowRunner):
    """The product's sandbox. The first worker of a process tries each workflow in it, as every worker does."""

    tried: set[type] = set()  # noqa: RUF012  # of all workers

    def prepare_workflow(self, defn: _Definition) -> None:
        """Try it, unless an earlier worker has."""
        if defn.cls not in self.tried:
            super().prepare_workflow(defn)
            self.tried.add(defn.cls)
