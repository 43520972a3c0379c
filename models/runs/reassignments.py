"""Queries of *Reassign clients*: the clients that a login reaches, the move, and the notices to old owners."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.clients.tables import Client
from models.connections.conditions import HAS_LIVING_STATUS, IS_LIVING
from models.events import writes as events
from models.grants.tables import GrantHolder
from models.kit.arrays import texts
from models.notices import writes as notices
from models.notices.letters import notice_of
from models.practices.tables import Colleague, Practice
from models.runs.tables import Run
from rules.runs.moving import moved_away
from rules.runs.taking_over import HeldSignIn


class Reassignable(NamedTuple):
    """A client of a colleague, and the login with which it is to be read.

    Attributes:
        organisation_id: The provider's id of its organisation.
        name: The client's name.
        connection_id: Its current connection.
        client_id: The client.
        grant_id: The login that takes it over; its present login where no other is known.
        owner_id: Its present owner.
        owner_name: The owner's name.
        has_left: Whether the owner is deactivated.
        team_name: Its team; None without one.
    """

    organisation_id: str
    name: str
    connection_id: UUID
    client_id: UUID
    grant_id: UUID
    owner_id: UUID
    owner_name: str
    has_left: bool
    team_name: str | None


_LIST = """
    SELECT c.organisation_id, k.name, c.id, k.id, {login}, p.id, p.name, p.deactivated_at IS NOT NULL, t.name
    FROM connections c
    JOIN clients k ON k.id = c.client_id
    JOIN colleagues p ON p.id = k.owner_id
    LEFT JOIN teams t ON t.id = k.team_id
    WHERE c.practice_id = :practice_id AND c.provider = :provider AND c.is_current AND k.archived_at IS NULL
      AND {wanted}
    ORDER BY p.deactivated_at IS NULL, p.name, k.name, k.code
"""


async def held_sign_ins(
    session: AsyncSession, practice_id: UUID, provider: str, colleague_id: UUID
) -> Sequence[HeldSignIn]:
    """Colleagues' sign-ins for organisations of clients that are not one's own, by client; each with who gave it last.

    Args:
        session: Any session.
        practice_id: The practice.
        provider: The accounting software.
        colleague_id: Whose own clients are left out.
    """
    found = await (await session.connection()).execute(
        text(f"""
            SELECT coalesce(h.name, p.name), k.name, k.id, c.organisation_id
            FROM connections c
            JOIN clients k ON k.id = c.client_id
            JOIN colleagues p ON p.id = k.owner_id
            LEFT JOIN LATERAL (
                SELECT s.name FROM grant_holders g JOIN colleagues s ON s.id = g.colleague_id
                WHERE g.grant_id = c.grant_id AND g.practice_id = c.practice_id
                ORDER BY g.signed_in_at DESC LIMIT 1
            ) h ON true
            WHERE c.practice_id = :practice_id AND c.provider = :provider AND {IS_LIVING}
              AND k.archived_at IS NULL AND p.id <> :colleague_id
            ORDER BY k.name, k.code
        """),  # noqa: S608  # our own words
        {"practice_id": practice_id, "provider": provider, "colleague_id": colleague_id},
    )
    return [HeldSignIn(*row) for row in found]


async def reached_clients(
    session: AsyncSession,
    practice_id: UUID,
    provider: str,
    grant_id: UUID,
    reached: Collection[str],
    colleague_id: UUID,
) -> Sequence[Reassignable]:
    """Other colleagues' clients whose organisation a login reaches; clients of leavers come first."""
    found = await (await session.connection()).execute(
        text(
            _LIST.format(
                login="CAST(:grant_id AS uuid)",
                wanted=f"""{HAS_LIVING_STATUS} AND p.id <> :colleague_id
                           AND c.organisation_id = ANY(CAST(:reached AS text[]))""",
            )
        ),
        {
            "practice_id": practice_id,
            "provider": provider,
            "grant_id": grant_id,
            "reached": list(reached),
            "colleague_id": colleague_id,
        },
    )
    return [Reassignable(*row) for row in found]


async def clients_of(
    session: AsyncSession, practice_id: UUID, provider: str, from_id: UUID, to_id: UUID
) -> Sequence[Reassignable]:
    """A colleague's clients, each with a login of the new owner that was last seen to reach it, or else its own login.

    Disconnected clients are included, because somebody has to look after them too; archived ones are not.
    """
    known = """COALESCE((SELECT r.grant_id FROM grant_reach r
                         JOIN grants g ON g.id = r.grant_id AND g.status = 'active' AND g.provider = c.provider
                         JOIN grant_holders h ON h.grant_id = r.grant_id AND h.practice_id = c.practice_id
                         WHERE h.colleague_id = :to_id AND r.organisation_id = c.organisation_id
                         ORDER BY r.seen_at DESC LIMIT 1), c.grant_id)"""
    found = await (await session.connection()).execute(
        text(_LIST.format(login=known, wanted="p.id = :from_id")),
        {"practice_id": practice_id, "provider": provider, "from_id": from_id, "to_id": to_id},
    )
    return [Reassignable(*row) for row in found]


