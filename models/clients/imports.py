"""What an import of clients reads and writes: every client of the practice, new rows, and fields that change."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.clients.tables import Client
from models.connections.conditions import IS_HELD
from models.kit.arrays import texts
from models.kit.bulk import copy_rows
from models.practices.tables import Colleague
from rules.clients.imports.plans import ImportOwner, KnownClient

COLUMNS: Final = ("name", "owner_id", "team_id", "company_number", "tax_number", "reference")
"""Those that an import changes; a code never."""

_IDS: Final = frozenset({"owner_id", "team_id"})

_UNMERGED: Final = ", ".join(
    f"CASE WHEN k.merged_into_id IS NULL THEN k.{column} END"
    for column in ("company_number", "tax_number", "reference")
)


_KNOWN: Final = f"""
    SELECT k.id, k.name, k.code, k.owner_id, k.team_id, {_UNMERGED},
           k.archived_at IS NOT NULL, p.registration_number, p.tax_number,
           (SELECT m.code FROM clients m WHERE m.id = k.merged_into_id)
    FROM clients k
    LEFT JOIN connections c ON c.client_id = k.id AND {IS_HELD}
    LEFT JOIN organisation_profiles p ON p.connection_id = c.id AND p.gone_at IS NULL
    WHERE k.practice_id = :practice_id AND k.erased_at IS NULL
"""  # noqa: S608  # our own words


async def known_clients(session: AsyncSession, practice_id: UUID) -> Sequence[KnownClient]:
    """Every client of the practice, the archived too, with the numbers that its books have; ordered by code.

    One that was merged into another account is known by its code alone.
    """
    found = await (await session.connection()).execute(text(f"{_KNOWN} ORDER BY k.code"), {"practice_id": practice_id})
    return list({row[0]: KnownClient._make(row) for row in found}.values())


async def state_of_clients(session: AsyncSession, practice_id: UUID) -> str:
    """A text that stays the same only as long as ``known_clients`` does, without fetching them."""
    digest = "md5(string_agg(md5(CAST(known AS text)), '' ORDER BY md5(CAST(known AS text))))"
    counted = text(f"SELECT {digest} FROM ({_KNOWN}) AS known")  # noqa: S608  # our own words
    found: str | None = (await (await session.connection()).execute(counted, {"practice_id": practice_id})).scalar_one()
    return found or ""


async def people_of(session: AsyncSession, practice_id: UUID) -> Sequence[ImportOwner]:
    """Every colleague of the practice, those who have left too."""
    query: Any = select(Colleague.id, Colleague.name, Colleague.email, col(Colleague.deactivated_at).is_(None))
    found = await session.exec(query.where(Colleague.practice_id == practice_id))
    return [ImportOwner(*row) for row in found.all()]


async def insert_clients(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Store new clients, in a transaction that has locked the practice; ``rows`` have all columns of the table."""
    if rows:
        columns = list(Client.__table__.columns.keys())  # type: ignore[attr-defined]  # SQLModel hides the table
        await copy_rows(session, "clients", columns, [tuple(map(row.get, columns)) for row in rows])


async def change_clients(
    session: AsyncSession, practice_id: UUID, changes: Sequence[tuple[KnownClient, dict[str, Any]]]
) -> bool:
    """Change clients that are still what they were.

    Args:
        session: The caller's transaction.
        practice_id: The practice.
        changes: What each was, and the new values of some of ``COLUMNS``.

    Returns:
        Whether all were; otherwise the caller has to roll back.
    """
    if not changes:
        return True
    arrays: dict[str, list[str | None]] = {"ids": texts(was.id for was, _ in changes)}
    for column in COLUMNS:
        arrays[f"was_{column}"] = texts(getattr(was, column) for was, _ in changes)
        arrays[f"new_{column}"] = texts(values.get(column, getattr(was, column)) for was, values in changes)
    connection = await session.connection()
    lock = "SELECT id FROM clients WHERE id = ANY(CAST(:ids AS text[])::uuid[]) ORDER BY id FOR NO KEY UPDATE"
    await connection.execute(text(lock), {"ids": arrays["ids"]})
    kind = {column: "uuid" if column in _IDS else "text" for column in COLUMNS}
    names = [f"{when}_{column}" for column in COLUMNS for when in ("was", "new")]
    taken = ", ".join(f"CAST(:{name} AS text[])::{kind[name[4:]]}[]" for name in names)
    done = await connection.execute(
        text(f"""
            UPDATE clients k SET {", ".join(f"{column} = v.new_{column}" for column in COLUMNS)}
            FROM unnest(CAST(:ids AS text[])::uuid[], {taken}) AS v(id, {", ".join(names)})
            WHERE k.id = v.id AND k.practice_id = :practice_id AND k.archived_at IS NULL
              AND {" AND ".join(f"k.{column} IS NOT DISTINCT FROM v.was_{column}" for column in COLUMNS)}
        """),  # noqa: S608  # our own words
        {"practice_id": practice_id, **arrays},
    )
    return done.rowcount == len(changes)
