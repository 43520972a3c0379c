"""The minute that an app's call allowance is in; one row for each app."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import MOMENT


class CallWindow(SQLModel, table=True):
    """``used`` counts the calls that were asked for in the minute, with a last part that may not have been given.

    Unlogged: taking calls then costs no write to the log, and after a crash of PostgreSQL the minute starts afresh.
    """

    __tablename__ = "call_windows"
    __table_args__ = {"prefixes": ["UNLOGGED"]}

    app: str = Field(primary_key=True, max_length=100)
    window_start: datetime = Field(sa_type=MOMENT)
    used: int
