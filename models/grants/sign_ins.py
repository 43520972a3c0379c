"""Queries of sign-ins: each is taken once, by the hash of its state, and told of on the timelines of its clients."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.connections.conditions import IS_LIVING
from models.events import writes as events
from models.grants.tables import ConsentAttempt, Grant, SignInLink
from models.practices.tables import Colleague, Practice
from models.runs.tables import Run
from rules.runs.taking_over import HeldSignIn

FINISHED_WITHIN = timedelta(seconds=45)
"""Longer than a provider's token endpoint is waited for: a sign-in that is not finished after it was interrupted."""


class LinkView(NamedTuple):
    """A link at which somebody signs in, with what they have to know.

    Attributes:
        link: The link.
        run: What it is for.
        practice_name: Whose Clientsync reads what is allowed.
        colleague_name: Who asks.
        has_left: Whether that colleague has left the practice.
        is_used: Whether somebody has signed in by it.
        client_name: The one client without a connection that the run is for; None where it is for no single one.
    """

    link: SignInLink
    run: Run
    practice_name: str
    colleague_name: str
    has_left: bool
    is_used: bool
    client_name: str | None = None


class AskedFor(NamedTuple):
    """A client without a connection, by id and name, whose people somebody is asked to sign in for."""

    client_id: UUID
    name: str


async def client_of(session: AsyncSession, run_id: str) -> AskedFor | None:
    """The one client without a connection that a run is for; None where it is for no single one."""
    found = await (await session.connection()).execute(
        text("""
            SELECT k.id, k.name FROM expected_organisations e LEFT JOIN clients k ON k.id = e.client_id
            WHERE e.run_id = :run_id LIMIT 2
        """),
        {"run_id": run_id},
    )
    rows = found.all()
    return AskedFor(*rows[0]) if len(rows) == 1 and rows[0].id is not None else None


async def find_link(session: AsyncSession, token_hash: bytes) -> LinkView | None:
    """A sign-in link by the hash of its secret, whether or not it can still be used."""
    query = (
        select(SignInLink, Run, Practice, Colleague)
        .join(Run, col(Run.id) == col(SignInLink.run_id))
        .join(Practice, col(Practice.id) == col(SignInLink.practice_id))
        .join(Colleague, col(Colleague.id) == col(SignInLink.colleague_id))
        .where(SignInLink.token_hash == token_hash)
    )
    found = (await session.exec(query)).one_or_none()
    if found is None:
        return None
    link, run, practice, colleague = found
    succeeded = select(ConsentAttempt.id).where(
        ConsentAttempt.link_id == link.id, col(ConsentAttempt.grant_id).is_not(None)
    )
    is_used = (await session.exec(succeeded.limit(1))).first() is not None
    for_client = await client_of(session, run.id)
    return LinkView(
        link,
        run,
        practice.name,
        colleague.name,
        colleague.deactivated_at is not None,
        is_used,
        for_client and for_client.name,
    )


async def begun_by(session: AsyncSession, link_id: UUID) -> int:
    """How many sign-ins were begun by a link."""
    query = select(func.count()).select_from(ConsentAttempt).where(ConsentAttempt.link_id == link_id)
    return (await session.exec(query)).one()


async def use_consent(session: AsyncSession, state_hash: bytes, at: datetime) -> ConsentAttempt | None:
    """Take a sign-in by the hash of its state, once.

    Args:
        session: The caller's transaction.
        state_hash: SHA-256 of the state that came back with the browser.
        at: This moment (aware, UTC).

    Returns:
        The sign-in; None when there is none, when it was used, or when its time is over.
    """
    taken = (
        update(ConsentAttempt)
        .where(
            col(ConsentAttempt.state_hash) == state_hash,
            col(ConsentAttempt.used_at).is_(None),
            col(ConsentAttempt.expires_at) > at,
        )
        .values(used_at=at)
        .returning(ConsentAttempt)
    )
    attempt: ConsentAttempt | None = (await session.exec(taken)).scalars().one_or_none()
    return attempt


async def find_consent(session: AsyncSession, state_hash: bytes) -> ConsentAttempt | None:
    """A sign-in by the hash of its state, used or not; for a callback that is loaded again."""
    query = select(ConsentAttempt).where(ConsentAttempt.state_hash == state_hash)
    return (await session.exec(query)).one_or_none()


class Coming(NamedTuple):
    """A sign-in under way that may bring a login newer tokens; ``is_being_finished`` when its browser is back."""

    is_being_finished: bool