async def write_list(
    session: AsyncSession, run_id: str, found: Sequence[Reassignable], at: datetime, *, new_owner_id: UUID | None
) -> int:
    """Add clients to the run's list; one that is listed already keeps its place and the owner that was shown.

    Args:
        session: The caller's transaction, with the run locked.
        run_id: The run.
        found: The clients, in the list's order.
        at: This moment.
        new_owner_id: The new owner of all of them, for a hand-over; None when somebody is to choose.

    Returns:
        How many clients the list has now.
    """
    connection = await session.connection()
    count = text("SELECT count(*) FROM run_organisations WHERE run_id = :run_id")
    end = text("SELECT coalesce(max(position) + 1, 0) FROM run_organisations WHERE run_id = :run_id")
    already = (await connection.execute(end, {"run_id": run_id})).scalar_one()
    await connection.execute(
        text("""
            INSERT INTO run_organisations
                (run_id, organisation_id, position, name, grant_id, connection_id, client_id, matched_client_id,
                 shown_owner_id, owner_id, action, verdict, verdict_message, updated_at)
            SELECT :run_id, f.id, :already + f.place - 1, left(f.name, 255), f.grant_id, f.connection, f.client,
                   f.client, f.owner, CAST(:new_owner AS uuid),
                   CASE WHEN CAST(:new_owner AS uuid) IS NOT NULL THEN 'reassign' END, 'already_client', f.message, :at
            FROM unnest(CAST(:ids AS text[]), CAST(:names AS text[]), CAST(:grants AS text[])::uuid[],
                        CAST(:connections AS text[])::uuid[], CAST(:clients AS text[])::uuid[],
                        CAST(:owners AS text[])::uuid[], CAST(:messages AS text[]))
                WITH ORDINALITY AS f (id, name, grant_id, connection, client, owner, message, place)
            ON CONFLICT (run_id, organisation_id) DO NOTHING
        """),
        {
            "run_id": run_id,
            "already": already,
            "new_owner": new_owner_id,
            "at": at,
            "ids": [one.organisation_id for one in found],
            "names": [one.name for one in found],
            "grants": texts(one.grant_id for one in found),
            "connections": texts(one.connection_id for one in found),
            "clients": texts(one.client_id for one in found),
            "owners": texts(one.owner_id for one in found),
            "messages": [shown(one)[:300] for one in found],
        },
    )
    return int((await connection.execute(count, {"run_id": run_id})).scalar_one())


def shown(one: Reassignable) -> str:
    """A sentence on a client's present owner, for the list."""
    left = ", who has left" if one.has_left else ""
    team = f" Team {one.team_name}." if one.team_name else ""
    return f"Looked after by {one.owner_name}{left}.{team}"


async def holds(session: AsyncSession, colleague: Colleague, grant_id: UUID) -> bool:
    """Whether a colleague has signed in with this login."""
    return await session.get(GrantHolder, (grant_id, colleague.practice_id, colleague.id)) is not None


async def move_owner(
    session: AsyncSession, client: Client, new_owner: Colleague, old_owner: Colleague, run: Run, at: datetime
) -> None:
    """Give a locked client to another colleague, and write the event in the name of the run's colleague."""
    client.owner_id = new_owner.id
    session.add(client)
    await events.changed(
        session,
        client.practice_id,
        client.id,
        "client.reassigned",
        at,
        run_id=run.id,
        colleague_id=run.colleague_id,
        before=old_owner.name,
        after=new_owner.name,
    )


async def tell_old_owners(session: AsyncSession, run_id: str, at: datetime) -> int:
    """Write one notice to each active colleague who lost clients in the run; a repeat writes none.

    Returns:
        How many were written.
    """
    moved = await (await session.connection()).execute(
        text("""
            SELECT old.id, old.name, o.name, new.name
            FROM run_organisations o
            JOIN colleagues old ON old.id = o.shown_owner_id AND old.deactivated_at IS NULL
            JOIN colleagues new ON new.id = o.owner_id AND new.id <> old.id
            WHERE o.run_id = :run_id AND o.outcome = 'reassigned'
            ORDER BY old.id, o.position
        """),
        {"run_id": run_id},
    )
    run = await session.get_one(Run, run_id)
    practice = await session.get_one(Practice, run.practice_id)
    rows = []
    for (old_id, name), theirs in groupby(moved, key=lambda row: (row[0], row[1])):
        letter = moved_away(name, [(client, owner) for _, _, client, owner in theirs])
        rows.append(notice_of(letter, practice, old_id, kind="clients.reassigned", key=f"{run_id}:{old_id}", at=at))
    return await notices.write(session, rows)
