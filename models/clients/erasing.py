"""Erases a client for good, in one transaction; ``docs/decisions`` says what goes and what stays.

The rows of the client and of its connections stay without a name, so that what counts them (runs, their outcomes)
stays true. Everything that was read of it, and everything that says who it was, is deleted or replaced, but for the
code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import or_, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.connections import ConnectionStatus, GrantStatus
from contracts.words.runs import Stage
from models.clients.tables import Client
from models.connections.conditions import IS_NOT_ENDED
from models.connections.tables import Connection
from models.events import writes as events
from models.grants import writes as grants
from models.kit.arrays import texts
from models.kit.sealing import Sealer
from models.lists.tables import STAGING_TABLES, TABLE_OF
from models.practices.tables import Colleague
from models.runs import results
from models.runs.tables import Run

NAME: Final = "Erased client"
"""What stands in place of the client's name, and of its organisation's."""

SAID: Final = "This client was erased."
"""What stands in place of the message of a run about it."""

GONE: Final = "erased:"
"""What the ids begin with that stand in place of an organisation's and a login's."""

MOST_MERGED: Final = 100
"""Accounts that one was merged with; there are a few at most."""


@dataclass(frozen=True, slots=True)
class Erased:
    """The record that a client was erased.

    Attributes:
        client_id: Its id.
        code: Its code; another client may have it by now.
        at: When.
        by: The name of the colleague who did it.
    """

    client_id: UUID
    code: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class OwnLogin:
    """A living login that nothing but one client has used.

    Attributes:
        name: Of the person, or of the company, whose login it is.
        provider: The accounting software.
    """

    name: str
    provider: str


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is stored of a client.

    Attributes:
        rows: Rows of its lists, those that are gone at the provider too.
        events: Lines of its timeline.
        runs: Runs that list it or one of its organisations.
        logins: Living logins that nothing but this client has used; the night ends them.
    """

    rows: int
    events: int
    runs: int
    logins: tuple[OwnLogin, ...]


async def erased(session: AsyncSession, practice_id: UUID, client_id: UUID) -> Erased | None:
    """The record that one of the practice's clients was erased; None if it was not."""
    query: Any = select(Client.id, Client.code, Client.erased_at, Colleague.name)
    by = query.join(Colleague, col(Colleague.id) == col(Client.erased_by_id))
    found = await session.exec(by.where(Client.practice_id == practice_id, Client.id == client_id))
    row = found.one_or_none()
    return Erased(*row) if row else None


async def accounts_of(session: AsyncSession, client: Client) -> Sequence[Client]:
    """The client and the accounts that were merged into it, locked; they are one client, and go together."""
    query = select(Client).where(or_(col(Client.id) == client.id, col(Client.merged_into_id) == client.id))
    locked = query.order_by(col(Client.id)).limit(MOST_MERGED).with_for_update(key_share=True)
    return (await session.exec(locked.execution_options(populate_existing=True))).all()


async def connections_of(
    session: AsyncSession, accounts: Sequence[Client], *, is_locked: bool = False
) -> Sequence[Connection]:
    """All connections that clients have or had; locked in the order of their ids."""
    ids = [account.id for account in accounts]
    query = select(Connection).where(col(Connection.client_id).in_(ids)).order_by(col(Connection.id))
    if is_locked:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await session.exec(query)).all()


async def open_runs(session: AsyncSession, accounts: Sequence[Client]) -> Sequence[Run]:
    """Runs that have not ended and list one of the clients, or an organisation of theirs; the oldest first."""
    found = await (await session.connection()).execute(_OPEN_RUNS, _whose(accounts))
    ids = [run_id for (run_id,) in found]
    query = select(Run).where(col(Run.id).in_(ids)).order_by(col(Run.created_at))
    return (await session.exec(query)).all() if ids else []


async def holdings(session: AsyncSession, accounts: Sequence[Client]) -> Holdings:
    """What is stored of clients that are one."""
    connection, whose = await session.connection(), _whose(accounts)
    rows = (await connection.execute(_ROWS, whose)).scalar_one()
    happened = (await connection.execute(_EVENTS, whose)).scalar_one()
    runs = (await connection.execute(_RUNS, whose)).scalar_one()
    logins = await connection.execute(_LOGINS, whose)
    return Holdings(rows, happened, runs, tuple(OwnLogin(*login) for login in logins))


