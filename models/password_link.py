"""A forgotten password: who asked for a mail, and the link that it brings.

The address is hashed: people type passwords there by mistake, and whoever reads the table learns no addresses. Of the
link's secret, which stands in the mail alone, the hash is kept.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from models.columns import MOMENT, created, new_id


class PasswordRequest(SQLModel, table=True):
    """Somebody asked for a link, whether or not anybody has the address. ``is_followed``: a mail is looked for."""

    __tablename__ = "password_requests"
    __table_args__ = (
        Index("ix_password_requests_address", "address_hash", "at"),
        Index("ix_password_requests_ip", "ip", "at"),
        Index("ix_password_requests_at", "at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    address_hash: bytes
    ip: str = Field(max_length=64)
    at: datetime = created()
    is_followed: bool


class PasswordLink(SQLModel, table=True):
    """A link that was mailed to a colleague, by which they choose a new password, once."""

    __tablename__ = "password_links"

    id: UUID = new_id()
    colleague_id: UUID = Field(foreign_key="colleagues.id", index=True)
    token_hash: bytes = Field(unique=True)
    created_at: datetime = created()
    expires_at: datetime = Field(sa_type=MOMENT)
    used_at: datetime | None = Field(default=None, sa_type=MOMENT)
    """When it was used, or another one of the colleague's was."""
