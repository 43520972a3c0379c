"""Signing in at an identity provider: which account there is which colleague, and sign-ins that are under way.

Tokens never stand here. What a browser or an address holds is a secret, so only its SHA-256 does.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import MOMENT, created, new_id


class Identity(SQLModel, table=True):
    """An account at an identity provider by which a colleague signs in; within a practice it is nobody else's."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("practice_id", "issuer", "subject"),
        Index("ix_identities_subject", "subject"),
    )

    colleague_id: UUID = Field(foreign_key="colleagues.id", primary_key=True)
    issuer: str = Field(max_length=500, primary_key=True)
    practice_id: UUID = Field(foreign_key="practices.id")
    """The colleague's."""
    subject: str = Field(max_length=255)
    """The issuer's id of the account, which is never given to another; an address may be."""
    email: str | None = Field(default=None, max_length=254)
    """The account's address at the latest sign-in, so that people know the account again."""
    bound_at: datetime = created()
    used_at: datetime = created()


class IdentityAttempt(SQLModel, table=True):
    """A sign-in at the identity provider that was begun in a browser; it comes back there once, within a while."""

    __tablename__ = "identity_attempts"
    __table_args__ = (
        Index("ix_identity_attempts_ip", "ip", "created_at"),
        Index("ix_identity_attempts_created_at", "created_at"),
    )

    id: UUID = new_id()
    state_hash: bytes = Field(unique=True)
    browser_hash: bytes
    """Of a secret that the browser keeps: in another one, nothing is finished."""
    sealed_secrets: bytes
    """Verifier and nonce; sealed and bound to this row."""
    back: str = Field(max_length=2000)
    """The page that was wanted."""
    practice_id: UUID | None = Field(default=None)
    """In which practice, where somebody of several has chosen: a wish, which anybody may send."""
    ip: str = Field(max_length=64)
    created_at: datetime = created()
    used_at: datetime | None = Field(default=None, sa_type=MOMENT)
