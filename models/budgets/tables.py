"""Calls used of the limits that all processes share, what is wrong with an app itself, and answers that suit all."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from contracts.words.causes import Cause
from models.kit.columns import MOMENT, enum_of


class AppTrouble(SQLModel, table=True):
    """A provider refuses our app since ``since``; ``told_at`` is when those who run this installation were written to.

    ``claimed_until`` is the lease of whoever is just writing to them, and until when nobody tries after it failed.
    """

    __tablename__ = "app_troubles"

    provider: str = Field(primary_key=True, max_length=20)
    cause: Cause = Field(sa_type=enum_of(Cause))
    detail: str = Field(default="", max_length=200)
    since: datetime = Field(sa_type=MOMENT)
    told_at: datetime | None = Field(default=None, sa_type=MOMENT)
    claimed_until: datetime | None = Field(default=None, sa_type=MOMENT)


class ProviderLimit(SQLModel, table=True):
    """Our app's calls at a provider are used up until ``until``; ``window`` is ``day`` or ``month``."""

    __tablename__ = "provider_limits"

    provider: str = Field(primary_key=True, max_length=20)
    window: str = Field(primary_key=True, max_length=20)
    until: datetime = Field(sa_type=MOMENT)


class CallWindow(SQLModel, table=True):
    """The latest window of one limit of which all processes' calls are counted.

    ``scope_key`` says whose calls (the app's id at the provider, for an organisation followed by a space and its id),
    ``unit`` how long the window is. ``used`` counts the calls that were asked for since ``window_start``, with a last
    part that may not have been given. There is one row for each limit, not one for each window: a process whose clock
    is behind takes from the newest window, and nothing has to be tidied up.
    """

    __tablename__ = "call_windows"

    provider: str = Field(primary_key=True, max_length=20)
    scope_key: str = Field(primary_key=True, max_length=200)
    unit: str = Field(primary_key=True, max_length=20)
    window_start: datetime = Field(sa_type=MOMENT)
    used: int


class CallSlots(SQLModel, table=True):
    """How many slots of a limit on calls at once a process holds until ``held_until``, and how many it has use for.

    ``since`` is when it got its first slot, or when it lost its last one.
    """

    __tablename__ = "call_slots"

    provider: str = Field(primary_key=True, max_length=20)
    scope_key: str = Field(primary_key=True, max_length=200)
    holder: UUID = Field(primary_key=True)
    held: int
    wanted: int
    since: datetime = Field(sa_type=MOMENT)
    held_until: datetime = Field(sa_type=MOMENT)


class AppAnswer(SQLModel, table=True):
    """An answer that a provider gives whoever asks, read at ``read_at``: one for each question, for all processes.

    ``name`` is what was asked for, such as ``currencies``; ``answer`` is in the provider's own form.
    """

    __tablename__ = "app_answers"

    provider: str = Field(primary_key=True, max_length=20)
    app: str = Field(primary_key=True, max_length=200)
    name: str = Field(primary_key=True, max_length=40)
    answer: str = Field(sa_type=Text)
    read_at: datetime = Field(sa_type=MOMENT)