async def erase(
    session: AsyncSession, sealer: Sealer, accounts: Sequence[Client], *, colleague_id: UUID, at: datetime
) -> None:
    """Erase clients that are one. The caller has locked them and their connections, which have all ended.

    Args:
        session: The caller's transaction.
        sealer: Seals that nothing is left of a login.
        accounts: The clients; see ``accounts_of``.
        colleague_id: Who asks for it.
        at: This moment.
    """
    connection = await session.connection()
    for one in await connections_of(session, accounts):
        await results.give_up_waiting(session, one.id, SAID, at)
    await session.flush()
    whose = _whose(accounts) | {"name": NAME, "said": SAID, "at": at, "colleague_id": colleague_id}
    await _forget_logins(session, sealer, whose, at)
    for statement in (*_LISTS, *_STATEMENTS):
        await connection.execute(statement, whose)
    for account in accounts:
        await session.refresh(account)
    record = {"kind": "client.erased", "colleague_id": colleague_id, "at": at}
    await events.record(session, [record | {"practice_id": one.practice_id, "before": one.code} for one in accounts])


async def _forget_logins(session: AsyncSession, sealer: Sealer, whose: dict[str, Any], at: datetime) -> None:
    """Keep nothing of logins that have ended and served nobody else: no secret, no name, no account."""
    for grant_id in [grant_id for (grant_id,) in await (await session.connection()).execute(_ENDED_LOGINS, whose)]:
        grant = await grants.locked_grant(session, grant_id)
        if grant.status is GrantStatus.SIGNED_OUT:  # nobody has signed in with it meanwhile
            grants.put_end(grant, sealer, at)
            grant.label, grant.account_key, grant.person = NAME, f"{GONE}{uuid4()}", None
            session.add(grant)
    await session.flush()


def _whose(accounts: Sequence[Client]) -> dict[str, Any]:
    return {"ids": texts(one.id for one in accounts), "practice_id": accounts[0].practice_id}


_IDS: Final = "ANY(CAST(:ids AS text[])::uuid[])"
_THEIRS: Final = f"SELECT id FROM connections WHERE client_id = {_IDS}"  # noqa: S608  # our own words, here and below
_IS_THEIRS: Final = f"""(
    o.client_id = {_IDS} OR o.connection_id IN ({_THEIRS})
    OR (r.provider, o.organisation_id) IN (SELECT provider, organisation_id FROM connections WHERE client_id = {_IDS})
)"""  # noqa: S608
"""A row ``run_organisations o`` of a run ``runs r`` that is about one of the clients or their books."""

_TABLES: Final = tuple(str(table.__tablename__) for table in TABLE_OF.values())
_LISTS: Final = tuple(
    text(f"DELETE FROM {table} WHERE connection_id IN ({_THEIRS})")  # noqa: S608
    for table in (*_TABLES, *STAGING_TABLES, "receipts")
)
_COUNTS: Final = (f"(SELECT count(*) FROM {table} WHERE connection_id IN ({_THEIRS}))" for table in _TABLES)  # noqa: S608
_ROWS: Final = text(f"SELECT {' + '.join(_COUNTS)}")
_EVENTS: Final = text(f"SELECT count(*) FROM events WHERE client_id = {_IDS}")  # noqa: S608
_ALL_THEIRS: Final = f"""
    SELECT run_id, organisation_id FROM run_organisations WHERE client_id = {_IDS}
    UNION SELECT run_id, organisation_id FROM run_organisations WHERE connection_id = ANY(ARRAY({_THEIRS}))
    UNION SELECT o.run_id, o.organisation_id FROM connections c
        JOIN runs r ON r.practice_id = c.practice_id AND r.provider = c.provider
        JOIN run_organisations o ON o.run_id = r.id AND o.organisation_id = c.organisation_id
        WHERE c.client_id = {_IDS}
"""  # noqa: S608
"""The rows of ``_IS_THEIRS``, of all runs: each part alone has an index, where all at once would look at every row."""

_RUNS: Final = text(f"""
    SELECT count(DISTINCT r.id) FROM runs r JOIN ({_ALL_THEIRS}) theirs ON theirs.run_id = r.id
    WHERE r.practice_id = :practice_id
""")  # noqa: S608

_OPEN_RUNS: Final = text(f"""
    SELECT r.id FROM runs r WHERE r.practice_id = :practice_id AND r.stage <> '{Stage.FINISHED.value}' AND (
        r.client_id = {_IDS}
        OR EXISTS (SELECT FROM expected_sign_ins s WHERE s.run_id = r.id AND s.client_id = {_IDS})
        OR EXISTS (SELECT FROM expected_organisations s WHERE s.run_id = r.id AND s.client_id = {_IDS})
        OR EXISTS (
            SELECT FROM run_organisations o WHERE o.run_id = r.id
              AND ({_IS_THEIRS} OR o.link_client_id = {_IDS} OR o.matched_client_id = {_IDS}))
    )
""")  # noqa: S608

