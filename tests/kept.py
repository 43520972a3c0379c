"""What the tests of one process make once and use again, since making it anew for each test took a sixth of their time.

An engine keeps the SQL of every statement that went through it, and a worker imports each of its workflows to see
whether it can. Neither knows anything of a test; connections, which do, are new for each.
"""

from collections import defaultdict
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from models.kit import database
from models.kit.database import Database

_PLAIN = {"pool_size": 10, "max_overflow": 10}


def keep_engines(patch: pytest.MonkeyPatch) -> None:
    """A database that is opened takes the engine of one that was closed, if there is one with the same URL and pool."""
    idle: dict[str, list[AsyncEngine]] = defaultdict(list)
    urls: dict[AsyncEngine, str] = {}
    make, close = database.engine_for, Database.close

    def engine_for(url: str, **options: Any) -> AsyncEngine:
        if options != _PLAIN:
            return make(url, **options)
        engine = idle[url].pop() if idle[url] else make(url, **options)
        urls[engine] = url
        return engine

    async def close_and_keep(self: Database) -> None:
        await close(self)  # and with it every connection
        url = urls.pop(self.engine, None)
        if url is not None and not _is_watched(self.engine):
            idle[url].append(self.engine)

    patch.setattr(database, "engine_for", engine_for)
    patch.setattr(Database, "close", close_and_keep)


def _is_watched(engine: AsyncEngine) -> bool:
    listeners = engine.sync_engine.dispatch
    return bool(listeners.before_cursor_execute) or bool(listeners.after_cursor_execute)


def try_workflows_once(patch: pytest.MonkeyPatch) -> None:
    """The first worker of a process imports its workflows before it has work, as every one does; the others do not."""
    tried: set[type] = set()
    prepare = SandboxedWorkflowRunner.prepare_workflow

    def prepare_once(self: SandboxedWorkflowRunner, defn: Any) -> None:
        if defn.cls not in tried:
            prepare(self, defn)
            tried.add(defn.cls)

    patch.setattr(SandboxedWorkflowRunner, "prepare_workflow", prepare_once)
