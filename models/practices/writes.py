"""Setting up practices, that is the firm, its colleagues and teams; and what ends when a colleague leaves."""

from collections.abc import Collection
from datetime import datetime
from itertools import count
from typing import TypeVar, cast
from uuid import UUID
from zoneinfo import available_timezones

from sqlalchemy import and_, func, or_, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.names import slug
from contracts.words.practices import (
    LONGEST_ADDRESS,
    LONGEST_NAME,
    LONGEST_TEAM,
    USUAL_ALLOWANCE,
    USUAL_ZONE,
    Plan,
    Role,
)
from contracts.words.refusals import RefusalCode, Refused
from models.access.tables import ApiToken
from models.clients import saved_views
from models.events import writes as events
from models.grants.tables import ConsentAttempt, SignInLink
from models.practices.tables import Colleague, Practice, Team, TeamMember
from rules.email_addresses import is_address

_SLUG_ROOM = 36
"""Leaves room in the slug's 40 characters for a number that makes it unique."""

CHANGED = {
    "name": "practice.name_changed",
    "time_zone": "practice.time_zone_changed",
    "plan": "practice.plan_changed",
    "client_allowance": "practice.client_allowance_changed",
}
"""The event of each field of a practice that changes."""

Row = TypeVar("Row", bound=SQLModel)


async def create_practice(
    session: AsyncSession,
    name: str,
    *,
    plan: Plan = Plan.STANDARD,
    client_allowance: int = USUAL_ALLOWANCE,
    time_zone: str = USUAL_ZONE,
) -> Practice:
    """Create a practice; its slug comes from its name, with a number when another practice has that slug.

    Args:
        session: The caller's transaction.
        name: The firm's name.
        plan: Its plan.
        client_allowance: How many clients it may have.
        time_zone: An IANA name.

    Raises:
        Refused: The name is empty or too long, the allowance is below zero, or the time zone is unknown.
    """
    if client_allowance < 0:
        raise Refused(RefusalCode.INVALID, "The client allowance cannot be below zero.", field="client_allowance")
    _check_time_zone(time_zone)
    called = text_of(name, "name", longest=LONGEST_NAME)
    wanted = slug(called, longest=_SLUG_ROOM)
    for number in count(1):
        practice = Practice(
            name=called,
            slug=wanted if number == 1 else f"{wanted}-{number}",
            plan=plan,
            client_allowance=client_allowance,
            time_zone=time_zone,
        )
        if made := await _inserted(session, practice):
            return made
    raise AssertionError("counting does not end")


async def find_practice(session: AsyncSession, name_or_slug: str | None = None) -> Practice:
    """A practice by its slug or its exact name; without either, the only one there is.

    Raises:
        Refused: There is none, or more than one.
    """
    query = select(Practice).limit(2)
    if name_or_slug is not None:
        query = query.where(or_(col(Practice.slug) == name_or_slug, col(Practice.name) == name_or_slug))
    found = (await session.exec(query)).all()
    if len(found) == 1:
        return found[0]
    which = "practice" if name_or_slug is None else f"practice {name_or_slug!r}"
    if found:
        raise Refused(RefusalCode.INVALID, f"There is more than one {which}; give the slug.", field="practice")
    raise Refused(RefusalCode.NOT_FOUND, f"There is no {which}.", field="practice")


async def is_there(session: AsyncSession, name: str, email: str) -> bool:
    """Whether a practice with exactly this name has a colleague with this address, so that it was set up before."""
    query = (
        select(Practice.id)
        .join(Colleague, col(Colleague.practice_id) == col(Practice.id))
        .where(Practice.name == name.strip(), func.lower(Colleague.email) == email.strip().lower())
    )
    return (await session.exec(query.limit(1))).first() is not None


async def change_practice(
    session: AsyncSession,
    practice: Practice,
    *,
    name: str | None = None,
    time_zone: str | None = None,
    plan: Plan | None = None,
    client_allowance: int | None = None,
) -> list[tuple[str, str, str]]:
    """Change what is given; the rest stays. Its schedule has to be applied after a change of name or time zone.

    Returns:
        The kind of the event of each change, with the value before and after.

    Raises:
        Refused: The name is empty or too long, the allowance is below zero, or the time zone is unknown.
    """
    if time_zone is not None:
        _check_time_zone(time_zone)
    if client_allowance is not None and client_allowance < 0:
        raise Refused(RefusalCode.INVALID, "The client allowance cannot be below zero.", field="client_allowance")
    called = None if name is None else text_of(name, "name", longest=LONGEST_NAME)
    wanted = {"name": called, "time_zone": time_zone, "plan": plan, "client_allowance": client_allowance}
    changes = []
    for field, after in wanted.items():
        before = getattr(practice, field)
        if after is not None and after != before:
            setattr(practice, field, after)
            changes.append((CHANGED[field], str(before), str(after)))
    session.add(practice)
    return changes


