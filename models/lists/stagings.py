"""Long lists on their way: pages are stored as they come, then compared with the stored list and applied to it, in SQL.

A page and the cursor behind it are stored in one transaction, so that a list is gone on with at exactly its next page.
Each write names the try that makes it: one that a newer try has replaced, or whose lease is lost, writes nothing. What
waits here is nobody's list yet; ``apply`` makes it one, in the transaction that stores everything else of the pull.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.lists import KIND_OF, ListName, Lists, RowKind
from contracts.words.standard_information import Row
from models.kit.arrays import texts
from models.kit.bulk import copy_rows
from models.lists.tables import STAGED, TABLE_OF, Staging
from rules.lists.list_changes import Changes, flags_of, storable, without_nul


@dataclass(frozen=True, slots=True)
class Place:
    """Whose lists are staged, by which try.

    Attributes:
        connection_id: The connection.
        lists: The lists that are read together.
        attempt: The try that writes.
    """

    connection_id: UUID
    lists: Lists
    attempt: UUID

    @property
    def kind(self) -> RowKind:
        """Of which type the rows are."""
        return KIND_OF[self.lists[0]]

    @property
    def asked(self) -> dict[str, object]:
        """Parameters that name it in a statement."""
        return {"id": self.connection_id, "name": self.lists[0].value, "attempt": self.attempt}


class Behind(NamedTuple):
    """What follows a page; as the columns of ``Staging``."""

    cursor: str | None
    is_all: bool
    expected: int | None


def takes(lists: Lists) -> bool:
    """Whether rows of these lists can be staged."""
    return KIND_OF[lists[0]] in STAGED


async def waiting(session: AsyncSession, connection_ids: Sequence[UUID]) -> dict[UUID, dict[str, Staging]]:
    """What is staged of connections, by the name of the first of the lists."""
    found: dict[UUID, dict[str, Staging]] = {identity: {} for identity in connection_ids}
    for row in await (await session.connection()).execute(_WAITING, {"ids": texts(connection_ids)}):
        staging = Staging(**dict(zip(_STAGING, row, strict=True)))
        found[staging.connection_id][staging.list_name] = staging
    return found


_STAGING = ("connection_id", "list_name", "scope", "attempt", "pages", "cursor", "is_all", "expected", "begun_at")
_WAITING = text(f"""
    SELECT {", ".join(_STAGING)} FROM stagings WHERE connection_id = ANY(CAST(:ids AS text[])::uuid[])
""")  # noqa: S608  # our own names


async def begin(session: AsyncSession, connection_id: UUID, lists: Lists, scope: str, at: datetime) -> Place:
    """Begin a staging without pages; what was staged of the same lists is forgotten.

    Args:
        session: A transaction.
        connection_id: The connection, whose lease the caller holds.
        lists: The lists that are read together.
        scope: What is read, and for which pull.
        at: This moment.
    """
    place = Place(connection_id, lists, uuid4())
    await forget(session, place)
    await (await session.connection()).execute(_BEGIN, place.asked | {"scope": scope, "at": at})
    return place


async def take_over(session: AsyncSession, staging: Staging, lists: Lists) -> Place | None:
    """Go on with a staging as a new try; None when another try has changed it meanwhile."""
    place = Place(staging.connection_id, lists, uuid4())
    asked = place.asked | {"before": staging.attempt, "pages": staging.pages}
    taken = await (await session.connection()).execute(_TAKE_OVER, asked)
    return place if taken.rowcount else None


async def add(
    session: AsyncSession, place: Place, holder: str, number: int, rows: Collection[Row], behind: Behind
) -> bool:
    """Store a page, and what follows it.

    Args:
        session: A transaction.
        place: What is staged.
        holder: Who has to hold the connection's lease.
        number: Of the page among those that are staged, from 1.
        rows: Its rows, each once.
        behind: What follows.

    Returns:
        False when the lease is lost or a newer try has taken over; then nothing is stored.
    """
    connection = await session.connection()
    asked = place.asked | {"holder": holder, "page": number, "before": number - 1, **behind._asdict()}
    if not (await connection.execute(_ADD, asked)).rowcount:
        return False
    prepared = {row.key: (row, fingerprint) for row, fingerprint in map(storable, rows)}
    if prepared:
        columns = ("connection_id", "list_name", "page", "fingerprint", *next(iter(rows))._fields)
        own = place.connection_id, place.lists[0].value, number
        records = [(*own, fingerprint, *row) for row, fingerprint in prepared.values()]
        await copy_rows(session, STAGED[place.kind].name, columns, records)
    return True


async def finish(session: AsyncSession, place: Place) -> tuple[int, dict[ListName, int]]:
    """Leave each record once, as its latest page has it.

    Returns:
        How many different records came, and how many rows each of the lists has.
    """
    connection = await session.connection()
    for setting in _PLANNED:
        await connection.execute(setting)
    came, different = (await connection.execute(_came(place.kind), place.asked)).one()
    if came > different:
        await connection.execute(_once(place.kind), place.asked)
    members = (await connection.execute(_Statements.of(place.lists).members, place.asked)).one()
    return different, dict(zip(place.lists, members, strict=True))


async def hold(session: AsyncSession, places: Iterable[Place]) -> set[Place]:
    """Lock stagings until the transaction ends, and tell which of them are still the try's."""
    held = set()
    for place in sorted(places, key=lambda one: (one.connection_id, one.lists)):
        if (await (await session.connection()).execute(_HOLD, place.asked)).one_or_none():
            held.add(place)
    return held


