"""Runs each activity of a worker twice, in a row or at the same time, and once more when all is over.

A worker gets it with its Temporal client, as any interceptor; the product knows nothing of it. The real workflows
decide what is called, with which input. Activities take turns, so that what changed between two looks at the rows was
changed by the second run of one activity; or by a person, whose requests are watched, and then it is run once more.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import asyncpg
from sqlalchemy import DateTime, LargeBinary, Table, Uuid
from sqlalchemy.exc import NoResultFound
from sqlmodel import SQLModel
from temporalio import activity, client, worker
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from contracts.payloads.sync_client import BUSY
from models.runs.writes import RunOver

Rows = dict[str, list[str]]

NOT_COMPARED = frozenset({"app_answers", "call_windows", "call_slots", "api_tokens", "app_troubles"})
"""Tables of which any call changes a row: that a token was used, a call counted, what suits all read anew."""

OF_THE_SCENE = frozenset(
    {"run_id", "pull_id", "pull_holder", "dedupe_key", "idempotency_key", "request_digest", "selection_digest", "body"}
    | {"tells_of", "profile", "record", "provider_connection_id", "consent_ref", "created_by_run", "position", "code"}
)
"""Columns with ids or moments in a text, or with the order of a list, which differ between two scenes."""


SWEEPS = frozenset({"tidy_up", "settle_lost_work"})
"""Activities that do whatever is to be done at the moment; a late one is only an early next one."""

OF_THE_MOMENT = frozenset({"cause_detail", "look_detail", "pull_id", "next_refresh_at"})
"""Columns that any try may change: a detail names the very call that met the trouble, and who read last is named."""


TRIES = 4
"""Of a second run beside which a person has changed rows; one who waits for the activity is beside all of them."""


class Mode(Enum):
    """How often each activity is run."""

    ONCE = "once"
    IN_A_ROW = "twice in a row"
    TOGETHER = "twice at the same time"


@dataclass(frozen=True)
class Called:
    """A call of an activity, to be made again."""

    name: str
    info: activity.Info
    run: Callable[..., Any]
    args: Sequence[Any]


@dataclass
class Doubling(client.Interceptor, worker.Interceptor):
    """See above.

    Attributes:
        connection: To the product's database, whose rows are compared.
        mode: How often each activity is run.
        but: Activities that are run once.
        called: Every call, in order.
        changed: What a second run changed, in words.
    """

    connection: asyncpg.Connection
    mode: Mode
    but: frozenset[str] = frozenset()
    called: list[Called] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    requests: int = 0
    under_way: int = 0

    @asynccontextmanager
    async def person(self) -> AsyncIterator[None]:
        """While a person's request that may change rows is under way."""
        self.requests += 1
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002  # the SDK's name
        """Wrap the next interceptor of every activity."""
        return _Doubled(next, self)

    @property
    def names(self) -> set[str]:
        """The activities that were called."""
        return {call.name for call in self.called}

    async def look(self) -> Rows:
        """Every row, without what any run changes: moments count by whether they are set."""
        return await rows_of(self.connection)

    async def look_alone(self, *, is_shape: bool = False) -> Rows:
        """Likewise between two activities: the second run of what somebody waited for may not be over."""
        async with self.turn:
            return await rows_of(self.connection, is_shape=is_shape)

    def compare(self, what: str, before: Rows, after: Rows) -> None:
        """Note in words what is different."""
        for table in before:
            gone, new = _without(before[table], after[table]), _without(after[table], before[table])
            if gone or new:
                self.changed.append(f"{what}: {table}: {_in_words(gone, new)}")

    async def again(self, why: str) -> None:
        """Call everything once more, each input once, as late tries do, and note what that changes.

        Args:
            why: What has happened meanwhile.
        """
        different = {(call.name, call.info.workflow_id, repr(call.args)): call for call in self.called}
        for call in [call for call in different.values() if call.name not in self.but | SWEEPS]:
            environment = ActivityEnvironment()
            environment.info = call.info
            async with self.turn:
                before = await self.look()
                with suppress(ApplicationError, LookupError, NoResultFound, RunOver):  # says that it has come too late
                    await environment.run(call.run, *call.args)
                after = await self.look()
            if call.name.startswith("pull_client"):  # which may have read all of it again, and tells so
                before, after = _unread(before), _unread(after)
            self.compare(f"{call.name} {why}", before, after)


