"""The minute that an app's call allowance is in, and what is wrong with the app itself; one row for each app."""

from datetime import datetime

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


class CallWindow(SQLModel, table=True):
    """``used`` counts the calls that were asked for in the minute, with a last part that may not have been given.

    Unlogged: taking calls then costs no write to the log, and after a crash of PostgreSQL the minute starts afresh.
    """

    __tablename__ = "call_windows"
    __table_args__ = {"prefixes": ["UNLOGGED"]}

    app: str = Field(primary_key=True, max_length=100)
    window_start: datetime = Field(sa_type=MOMENT)
    used: int
