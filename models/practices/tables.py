"""Practices, their colleagues and teams."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, false, func, true
from sqlmodel import Field, SQLModel

from contracts.words.practices import (
    LONGEST_ADDRESS,
    LONGEST_NAME,
    LONGEST_TEAM,
    LONGEST_ZONE,
    USUAL_ALLOWANCE,
    USUAL_ZONE,
    Plan,
    Role,
)
from models.kit.columns import MOMENT, created, enum_of, new_id


class Practice(SQLModel, table=True):
    """A firm; everything else belongs to exactly one practice."""

    __tablename__ = "practices"

    id: UUID = new_id()
    name: str = Field(max_length=LONGEST_NAME)
    slug: str = Field(max_length=40, unique=True)
    plan: Plan = Field(default=Plan.STANDARD, sa_type=enum_of(Plan))
    client_allowance: int = Field(default=USUAL_ALLOWANCE, ge=0)
    next_client_number: int = Field(default=1)
    """Goes into client codes; given out under the row's lock, never twice."""
    time_zone: str = Field(default=USUAL_ZONE, max_length=LONGEST_ZONE)
    requires_second_factor: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whoever has none is led to set one up when they sign in, before anything else."""
    created_at: datetime = created()


class Colleague(SQLModel, table=True):
    """A person of a practice. ``deactivated_at`` is set when they leave; their history is kept."""

    __tablename__ = "colleagues"
    __table_args__ = (CheckConstraint("may_add_clients OR role <> 'admin'", name="ck_colleagues_admins_add_clients"),)

    id: UUID = new_id()
    practice_id: UUID = Field(foreign_key="practices.id", index=True)
    name: str = Field(max_length=LONGEST_NAME)
    email: str = Field(max_length=LONGEST_ADDRESS)
    role: Role = Field(default=Role.MEMBER, sa_type=enum_of(Role))
    may_add_clients: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    """Whether clients may come into being by them; an admin always may, since an admin gives this right."""
    password_hash: str | None = Field(default=None, max_length=300)
    """Argon2; None until the colleague has chosen a password by an invitation."""
    passkey_handle: bytes | None = Field(default=None, unique=True)
    """Random: what they are called in their passkeys. None until the first one is begun."""
    deactivated_at: datetime | None = Field(default=None, sa_type=MOMENT)
    created_at: datetime = created()


_COLLEAGUES = Colleague.__table__.c  # type: ignore[attr-defined]  # SQLModel hides the table
Index("uq_colleagues_practice_email", _COLLEAGUES.practice_id, func.lower(_COLLEAGUES.email), unique=True)
Index("ix_colleagues_email", func.lower(_COLLEAGUES.email))  # the same person may be of several practices


class Team(SQLModel, table=True):
    """A group of colleagues that clients can be assigned to."""

    __tablename__ = "teams"
    __table_args__ = (UniqueConstraint("practice_id", "name"),)

    id: UUID = new_id()
    practice_id: UUID = Field(foreign_key="practices.id", index=True)
    name: str = Field(max_length=LONGEST_TEAM)
    created_at: datetime = created()


class TeamMember(SQLModel, table=True):
    """A colleague in a team."""

    __tablename__ = "team_members"

    team_id: UUID = Field(foreign_key="teams.id", primary_key=True)
    colleague_id: UUID = Field(foreign_key="colleagues.id", primary_key=True)
