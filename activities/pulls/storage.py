"""Stores what pulls have read, with receipts, health, outcomes and leases: all of it in one transaction, or nothing.

The transaction first checks that the lease is still the pull's. A process that stood still for minutes must not
overwrite what another one has read since. Nothing is read from a provider here.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from activities.pulls.lease import holder
from activities.pulls.readings import Readings
from contracts.payloads.sync_client import PullClientInput, PullClientResult, PullClientsInput
from contracts.words.causes import Cause
from contracts.words.lists import PROFILE, ListName, Lists
from contracts.words.runs import Outcome
from contracts.words.standard_information import Row
from models.connections import leases, receipts
from models.connections import writes as connections
from models.connections.tables import Connection
from models.kit.database import Database
from models.kit.database_away import is_away
from models.kit.planning import by_index
from models.lists import good_pulls, stagings
from models.lists import writes as list_store
from models.lists.good_pulls import GoodPull
from models.notices import suppliers as supplier_notices
from models.runs import writes as runs
from models.runs.tables import RunOrganisation
from providers.kit.fair_semaphore import FairSemaphore
from providers.port.errors import NeedsPerson, ProviderError
from rules.lists.list_changes import Changes

logger = logging.getLogger(__name__)

GROUPS_STORED_AT_ONCE, STORING_SECONDS = 2, 30.0
"""In one process, one of each run: side by side, several would be stored no sooner. Who gets none pulls alone."""


class LeaseLost(Exception):
    """Another pull has taken the lease, or the lease was ended; nothing was stored."""


class Storage:
    """Stores the results of pulls.

    Args:
        database: The product's database.
        now: The clock.
    """

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._turns = FairSemaphore(GROUPS_STORED_AT_ONCE, 1, STORING_SECONDS)
        self._now = now

    async def store_group(self, asked: PullClientsInput, read: Mapping[UUID, Readings]) -> Collection[UUID]:
        """Store what could be read of several connections, in one transaction, and say which succeeded.

        Where waiting may repair an error, nothing of the error is written: the pull that goes on with that client
        records it. Nothing is stored for a connection whose lease is lost.
        """
        at = self._now()
        try:
            async with self._turns.of(asked.run_id or asked.pull_id), self._database.transaction() as session:
                await by_index(session)
                held = await leases.hold(session, read, holder())
                read = {identity: readings for identity, readings in read.items() if identity in held}
                read = await _without_taken_over(session, read)
                await _leave_out_stored(session, read, asked)
                good = [identity for identity, readings in read.items() if readings.worst is None]
                changes = await _store_lists(session, read, at)
                for identity, readings in read.items():
                    if given_up := readings.given_up:
                        await stagings.forget_all(session, identity, given_up)
                await receipts.confirm(session, _unchanged(read), pull_id=asked.pull_id, at=at)
                for identity, readings in read.items():
                    if readings.warns_of_new_suppliers:
                        await supplier_notices.tell(session, identity, changes[identity], pull_id=asked.pull_id, at=at)
                answers = _answers(read)
                await receipts.write_receipts(session, changes, pull_id=asked.pull_id, at=at, answers=answers)
                await _write_failures(session, {of: readings.own_states for of, readings in read.items()}, at)
                for identity in read.keys() - set(good):
                    await connections.reconsider(session, identity, at)  # some of its lists may be healed
                pulls = [_good_pull(identity, read[identity], is_refresh=True) for identity in good]
                await good_pulls.record_good(session, pulls, at)
                if asked.run_id is not None:
                    await good_pulls.settle_good(session, asked.run_id, good, at)
                else:
                    told = {of: changes[of] for of in good if _is_worth_telling(asked.one(of), changes[of])}
                    await good_pulls.tell_of_refreshes(session, told, at)
        except Exception as error:  # one client's rows must not fail its neighbours: each tells by itself
            if is_away(error):
                raise  # no client's fault: the whole group is tried again
            logger.warning("%d clients are left to pulls of their own: %s", len(read), type(error).__name__)
            return ()
        return good

    async def store(self, asked: PullClientInput, login: UUID | None, readings: Readings) -> PullClientResult:
        """Store what could be read of one connection, and the errors of what could not.

        Args:
            asked: The pull.
            login: The login with which it was read.
            readings: Rows and errors.

        Raises:
            LeaseLost: The lease is not this pull's any more.
        """
        at = self._now()
        async with self._database.transaction() as session:
            await by_index(session)
            if not await leases.hold(session, (asked.connection_id,), holder()):
                raise LeaseLost
            if not await _without_taken_over(session, {asked.connection_id: readings}):
                raise LeaseLost
            await _leave_out_stored(session, {asked.connection_id: readings}, asked)
            row = None
            if asked.run_id is not None and not (asked.grant_id is None and readings.worst is None):
                is_locked = asked.grant_id is not None
                if is_locked:
                    await runs.is_open(session, asked.run_id)  # for its lock: the run's end locks it before its rows
                row = await connections.run_row(session, asked.run_id, asked.connection_id, locked=is_locked)
            is_own = await self._is_own_login(session, asked, login, readings, row, at)
            if readings.are_of_other_books or not is_own:
                readings.rows.clear()  # none of it is known to be of the client's books
                readings.staged.clear()
            changes = (await _store_lists(session, {asked.connection_id: readings}, at))[asked.connection_id]
            if given_up := readings.given_up if is_own else tuple(ListName):
                await stagings.forget_all(session, asked.connection_id, given_up)
            if readings.warns_of_new_suppliers:
                await supplier_notices.tell(session, asked.connection_id, changes, pull_id=asked.pull_id, at=at)
            written, answers = {asked.connection_id: changes}, _answers({asked.connection_id: readings})
            await receipts.write_receipts(session, written, pull_id=asked.pull_id, at=at, answers=answers)
            await receipts.confirm(session, _unchanged({asked.connection_id: readings}), pull_id=asked.pull_id, at=at)
            if is_own:
                await _write_failures(session, {asked.connection_id: readings.errors}, at)
                await self._record_health(session, asked, readings, changes, at)
            await self._settle(session, asked, readings.worst, row, at)
            await leases.release(session, (asked.connection_id,), holder=holder())
        return _result(changes.values())

    async def _is_own_login(
        self,
        session: AsyncSession,
        asked: PullClientInput,
        login: UUID | None,
        readings: Readings,
        row: RunOrganisation | None,
        at: datetime,
    ) -> bool:
        """Whether the readings concern the connection: its own login read it, or a login that takes over with them.

        A login takes over once it has read the profile, unless the run that asked for it has ended. While a connection
        is being disconnected, a refusal does not concern it, because somebody may cancel the disconnecting.
        """
        if asked.grant_id is None and readings.worst is None:
            return True
        is_over = row is not None and row.outcome is not None
        if login is not None and login == asked.grant_id and PROFILE in readings.rows and not is_over:
            await connections.move_to_login(session, asked.connection_id, login, at)
            if row is not None:
                row.profile_read_at = at  # should the run end before its pull: it was repaired nevertheless
                session.add(row)
        connection = await session.get_one(Connection, asked.connection_id, with_for_update={"key_share": True})
        return not connection.status.is_leaving and login in {None, connection.grant_id}

    async def _record_health(
        self,
        session: AsyncSession,
        asked: PullClientInput,
        readings: Readings,
        changes: Mapping[ListName, Changes],
        at: datetime,
    ) -> None:
        error = readings.worst
        if error is None and asked.settles:
            good = _good_pull(asked.connection_id, readings, is_refresh=not asked.sources)
            await good_pulls.record_good(session, [good], at)
            is_told = asked.run_id is None and not asked.is_look  # a run tells by its outcome
            if is_told and _is_worth_telling(asked, changes):
                await good_pulls.tell_of_refresh(session, asked, changes, at)
        elif error is not None:  # also one that waiting may repair: the receipts beside it say so already
            until = error.retry_at if error.cause is Cause.RATE_LIMITED else None
            await connections.record_trouble(session, asked.connection_id, error.cause, error.detail, at, until=until)
        else:
            await connections.record_reachable(session, asked.connection_id, at)  # the pull is still to come

    async def _settle(
        self,
        session: AsyncSession,
        asked: PullClientInput,
        error: ProviderError | None,
        row: RunOrganisation | None,
        at: datetime,
    ) -> None:
        if error is None and asked.settles and asked.run_id is not None:
            await good_pulls.settle_good(session, asked.run_id, (asked.connection_id,), at)
        elif row is None:
            return
        elif isinstance(error, NeedsPerson):
            await runs.settle_open(session, row, Outcome.FAILED, at, cause=error.cause, message=error.cause.sentence)


async def _store_lists(
    session: AsyncSession, read: Mapping[UUID, Readings], at: datetime
) -> dict[UUID, dict[ListName, Changes]]:
    """Store the rows of several connections in as few statements as there can be; gives each one's changes."""
    whole: dict[UUID, Mapping[Lists, Sequence[Row]]] = {}
    in_part: dict[UUID, Mapping[Lists, Sequence[Row]]] = {}
    changes: dict[UUID, dict[ListName, Changes]] = {identity: {} for identity in read}
    for identity, readings in read.items():
        for is_complete, rows in readings.by_completeness():
            if is_complete:
                whole[identity] = rows
            elif deleted := readings.deleted_beside(rows):  # their keys are unique in one organisation only
                changes[identity] |= await list_store.store_lists(
                    session, identity, rows, is_complete=False, at=at, deleted=deleted, refused=readings.refused
                )
            else:
                in_part[identity] = rows
    refused = {identity: readings.refused for identity, readings in read.items()}
    for is_complete, group in ((True, whole), (False, in_part)):
        if any(group.values()):
            stored = await list_store.store_pulls(session, group, is_complete=is_complete, at=at, refused=refused)
            for identity, one in stored.items():
                changes[identity] |= one
    for identity, readings in read.items():
        for lists, staged in readings.staged.items():
            changes[identity] |= await stagings.apply(
                session,
                staged.place,
                is_complete=lists not in readings.partial,
                at=at,
                deleted=readings.deleted.get(lists, ()),
            )
        for name in refused[identity]:
            changes[identity].pop(name, None)  # its receipt tells of the last time that it was read
    return changes