class _Doubled(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, doubling: Doubling) -> None:
        super().__init__(following)
        self._doubling = doubling

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002  # the SDK's name
        doubling, info = self._doubling, activity.info()
        async with doubling.turn:
            doubling.called.append(Called(info.activity_type, info, input.fn, input.args))
            if info.activity_type in doubling.but:
                return await super().execute_activity(input)
            if doubling.mode is Mode.TOGETHER:
                return await self._together(input)
            came = await super().execute_activity(input)
            if doubling.mode is Mode.IN_A_ROW:
                await self._again(input)
            return came

    async def _again(self, input: ExecuteActivityInput) -> None:  # noqa: A002  # the SDK's name
        """Run it a second time, until no person has changed rows meanwhile; note what it changed."""
        doubling, name = self._doubling, activity.info().activity_type
        for _ in range(TRIES):
            requests, was_alone = doubling.requests, not doubling.under_way  # before looking: one may end meanwhile
            before = await doubling.look()
            try:
                await super().execute_activity(input)
            except Exception as error:  # noqa: BLE001  # whatever it is: the try before had succeeded
                doubling.changed.append(f"{name} again: {type(error).__name__}: {error}")
            after = await doubling.look()
            if before == after or (was_alone and doubling.requests == requests and not doubling.under_way):
                break
        doubling.compare(f"{name} again", before, after)

    async def _together(self, input: ExecuteActivityInput) -> Any:  # noqa: A002  # the SDK's name
        run = super().execute_activity
        came = await asyncio.gather(run(input), run(input), return_exceptions=True)
        for one in came:
            if not isinstance(one, BaseException):
                return one
        failed = [one for one in came if isinstance(one, BaseException)]
        raise min(failed, key=lambda one: getattr(one, "type", None) == BUSY)  # what it met, not that the other had it


async def rows_of(connection: asyncpg.Connection, *, is_shape: bool = False) -> Rows:
    """Every row of every table, as text and in order; see ``Doubling.look``.

    Args:
        connection: To the database.
        is_shape: Leave out ids as well, so that rows of two scenes with the same story are the same.
    """
    tables = [table for table in SQLModel.metadata.sorted_tables if table.name not in NOT_COMPARED]
    found: Rows = {table.name: [] for table in tables}
    for name, row in await connection.fetch(" UNION ALL ".join(_query(one, is_shape=is_shape) for one in tables)):
        found[name].append(_OF_A_CALL.sub(r"\1", row) if is_shape else row)
    return found


def _query(table: Table, *, is_shape: bool) -> str:
    shown = []
    for column in table.columns:
        if column.name in OF_THE_MOMENT:
            continue
        name = f't."{column.name}"'
        of_scene = isinstance(column.type, Uuid) or column.name in OF_THE_SCENE or (table.name, column.name) in _IDS
        if isinstance(column.type, DateTime | LargeBinary) or (is_shape and of_scene):
            name = f"({name} IS NOT NULL)"
        shown.append(f"'{column.name}=' || coalesce({name}::text, '')")
    row = f"concat_ws(E'\\x1f', {', '.join(shown)})"
    return f"SELECT '{table.name}', {row} FROM {table.name} t"  # noqa: S608  # ours


_OF_A_CALL = re.compile(r"((?:correlation|intuit_tid|request) )[0-9a-f-]{20,}")
"""What the other side calls one request, in what is kept of a refusal."""

_IDS = {("runs", "id"), ("events", "id"), ("password_requests", "id")}


def _without(some: Sequence[str], others: Sequence[str]) -> list[str]:
    return sorted((Counter(some) - Counter(others)).elements())


def _unread(rows: Rows) -> Rows:
    """Rows without what tells when they were last read, and what had changed since the time before."""
    events = [row for row in rows["events"] if "kind=connection.refreshed" not in row]
    receipts = [re.sub(r"(added|changed|gone)=\d+", "", row) for row in rows["receipts"]]
    return rows | {"events": events, "receipts": receipts}


def _in_words(gone: Sequence[str], new: Sequence[str]) -> str:
    """Rows that are gone and new; of a single changed row only what is different."""
    old, other = ([set(row.split("\x1f")) for row in some] for some in (gone, new))
    if len(old) == len(other):
        pairs = zip(old, other, strict=True)
        return "; ".join(f"{sorted(one - two)} became {sorted(two - one)}" for one, two in pairs)
    return f"gone {[sorted(one) for one in old]}, new {[sorted(one) for one in other]}"