async def apply(
    session: AsyncSession, place: Place, *, is_complete: bool, at: datetime, deleted: Collection[str] = ()
) -> dict[ListName, Changes]:
    """Make what is staged the stored list, as ``writes.store_pulls`` does with rows; the staging is empty then.

    Args:
        session: The transaction that stores the pull, in which the connection and the staging are locked.
        place: What is staged, finished.
        is_complete: Whether it is all that the provider has.
        at: The moment of the pull (aware, UTC).
        deleted: Keys of rows that the provider says are deleted, where it is not.

    Returns:
        The changes of each of the lists.
    """
    connection = await session.connection()
    for setting in _PLANNED:
        await connection.execute(setting)
    statements = _Statements.of(place.lists)
    asked = place.asked | {"at": at, "is_complete": is_complete, "deleted": [*map(without_nul, deleted)]}
    if is_complete and statements.in_none is not None:
        await connection.execute(statements.in_none, place.asked)
    numbers = (await connection.execute(statements.count, asked)).one()
    for statement in (statements.drop_changed, statements.mark_gone, statements.insert):
        await connection.execute(statement, asked)
    await forget(session, place)
    await connection.execute(_AS_USUAL)
    width = len(Changes._fields)
    parts = (numbers[start : start + width] for start in range(0, len(numbers), width))
    return {name: Changes(*part) for name, part in zip(place.lists, parts, strict=True)}


async def forget(session: AsyncSession, place: Place) -> None:
    """Delete what is staged of these lists, whichever try has staged it."""
    connection = await session.connection()
    # Locked first: a page that an older try is just storing is there by the time it is deleted.
    if (await connection.execute(_LOCK, place.asked)).one_or_none():
        await connection.execute(_forget(place.kind), place.asked)
        await connection.execute(_FORGET, place.asked)


async def forget_old(session: AsyncSession, practice_id: UUID, before: datetime) -> int:
    """Delete what was staged of a practice's connections and never finished; returns of how many lists."""
    connection = await session.connection()
    found = (await connection.execute(_OLD, {"practice_id": practice_id, "before": before})).all()
    for connection_id, name in found:
        await forget(session, Place(connection_id, (ListName(name),), uuid4()))
    for kind in STAGED:  # a release that knows of no stagings may have deleted a connection whose list was half read
        await connection.execute(_forget_lost(kind))
    return len(found)


async def forget_all(session: AsyncSession, connection_id: UUID, of: Collection[ListName] = tuple(ListName)) -> None:
    """Delete all that is staged of a connection, or of some of its lists, whichever try has staged it."""
    staged = (await waiting(session, (connection_id,)))[connection_id]
    for staging in (one for name, one in staged.items() if name in of):
        await forget(session, Place(connection_id, (ListName(staging.list_name),), staging.attempt))


_PLANNED = (text("SET LOCAL enable_seqscan = off"), text("SET LOCAL enable_nestloop = off"))
"""What is staged changes too quickly for statistics: PostgreSQL expects one row, and would compare each of ten thousand
rows with each of ten thousand others. All that is looked up is one connection's, as for ``writes``."""

_AS_USUAL = text("SET LOCAL enable_nestloop = on")

_IS_IT = "connection_id = :id AND list_name = :name"

_BEGIN = text("""
    INSERT INTO stagings (connection_id, list_name, scope, attempt, pages, is_all, begun_at)
    VALUES (:id, :name, :scope, :attempt, 0, false, :at)
""")
_TAKE_OVER = text(f"""
    UPDATE stagings SET attempt = :attempt WHERE {_IS_IT} AND attempt = :before AND pages = :pages
""")  # noqa: S608  # our own words, here and below
_ADD = text("""
    UPDATE stagings s SET pages = :page, cursor = :cursor, is_all = :is_all, expected = :expected FROM connections c
    WHERE s.connection_id = :id AND s.list_name = :name AND s.attempt = :attempt AND s.pages = :before
      AND c.id = s.connection_id AND c.pull_holder = :holder
""")
_HOLD = text(f"SELECT 1 FROM stagings WHERE {_IS_IT} AND attempt = :attempt FOR NO KEY UPDATE")  # noqa: S608
_LOCK = text(f"SELECT 1 FROM stagings WHERE {_IS_IT} FOR NO KEY UPDATE")  # noqa: S608
_FORGET = text(f"DELETE FROM stagings WHERE {_IS_IT}")  # noqa: S608
_OLD = text("""
    SELECT s.connection_id, s.list_name FROM stagings s JOIN connections c ON c.id = s.connection_id
    WHERE c.practice_id = :practice_id AND s.begun_at < :before ORDER BY s.connection_id, s.list_name
""")