async def _without_taken_over(session: AsyncSession, read: Mapping[UUID, Readings]) -> dict[UUID, Readings]:
    """Those of which no list has been taken over by a newer try; the stagings of these stay locked."""
    places = [staged.place for readings in read.values() for staged in readings.staged.values()]
    held = await stagings.hold(session, places)
    return {
        identity: readings
        for identity, readings in read.items()
        if not readings.is_taken_over and held.issuperset(staged.place for staged in readings.staged.values())
    }


def _answers(read: Mapping[UUID, Readings]) -> dict[tuple[UUID, ListName], bytes]:
    return {
        (identity, name): answer
        for identity, readings in read.items()
        for lists, answer in readings.answers.items()
        for name in lists
    }


def _unchanged(read: Mapping[UUID, Readings]) -> dict[UUID, Sequence[ListName]]:
    return {identity: readings.unchanged for identity, readings in read.items()}


def _is_worth_telling(asked: PullClientInput, changes: Mapping[ListName, Changes]) -> bool:
    """Whether the client's timeline says that its lists were read: of nights, only where something has changed."""
    has_changed = any(one.added or one.changed or one.gone for one in changes.values())
    return bool(changes) and (has_changed or not asked.is_incremental)


async def _write_failures(
    session: AsyncSession, errors: Mapping[UUID, Mapping[Lists, ProviderError]], at: datetime
) -> None:
    failures = [
        receipts.Failure(of, lists, error.cause, error.detail)
        for of, met in errors.items()
        for lists, error in met.items()
    ]
    await receipts.write_failures(session, failures, at=at)