async def create_colleague(
    session: AsyncSession, practice_id: UUID, *, email: str, name: str, role: Role = Role.MEMBER
) -> Colleague:
    """Add a colleague to a practice.

    Args:
        session: The caller's transaction.
        practice_id: The practice.
        email: E-mail address, unique in the practice whatever its case.
        name: The person's name.
        role: What they may do.

    Raises:
        Refused: The address or the name cannot be used, or the address is taken.
    """
    address = text_of(email, "email", longest=LONGEST_ADDRESS)
    if not is_address(address):
        raise Refused(RefusalCode.INVALID, "This is not an e-mail address.", field="email")
    colleague = Colleague(
        practice_id=practice_id, email=address, name=text_of(name, "name", longest=LONGEST_NAME), role=role
    )
    if made := await _inserted(session, colleague):
        return made
    raise Refused(RefusalCode.DUPLICATE, "A colleague with this e-mail address exists already.", field="email")


async def find_colleague(session: AsyncSession, email: str) -> Colleague:
    """An active colleague by e-mail address, in any case.

    Args:
        session: Any session.
        email: The address. Where colleagues of several practices have it, with the practice's short name before it:
            ``harbour-lane/ada@example.com``.

    Raises:
        Refused: Nobody active has it, or colleagues of several practices.
    """
    named = email.strip().lower()
    slug_part, _, address = named.partition("/")  # a slash may be part of an address too
    query = (
        select(Colleague)
        .join(Practice, col(Practice.id) == col(Colleague.practice_id))
        .where(
            col(Colleague.deactivated_at).is_(None),
            or_(
                func.lower(Colleague.email) == named,
                and_(col(Practice.slug) == slug_part, func.lower(Colleague.email) == address),
            ),
        )
        .limit(2)
    )
    found = (await session.exec(query)).all()
    if not found:
        raise Refused(RefusalCode.UNKNOWN_COLLEAGUE, "No active colleague has this e-mail address.", field="email")
    if len(found) > 1:
        message = "Colleagues of several practices have this address. Write it as PRACTICE/ADDRESS, with the slug."
        raise Refused(RefusalCode.INVALID, message, field="email")
    return found[0]


async def deactivate(session: AsyncSession, leaver: Colleague, *, by: UUID, at: datetime) -> None:
    """Deactivate a colleague: their tokens and unfinished sign-ins end, and the views that only they have are deleted.

    Clients, connections, history and shared views stay.

    Args:
        session: The caller's transaction.
        leaver: The colleague, locked and active.
        by: The admin who does it.
        at: This moment.
    """
    leaver.deactivated_at = at
    session.add(leaver)
    tokens = update(ApiToken).where(col(ApiToken.colleague_id) == leaver.id, col(ApiToken.revoked_at).is_(None))
    await session.exec(tokens.values(revoked_at=at))
    begun = update(ConsentAttempt).where(
        col(ConsentAttempt.colleague_id) == leaver.id, col(ConsentAttempt.used_at).is_(None)
    )
    await session.exec(begun.values(expires_at=at))
    links = update(SignInLink).where(col(SignInLink.colleague_id) == leaver.id, col(SignInLink.expires_at) > at)
    await session.exec(links.values(expires_at=at))
    await saved_views.forget_own(session, leaver.id)
    left = {"practice_id": leaver.practice_id, "colleague_id": by, "before": leaver.name, "at": at}
    owned = await (await session.connection()).execute(
        text("SELECT id FROM clients WHERE owner_id = :owner_id AND archived_at IS NULL ORDER BY code"),
        {"owner_id": leaver.id},
    )
    theirs = [left | {"kind": "client.owner_left", "client_id": client_id} for (client_id,) in owned]
    await events.record(session, [left | {"kind": "colleague.deactivated"}, *theirs])


async def create_team(session: AsyncSession, practice_id: UUID, name: str, members: Collection[UUID] = ()) -> Team:
    """Create a team of colleagues.

    Args:
        session: The caller's transaction.
        practice_id: The practice.
        name: The team's name, unique in the practice.
        members: Ids of colleagues of the same practice.

    Raises:
        Refused: The name cannot be used or is taken, or a member is not of the practice.
    """
    theirs = select(Colleague.id).where(Colleague.practice_id == practice_id, col(Colleague.id).in_(members))
    if set(members) != set((await session.exec(theirs)).all()):
        raise Refused(RefusalCode.UNKNOWN_COLLEAGUE, "A member is not a colleague of this practice.", field="members")
    team = await _inserted(session, Team(practice_id=practice_id, name=text_of(name, "name", longest=LONGEST_TEAM)))
    if team is None:
        raise Refused(RefusalCode.DUPLICATE, "A team of this name exists already.", field="name")
    session.add_all(TeamMember(team_id=team.id, colleague_id=member) for member in set(members))
    await session.flush()
    return team


def _check_time_zone(time_zone: str) -> None:
    if time_zone not in available_timezones():
        raise Refused(RefusalCode.INVALID, f"There is no time zone {time_zone!r}.", field="time_zone")


def text_of(text: str, field: str, *, longest: int) -> str:
    """A name or an address without the spaces around it, as it is stored.

    Raises:
        Refused: Nothing is left, it is too long, or it cannot be stored.
    """
    text = text.strip()
    if not text or len(text) > longest or "\x00" in text:
        raise Refused(RefusalCode.INVALID, f"Give 1 to {longest} characters.", field=field)
    return text


async def _inserted(session: AsyncSession, row: Row) -> Row | None:
    """Insert a row; None if one of its unique values is taken."""
    statement = insert(type(row)).values(**row.model_dump()).on_conflict_do_nothing().returning(type(row))
    return cast("Row | None", (await session.exec(statement)).scalar_one_or_none())
