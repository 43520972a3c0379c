"""Signing in to the pages: sessions of browsers, invitations by link, and attempts that are counted.

Whatever a browser or a link holds is a secret, so only its SHA-256 stands here.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from contracts.words.access import Lacking
from models.columns import MOMENT, created, enum_of, new_id, now


class WebSession(SQLModel, table=True):
    """A browser in which a colleague is signed in."""

    __tablename__ = "web_sessions"

    id: UUID = new_id()
    colleague_id: UUID = Field(foreign_key="colleagues.id", index=True)
    token_hash: bytes = Field(unique=True)
    csrf_secret: str = Field(max_length=64)
    """Goes into every form of this session: another site cannot know it."""
    browser: str = Field(max_length=200)
    """What the browser calls itself, so that people know it again in the list of theirs."""
    created_at: datetime = created()
    last_seen_at: datetime = Field(default_factory=now, sa_type=MOMENT)
    expires_at: datetime = Field(sa_type=MOMENT)
    revoked_at: datetime | None = Field(default=None, sa_type=MOMENT)
    lacks: Lacking | None = Field(default=None, sa_type=enum_of(Lacking))
    """What the sign-in still lacks: nobody is signed in by such a session, and it is ended once somebody is."""


class Invitation(SQLModel, table=True):
    """A link by which a colleague chooses a password, once; also the way out of a forgotten one."""

    __tablename__ = "invitations"

    id: UUID = new_id()
    colleague_id: UUID = Field(foreign_key="colleagues.id", index=True)
    made_by: UUID | None = Field(default=None, foreign_key="colleagues.id")
    """The admin; None when it was made on the command line."""
    token_hash: bytes = Field(unique=True)
    created_at: datetime = created()
    expires_at: datetime = Field(sa_type=MOMENT)
    used_at: datetime | None = Field(default=None, sa_type=MOMENT)
    """When it was used, or a newer one took its place."""


class KnownBrowser(SQLModel, table=True):
    """A browser in which a colleague has signed in: strangers who try their password lock them out of it no more."""

    __tablename__ = "known_browsers"

    id: UUID = new_id()
    colleague_id: UUID = Field(foreign_key="colleagues.id", index=True)
    mark_hash: bytes = Field(index=True)
    """Of a secret that the browser keeps; somebody else may have signed in there too."""
    seen_at: datetime = created()


class SignInAttempt(SQLModel, table=True):
    """Somebody tried an address and a password. The address is hashed: people type passwords there by mistake."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        Index("ix_sign_in_attempts_address", "address_hash", "at"),
        Index("ix_sign_in_attempts_ip", "ip", "at"),
        Index("ix_sign_in_attempts_at", "at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    address_hash: bytes
    browser_hash: bytes | None = Field(default=None)
    """Of a browser in which somebody of this address has signed in before: its attempts are counted by themselves."""
    ip: str = Field(max_length=64)
    at: datetime = created()
    succeeded: bool = Field(default=False)