async def _leave_out_stored(
    session: AsyncSession, read: Mapping[UUID, Readings], asked: PullClientInput | PullClientsInput
) -> None:
    """Leave out what another try of the same pull has stored meanwhile, which is as new, and told of already.

    Not so the profile that a login reads to take over: what stands there may have been read with the one before.
    """
    takes_over = isinstance(asked, PullClientInput) and asked.grant_id is not None
    before = await receipts.before_pull(session, tuple(read), asked.pull_id)
    for identity, readings in read.items():
        for lists in tuple(readings.rows):
            if before[identity].stored.issuperset(lists) and not (takes_over and lists == PROFILE):
                del readings.rows[lists]
        for lists, staged in tuple(readings.staged.items()):
            if before[identity].stored.issuperset(lists):
                await stagings.forget(session, staged.place)
                del readings.staged[lists]


def _good_pull(connection_id: UUID, readings: Readings, *, is_refresh: bool) -> GoodPull:
    return GoodPull(
        connection_id,
        readings.name,
        is_refresh=is_refresh,
        is_complete=readings.is_complete,
    )


def _result(changes: Iterable[Changes]) -> PullClientResult:
    counted = list(changes)
    return PullClientResult(
        rows=sum(change.rows for change in counted),
        added=sum(change.added for change in counted),
        changed=sum(change.changed for change in counted),
        gone=sum(change.gone for change in counted),
    )