@cache
def _forget(kind: RowKind) -> TextClause:
    return text(f"DELETE FROM {STAGED[kind].name} WHERE {_IS_IT}")  # noqa: S608


@cache
def _forget_lost(kind: RowKind) -> TextClause:
    return text(f"""
        DELETE FROM {STAGED[kind].name} r WHERE NOT EXISTS (
            SELECT FROM stagings s WHERE s.connection_id = r.connection_id AND s.list_name = r.list_name)
    """)  # noqa: S608


@cache
def _came(kind: RowKind) -> TextClause:
    return text(f"SELECT count(*), count(DISTINCT key) FROM {STAGED[kind].name} WHERE {_IS_IT}")  # noqa: S608


@cache
def _once(kind: RowKind) -> TextClause:
    table = STAGED[kind].name
    return text(f"""
        DELETE FROM {table} earlier USING {table} later
        WHERE earlier.connection_id = :id AND earlier.list_name = :name
          AND later.connection_id = :id AND later.list_name = :name
          AND later.key = earlier.key AND later.page > earlier.page
    """)  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Statements:
    """The statements that apply some lists; what they say of a row is what ``rules.lists.list_changes`` says."""

    in_none: TextClause | None
    members: TextClause
    count: TextClause
    drop_changed: TextClause
    mark_gone: TextClause
    insert: TextClause

    @staticmethod
    @cache
    def of(lists: Lists) -> "_Statements":
        kind = KIND_OF[lists[0]]
        table, staged = str(TABLE_OF[kind].__tablename__), STAGED[kind].name
        flags = flags_of(lists)
        others = [flag for flag in flags_of(tuple(name for name in kind.lists if name not in lists)) if flag]
        is_elsewhere = " OR ".join(f"h.{flag}" for flag in others) or "false"
        mine = [flag for flag in flags_of(kind.lists) if flag]
        in_none = " AND ".join(f"NOT {flag}" for flag in mine)
        members = ", ".join(f"count(*) FILTER (WHERE {flag or 'true'})" for flag in flags)
        read = f"SELECT * FROM {staged} WHERE {_IS_IT}"  # noqa: S608
        held = f"SELECT * FROM {table} WHERE connection_id = :id"  # noqa: S608
        own = ("connection_id", "list_name", "page", "fingerprint")
        names = [column.name for column in STAGED[kind].columns if column.name not in own]
        columns, values = ", ".join(names), ", ".join(f"r.{name}" for name in names)
        is_left = f"CASE WHEN :is_complete THEN {is_elsewhere} ELSE h.key <> ALL(CAST(:deleted AS text[])) END"
        numbers = []
        for flag in flags:
            before = f"(h.key IS NOT NULL AND h.gone_at IS NULL AND h.{flag or 'key IS NOT NULL'})"
            is_read = f"r.{flag}" if flag else "true"
            after = f"(CASE WHEN r.key IS NOT NULL THEN {is_read} ELSE {before} AND {is_left} END)"
            numbers += [
                f"count(*) FILTER (WHERE {after})",
                f"count(*) FILTER (WHERE {after} AND NOT {before})",
                f"count(*) FILTER (WHERE {before} AND {after} AND r.fingerprint <> h.fingerprint)",
                f"count(*) FILTER (WHERE {before} AND NOT {after})",
            ]
        return _Statements(
            in_none=text(f"DELETE FROM {staged} WHERE {_IS_IT} AND {in_none}") if mine else None,  # noqa: S608
            members=text(f"SELECT {members} FROM {staged} WHERE {_IS_IT}"),  # noqa: S608
            count=text(f"""
                SELECT {", ".join(numbers)}
                FROM ({read}) r FULL JOIN ({held}) h ON h.key = r.key
            """),  # noqa: S608
            drop_changed=text(f"""
                DELETE FROM {table} h USING {staged} r
                WHERE h.connection_id = :id AND r.connection_id = :id AND r.list_name = :name AND r.key = h.key
                  AND (h.gone_at IS NOT NULL OR h.fingerprint <> r.fingerprint)
            """),  # noqa: S608
            mark_gone=text(f"""
                UPDATE {table} h SET gone_at = :at, changed_at = :at
                WHERE h.connection_id = :id AND h.gone_at IS NULL
                  AND NOT ({is_left})
                  AND NOT EXISTS (SELECT FROM ({read}) r WHERE r.key = h.key)
            """),  # noqa: S608
            insert=text(f"""
                INSERT INTO {table} (connection_id, fingerprint, changed_at, {columns})
                SELECT r.connection_id, r.fingerprint, :at, {values}
                FROM ({read}) r
                WHERE NOT EXISTS (SELECT FROM {table} h WHERE h.connection_id = :id AND h.key = r.key)
            """),  # noqa: S608
        )
