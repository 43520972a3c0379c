"""What support staff read: one row for each time that they had payloads opened."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.columns import created


class SupportRead(SQLModel, table=True):
    """Somebody of support had payloads of workflows opened. The practices that these name are told by events."""

    __tablename__ = "support_reads"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    subject: str = Field(max_length=200)
    """The identity provider's id of the person."""
    name: str = Field(max_length=200)
    payloads: int
    practices: int
    """How many practices they named; none where they named no practice at all."""
    at: datetime = created()
