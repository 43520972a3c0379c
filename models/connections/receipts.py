"""Receipts: for each list, what the last successful pull stored, or why the last try failed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.causes import Cause
from contracts.words.lists import ListName
from models.connections.health import IS_CHOSEN
from models.connections.tables import Receipt
from models.kit.arrays import texts
from rules.lists.list_changes import Changes

_NO_ANSWERS: Mapping[tuple[UUID, ListName], bytes] = {}


async def write_receipts(
    session: AsyncSession,
    changes: Mapping[UUID, Mapping[ListName, Changes]],
    *,
    pull_id: str,
    at: datetime,
    answers: Mapping[tuple[UUID, ListName], bytes] = _NO_ANSWERS,
) -> None:
    """Write receipts of what pulls stored, in the transaction that stores it.

    Args:
        session: The caller's transaction.
        changes: The changes of each list, by connection, as ``rules.lists.list_changes`` counted them.
        pull_id: The run or sync that stored it, for ``before_pull``.
        at: The moment of the pull (aware, UTC).
        answers: Fingerprints of the answers that the rows are made of; of other lists, none is known from now on.
    """
    written = [(identity, name, counted) for identity, lists in changes.items() for name, counted in lists.items()]
    if not written:
        return
    pulled = {
        "at": at,
        "pull_id": pull_id,
        "ids": texts(identity for identity, _, _ in written),
        "names": [name.value for _, name, _ in written],
        **{field: texts(getattr(counted, field) for _, _, counted in written) for field in Changes._fields},
        "answers": [
            answer.hex() if (answer := answers.get((identity, name))) else None for identity, name, _ in written
        ],
    }
    await (await session.connection()).execute(_WRITE, pulled)


async def confirm(
    session: AsyncSession, unchanged: Mapping[UUID, Iterable[ListName]], *, pull_id: str, at: datetime
) -> None:
    """Write that nothing has changed in lists; how many rows they have stays, and of which answer they are.

    Args:
        session: The caller's transaction.
        unchanged: The lists, by connection.
        pull_id: As for ``write_receipts``.
        at: The moment of the pull (aware, UTC).
    """
    pairs = [(identity, name) for identity, names in unchanged.items() for name in names]
    if pairs:
        asked = {"ids": texts(identity for identity, _ in pairs), "names": [name.value for _, name in pairs]}
        await (await session.connection()).execute(_CONFIRM, asked | {"at": at, "pull_id": pull_id})


_CONFIRM = text("""
    UPDATE receipts r
    SET added = 0, changed = 0, gone = 0, pulled_at = :at, attempted_at = :at, pull_id = :pull_id,
        answered_at = CASE WHEN r.answered_at = r.pulled_at THEN CAST(:at AS timestamptz) END,
        cause = NULL, cause_detail = NULL
    FROM unnest(CAST(:ids AS text[])::uuid[], CAST(:names AS text[])) AS read (connection_id, name)
    WHERE r.connection_id = read.connection_id AND r.list_name = read.name
""")


async def first_cause(session: AsyncSession, connection_id: UUID) -> Cause | None:
    """The cause of one of the connection's lists whose last try failed; None if none failed."""
    query = select(Receipt.cause).where(Receipt.connection_id == connection_id, col(Receipt.cause).is_not(None))
    cause = (await session.exec(query.limit(1))).first()
    return Cause(cause) if cause else None


_WRITE = text("""
    INSERT INTO receipts (connection_id, list_name, rows, added, changed, gone, pulled_at, attempted_at, pull_id,
                          answer_fingerprint, answered_at)
    SELECT list.connection_id, list.name, list.rows, list.added, list.changed, list.gone, :at, :at, :pull_id,
           decode(list.answer, 'hex'), :at
    FROM unnest(CAST(:ids AS text[])::uuid[], CAST(:names AS text[]), CAST(:rows AS text[])::int[],
                CAST(:added AS text[])::int[], CAST(:changed AS text[])::int[], CAST(:gone AS text[])::int[],
                CAST(:answers AS text[]))
        AS list (connection_id, name, rows, added, changed, gone, answer)
    ON CONFLICT (connection_id, list_name) DO UPDATE
        SET rows = excluded.rows, added = excluded.added, changed = excluded.changed, gone = excluded.gone,
            pulled_at = excluded.pulled_at, attempted_at = excluded.attempted_at, pull_id = excluded.pull_id,
            answer_fingerprint = excluded.answer_fingerprint, answered_at = excluded.answered_at,
            cause = NULL, cause_detail = NULL
""")


class Failure(NamedTuple):
    """Why lists of a connection could not be pulled.

    Attributes:
        connection_id: The connection.
        lists: The lists that failed.
        cause: Why they failed.
        detail: For support staff; cut at 200 characters.
    """

    connection_id: UUID
    lists: Iterable[ListName]
    cause: Cause
    detail: str


