"""A second factor: the authenticator app that a colleague has set up, and the codes for when they do not have it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from models.columns import MOMENT, created, new_id


class Authenticator(SQLModel, table=True):
    """An app that shows one-time codes; one for each colleague. It counts once a code of it was given."""

    __tablename__ = "authenticators"

    colleague_id: UUID = Field(foreign_key="colleagues.id", primary_key=True)
    sealed_secret: bytes
    """What the app's codes are made from; sealed and bound to this row."""
    created_at: datetime = created()
    confirmed_at: datetime | None = Field(default=None, sa_type=MOMENT)
    last_step: int = Field(default=0, sa_type=BigInteger)
    """Of the latest code that was used: it and earlier ones are good for nothing any more."""


class RecoveryCode(SQLModel, table=True):
    """A code for when the app is not at hand; good once. Of its 80 random bits the SHA-256 is kept."""

    __tablename__ = "recovery_codes"

    id: UUID = new_id()
    colleague_id: UUID = Field(foreign_key="colleagues.id", index=True)
    code_hash: bytes = Field(unique=True)
    used_at: datetime | None = Field(default=None, sa_type=MOMENT)