async def coming(session: AsyncSession, grant: Grant, at: datetime) -> Coming | None:
    """Whether somebody may be signing in with a login just now; its tokens then end for a newer set.

    Whose a sign-in is, is not known before its code is exchanged, so that any counts then; before that, those of the
    practices that use the login.

    Args:
        session: Any session.
        grant: The login.
        at: This moment (aware, UTC).
    """
    found = await (await session.connection()).execute(
        text("""
            SELECT bool_or(a.used_at IS NOT NULL) FROM consent_attempts a
            WHERE a.provider = :provider AND a.grant_id IS NULL AND a.cause IS NULL AND NOT a.denied
              AND CASE WHEN a.used_at IS NULL
                  THEN a.expires_at > :at
                       AND EXISTS (SELECT FROM grant_holders h
                                   WHERE h.grant_id = :grant_id AND h.practice_id = a.practice_id)
                  ELSE a.used_at > :since END
        """),
        {"provider": grant.provider, "grant_id": grant.id, "at": at, "since": at - FINISHED_WITHIN},
    )
    is_being_finished = found.scalar_one()
    return None if is_being_finished is None else Coming(is_being_finished)


async def holder_of(session: AsyncSession, provider: str, account_key: str, attempt: ConsentAttempt) -> str | None:
    """The colleague whose sign-in a new one ends, where a practice has one for an account at a time.

    Args:
        session: The transaction that stores the new one, before it does.
        provider: The provider's name in tables.
        account_key: The account.
        attempt: The new sign-in.

    Returns:
        Their name; None where the latest is of the same colleague, or does not work any more.
    """
    found = await (await session.connection()).execute(
        text("""
            SELECT p.name FROM (
                SELECT h.colleague_id FROM grants g JOIN grant_holders h ON h.grant_id = g.id
                WHERE g.provider = :provider AND g.account_key = :account_key AND g.practice_id = :practice_id
                  AND g.status = 'active'
                ORDER BY h.signed_in_at DESC LIMIT 1
            ) latest JOIN colleagues p ON p.id = latest.colleague_id
            WHERE p.id <> :colleague_id
        """),
        {
            "provider": provider,
            "account_key": account_key,
            "practice_id": attempt.practice_id,
            "colleague_id": attempt.colleague_id,
        },
    )
    name: str | None = found.scalar_one_or_none()
    return name


async def taken_over_in(session: AsyncSession, attempt: ConsentAttempt) -> str:
    """Whose sign-ins a finished one has ended, in sentences; empty where it has ended none.

    Args:
        session: Any session.
        attempt: The sign-in, which came back.
    """
    found = await (await session.connection()).execute(
        text("""
            SELECT e.before, k.name, k.id, c.organisation_id
            FROM events e
            JOIN clients k ON k.id = e.client_id
            JOIN connections c ON c.id = e.connection_id AND c.grant_id = :grant_id
            WHERE e.run_id = :run_id AND e.kind LIKE 'connection.signed_in%' AND e.before IS NOT NULL
              AND e.at >= :used_at
            ORDER BY e.id
        """),
        {"run_id": attempt.run_id, "grant_id": attempt.grant_id, "used_at": attempt.used_at},
    )
    return " ".join(HeldSignIn(*row).ended for row in found)


async def tell_clients(
    session: AsyncSession, attempt: ConsentAttempt, grant_id: UUID, at: datetime, ended: str | None = None
) -> None:
    """Write on the timeline of each of a practice's clients that use a login that somebody has signed in with it.

    Args:
        session: The transaction that stores the sign-in.
        attempt: The sign-in: whose, for which run, and whether the colleague sent somebody a link for it.
        grant_id: The login.
        at: This moment.
        ended: The colleague whose sign-in has ended by it; None where nobody's has.
    """
    await (await session.connection()).execute(
        text(f"""
            INSERT INTO events (practice_id, client_id, connection_id, run_id, colleague_id, kind, before, after, at)
            SELECT c.practice_id, c.client_id, c.id, :run_id, :colleague_id, :kind, :ended, g.label, :at
            FROM connections c JOIN grants g ON g.id = c.grant_id
            WHERE c.grant_id = :grant_id AND c.practice_id = :practice_id AND {IS_LIVING}
            ORDER BY c.id
        """),  # noqa: S608  # our own words
        {
            "grant_id": grant_id,
            "practice_id": attempt.practice_id,
            "colleague_id": attempt.colleague_id,
            "run_id": attempt.run_id,
            "ended": ended and ended[:300],
            "kind": "connection.signed_in" if attempt.link_id is None else "connection.signed_in_by_link",
            "at": at,
        },
    )


async def tell_of_link(session: AsyncSession, attempt: ConsentAttempt, login_name: str, at: datetime) -> None:
    """Write that somebody has signed in by a colleague's link, and as whom."""
    told = {"kind": "run.signed_in_by_link", "after": login_name[:300], "at": at}
    whose = {"practice_id": attempt.practice_id, "colleague_id": attempt.colleague_id, "run_id": attempt.run_id}
    await events.record(session, [told | whose])