async def write_failures(session: AsyncSession, failures: Iterable[Failure], *, at: datetime) -> None:
    """Write why lists could not be pulled; the numbers of the last successful pull stay.

    A cause that needs a person also stays when the new cause is transient, because an outage says nothing about it.

    Args:
        session: The caller's transaction.
        failures: Of several connections; of a list that is named twice, the last one counts.
        at: The moment of the try (aware, UTC).
    """
    failed = {(one.connection_id, name): one for one in failures for name in one.lists}
    if not failed:
        return
    asked = {
        "ids": texts(of for of, _ in failed),
        "names": [name.value for _, name in failed],
        "causes": [one.cause.value for one in failed.values()],
        "details": [one.detail[:200] for one in failed.values()],
        "at": at,
        "lasting": [cause.value for cause in Cause if cause.needs_person],
        "replacing": [cause.value for cause in Cause if cause.needs_person or cause.is_of_list],
    }
    await (await session.connection()).execute(_WRITE_FAILURES, asked)


_WRITE_FAILURES = text("""
    INSERT INTO receipts (connection_id, list_name, rows, added, changed, gone, attempted_at, cause, cause_detail)
    SELECT failed.connection_id, failed.name, 0, 0, 0, 0, :at, failed.cause, nullif(failed.detail, '')
    FROM unnest(CAST(:ids AS text[])::uuid[], CAST(:names AS text[]), CAST(:causes AS text[]), CAST(:details AS text[]))
        AS failed (connection_id, name, cause, detail)
    ON CONFLICT (connection_id, list_name) DO UPDATE
        SET cause = CASE WHEN receipts.cause = ANY(CAST(:lasting AS text[]))
                              AND excluded.cause <> ALL(CAST(:replacing AS text[]))
                         THEN receipts.cause ELSE excluded.cause END,
            cause_detail = CASE WHEN receipts.cause = ANY(CAST(:lasting AS text[]))
                                     AND excluded.cause <> ALL(CAST(:replacing AS text[]))
                                THEN receipts.cause_detail ELSE excluded.cause_detail END,
            attempted_at = excluded.attempted_at
""")


async def disprove(session: AsyncSession, connection_ids: Sequence[UUID], causes: Iterable[Cause]) -> list[UUID]:
    """Remove causes from failed lists once it is known that they no longer hold; the lists have to be read next.

    Args:
        session: A transaction in which the connections are locked.
        connection_ids: The connections.
        causes: The causes that no longer hold.

    Returns:
        The connections that have such a list.
    """
    asked = {"ids": texts(connection_ids), "causes": [cause.value for cause in causes]}
    return list(dict.fromkeys((await (await session.connection()).execute(_DISPROVE, asked)).scalars()))


_DISPROVE = text("""
    UPDATE receipts SET cause = NULL, cause_detail = NULL
    WHERE connection_id = ANY(CAST(:ids AS text[])::uuid[]) AND cause = ANY(CAST(:causes AS text[]))
    RETURNING connection_id
""")


async def says(session: AsyncSession, connection_id: UUID, cause: Cause) -> bool:
    """Whether one of the connection's chosen lists has failed for this cause."""
    asked = {"connection": connection_id, "cause": cause.value}
    return bool((await (await session.connection()).execute(_SAYS, asked)).scalar_one())


_SAYS = text(f"""
    SELECT EXISTS (SELECT FROM receipts r JOIN connections c ON c.id = r.connection_id
                   WHERE c.id = :connection AND r.cause = :cause AND {IS_CHOSEN})
""")  # noqa: S608  # our own words


class BeforePull(NamedTuple):
    """What a connection's receipts say before it is read.

    Attributes:
        stored: Lists that the same run or sync has stored; a retry skips them.
        rows: How many rows each list has; lists that were never pulled are missing.
    """

    stored: set[ListName]
    rows: dict[ListName, int]


async def before_pull(session: AsyncSession, connection_ids: Sequence[UUID], pull_id: str) -> dict[UUID, BeforePull]:
    """What the receipts of each connection say, for a pull with this id."""
    asked = {"connections": texts(connection_ids), "pull": pull_id}
    found = {identity: BeforePull(set(), {}) for identity in connection_ids}
    for identity, name, rows, is_stored in await (await session.connection()).execute(_BEFORE_PULL, asked):
        found[identity].rows[ListName(name)] = rows
        if is_stored:
            found[identity].stored.add(ListName(name))
    return found


_BEFORE_PULL = text("""
    SELECT connection_id, list_name, rows, coalesce(pull_id = :pull, false) AND cause IS NULL FROM receipts
    WHERE connection_id = ANY(CAST(:connections AS text[])::uuid[]) AND pulled_at IS NOT NULL
""")


async def receipts_of(session: AsyncSession, connection_id: UUID) -> dict[ListName, Receipt]:
    """The receipts of a connection, by list; a list that was never tried has none.

    The caller has checked that the connection is its practice's.
    """
    return (await receipts_of_each(session, (connection_id,)))[connection_id]


async def receipts_of_each(
    session: AsyncSession, connection_ids: Sequence[UUID]
) -> dict[UUID, dict[ListName, Receipt]]:
    """The same of several connections."""
    query = select(Receipt).where(col(Receipt.connection_id).in_(connection_ids))
    found: dict[UUID, dict[ListName, Receipt]] = {identity: {} for identity in connection_ids}
    for receipt in (await session.exec(query)).all():
        found[receipt.connection_id][receipt.list_name] = receipt
    return found