_OF_OTHERS: Final = "c.grant_id = g.id AND c.client_id <> ALL(CAST(:ids AS text[])::uuid[])"
_LOGINS: Final = text(f"""
    SELECT g.label, g.provider FROM grants g
    WHERE g.id IN (SELECT grant_id FROM connections WHERE client_id = {_IDS})
      AND g.status = '{GrantStatus.ACTIVE.value}'
      AND NOT EXISTS (SELECT FROM connections c WHERE {_OF_OTHERS} AND {IS_NOT_ENDED})
    ORDER BY g.label, g.provider
""")  # noqa: S608
_ENDED_LOGINS: Final = text(f"""
    SELECT g.id FROM grants g
    WHERE g.id IN (SELECT grant_id FROM connections WHERE client_id = {_IDS})
      AND g.status = '{GrantStatus.SIGNED_OUT.value}'
      AND NOT EXISTS (SELECT FROM connections c WHERE {_OF_OTHERS})
    ORDER BY g.id
""")  # noqa: S608

_STATEMENTS: Final = tuple(
    text(statement)
    for statement in (
        f"DELETE FROM connection_changes WHERE client_id = {_IDS}",  # noqa: S608
        f"DELETE FROM events WHERE client_id = {_IDS}",  # noqa: S608
        f"DELETE FROM events WHERE client_id IS NULL AND connection_id IN ({_THEIRS})",  # noqa: S608
        # What a run says of them. A row that never became a client is not tried again.
        f"""
        UPDATE run_organisations o
        SET organisation_id = '{GONE}' || gen_random_uuid(), name = :name, profile = NULL,
            provider_connection_id = NULL, verdict_message = NULL,
            message = CASE WHEN o.message IS NOT NULL THEN :said END,
            action = CASE WHEN o.client_id IS NOT NULL THEN o.action END
        FROM runs r, ({_ALL_THEIRS}) theirs
        WHERE r.id = o.run_id AND r.practice_id = :practice_id
          AND o.run_id = theirs.run_id AND o.organisation_id = theirs.organisation_id
        """,  # noqa: S608
        # What it says of others that were taken for them.
        f"""
        UPDATE run_organisations o SET verdict_message = NULL
        FROM runs r WHERE r.id = o.run_id AND r.practice_id = :practice_id AND o.matched_client_id = {_IDS}
        """,  # noqa: S608
        f"""
        UPDATE runs SET message = :said
        WHERE client_id = {_IDS} AND message IS NOT NULL
          AND NOT (kind = 'reconnect-all' AND result IN ('completed', 'completed_with_failures'))
        """,  # noqa: S608  # those only count
        f"""
        UPDATE expected_sign_ins
        SET organisation_id = '{GONE}' || gen_random_uuid(), name = :name, came_instead = NULL
        WHERE client_id = {_IDS}
        """,  # noqa: S608
        f"UPDATE client_links SET organisation_id = '' WHERE client_id = {_IDS}",  # noqa: S608
        f"DELETE FROM client_link_mails WHERE client_id = {_IDS}",  # noqa: S608
        f"""
        UPDATE expected_organisations SET organisation_id = NULL, name = :name, came_instead = NULL
        WHERE client_id = {_IDS}
        """,  # noqa: S608
        f"""
        DELETE FROM consent_attempts a USING connections c
        WHERE c.client_id = {_IDS} AND a.practice_id = :practice_id AND a.provider = c.provider
          AND a.expected_organisation_id = c.organisation_id
        """,  # noqa: S608
        f"""
        DELETE FROM grant_reach x USING connections c
        WHERE c.client_id = {_IDS} AND x.grant_id = c.grant_id AND x.organisation_id = c.organisation_id
        """,  # noqa: S608
        # Mails that are not sent yet would write into the timelines once more.
        """
        UPDATE notices n SET tells_of = (
            SELECT coalesce(jsonb_agg(one), '[]'::jsonb) FROM jsonb_array_elements(n.tells_of) one
            WHERE one ->> 'client_id' <> ALL(CAST(:ids AS text[])))
        WHERE n.practice_id = :practice_id AND n.sent_at IS NULL AND jsonb_typeof(n.tells_of) = 'array'
          AND EXISTS (SELECT FROM jsonb_array_elements(n.tells_of) one
                      WHERE one ->> 'client_id' = ANY(CAST(:ids AS text[])))
        """,
        f"""
        UPDATE connections
        SET organisation_id = '{GONE}' || gen_random_uuid(), organisation_name = :name, is_current = false,
            status = '{ConnectionStatus.DISCONNECTED.value}', provider_connection_id = NULL,
            cause = NULL, cause_detail = NULL, look_cause = NULL, look_detail = NULL, limited_until = NULL,
            trouble_since = NULL, told_at = NULL, next_refresh_at = NULL, pull_holder = NULL, pull_until = NULL
        WHERE client_id = {_IDS}
        """,  # noqa: S608
        f"""
        UPDATE clients
        SET name = :name, company_number = NULL, tax_number = NULL, reference = NULL, team_id = NULL,
            archived_at = coalesce(archived_at, :at), erased_at = :at, erased_by_id = :colleague_id
        WHERE id = {_IDS}
        """,  # noqa: S608
    )
)
