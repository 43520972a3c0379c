"""What is wrong with our app itself at a provider: nobody's login, nobody's client. One row while it lasts."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from contracts.words.causes import Cause
from models.columns import MOMENT, enum_of


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
