"""Passkeys: what answers for a colleague by a signature, and the challenges that are waiting to be answered."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from contracts.words.access import Ceremony
from models.columns import MOMENT, created, enum_of, new_id


class Passkey(SQLModel, table=True):
    """A passkey of a colleague; they may have several. Its secret is with its owner: nothing here opens anything."""

    __tablename__ = "passkeys"

    id: UUID = new_id()
    colleague_id: UUID = Field(foreign_key="colleagues.id", index=True)
    name: str = Field(max_length=100)
    """By which its owner knows it again."""
    credential_id: bytes = Field(unique=True)
    """By which browsers know it."""
    public_key: bytes
    """As COSE (RFC 9052)."""
    sign_count: int = Field(default=0, sa_type=BigInteger)
    """How often it says that it was used; passkeys that are kept in several places say 0 for ever."""
    transports: str = Field(default="", max_length=200)
    """How browsers reach it, with commas between, such as ``internal,hybrid``; empty where it did not say."""
    created_at: datetime = created()
    last_used_at: datetime | None = Field(default=None, sa_type=MOMENT)


class PasskeyChallenge(SQLModel, table=True):
    """Random bytes that a passkey has to sign; gone as soon as an answer to them comes, good or not."""

    __tablename__ = "passkey_challenges"

    challenge: bytes = Field(primary_key=True)
    bound_to: bytes = Field(index=True)
    """Hash of the session, or of the browser's mark, whose answer alone is taken."""
    ceremony: Ceremony = Field(sa_type=enum_of(Ceremony))
    expires_at: datetime = Field(sa_type=MOMENT, index=True)
