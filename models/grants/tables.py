"""Grants: an authorisation of this app at a provider, its sealed secret, who used it, and what it reaches."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from contracts.words.causes import Cause
from contracts.words.client_links import MailState
from contracts.words.connections import GrantStatus
from models.kit.columns import MOMENT, created, enum_of, new_id


class Grant(SQLModel, table=True):
    """One per (provider, account key, practice): a newer consent of the same account supersedes the secret in place.

    The account is a person where a grant is a person's: it then belongs to no practice, since a person has one
    credential wherever it is used, and ``GrantHolder`` says which practice may use it. It is an organisation where a
    grant is an organisation's: each practice then has its own, so that none replaces another's. What each column means
    is said where the credential is defined, in ``providers.port.credential``.
    """

    __tablename__ = "grants"
    __table_args__ = (UniqueConstraint("provider", "account_key", "practice_id", postgresql_nulls_not_distinct=True),)

    id: UUID = new_id()
    provider: str = Field(max_length=20)
    account_key: str = Field(max_length=64)
    practice_id: UUID | None = Field(default=None, foreign_key="practices.id")
    """Whose it is alone; None where every practice whose colleague signs in with the account shares it."""
    person: str | None = Field(default=None, max_length=64)
    label: str = Field(max_length=200)
    region: str | None = Field(default=None, max_length=16)
    sealed_secret: bytes
    sealed_spare: bytes | None = Field(default=None)
    """Another secret that came at about the same time, if nobody knows which of the two the provider gave last. It is
    tried before the grant is called dead, and forgotten with the next one."""
    access_expires_at: datetime = Field(sa_type=MOMENT)
    refresh_expires_at: datetime | None = Field(default=None, sa_type=MOMENT)
    ends_at: datetime | None = Field(default=None, sa_type=MOMENT)
    status: GrantStatus = Field(default=GrantStatus.ACTIVE, sa_type=enum_of(GrantStatus))
    generation: int = Field(default=1)
    """Counts credentials: consent and refresh add one, so that a holder of an older one knows it is stale."""
    refresh_holder: str | None = Field(default=None, max_length=64)
    refresh_until: datetime | None = Field(default=None, sa_type=MOMENT)
    """The lease of whoever asks the provider for newer tokens just now, by the database's clock."""
    refreshed_at: datetime = created()
    created_at: datetime = created()


class GrantHolder(SQLModel, table=True):
    """A practice's right to use a grant, and the colleague who signed in with it."""

    __tablename__ = "grant_holders"

    grant_id: UUID = Field(foreign_key="grants.id", primary_key=True)
    practice_id: UUID = Field(foreign_key="practices.id", primary_key=True, index=True)
    colleague_id: UUID = Field(foreign_key="colleagues.id", primary_key=True)
    signed_in_at: datetime = created()


class GrantReach(SQLModel, table=True):
    """An organisation that a grant was last seen to reach."""

    __tablename__ = "grant_reach"

    grant_id: UUID = Field(foreign_key="grants.id", primary_key=True)
    organisation_id: str = Field(primary_key=True, max_length=64, index=True)
    name: str = Field(max_length=255)
    provider_connection_id: str | None = Field(default=None, max_length=64)
    seen_at: datetime = created()


class SignInLink(SQLModel, table=True):
    """The address of a page of ours at which somebody signs in for a run, in a browser that is not the colleague's.

    Works until one sign-in by it has succeeded, or its time is over. Only the secret's SHA-256 is kept.
    """

    __tablename__ = "sign_in_links"

    id: UUID = new_id()
    token_hash: bytes = Field(unique=True)
    practice_id: UUID = Field(foreign_key="practices.id", index=True)
    colleague_id: UUID = Field(foreign_key="colleagues.id", index=True)
    run_id: str = Field(max_length=120, foreign_key="runs.id", index=True)
    provider: str = Field(max_length=20)
    region: str | None = Field(default=None, max_length=16)
    """The region that whoever made it has said; who follows it may choose another."""
    created_at: datetime = created()
    expires_at: datetime = Field(sa_type=MOMENT)


class ClientLink(SQLModel, table=True):
    """The address of a page of ours at which a client's own people sign in for that client, without an account here.

    Only the secret's SHA-256 is kept. One sign-in by it succeeds: see ``ClientLinkUse``.
    """

    __tablename__ = "client_links"

    id: UUID = new_id()
    token_hash: bytes = Field(unique=True)
    practice_id: UUID = Field(foreign_key="practices.id", index=True)
    colleague_id: UUID = Field(foreign_key="colleagues.id", index=True)
    """Who sent it; the login that comes by it counts as brought by them."""
    client_id: UUID = Field(foreign_key="clients.id", index=True)
    provider: str = Field(max_length=20)
    organisation_id: str = Field(max_length=64)
    """The client's own, by the provider's id; once the client has moved to other books, the link is of no use."""
    was_ended: bool = Field(default=False)
    """Whether the client was disconnected when it was made."""
    run_id: str | None = Field(default=None, max_length=120, foreign_key="runs.id")
    """The latest run that was begun by it."""
    created_at: datetime = created()
    expires_at: datetime = Field(sa_type=MOMENT)
    revoked_at: datetime | None = Field(default=None, sa_type=MOMENT)
    revoked_by_id: UUID | None = Field(default=None, foreign_key="colleagues.id")


class ClientLinkUse(SQLModel, table=True):
    """The one sign-in that succeeded by a client's link; its key is what lets no second one succeed."""

    __tablename__ = "client_link_uses"

    link_id: UUID = Field(foreign_key="client_links.id", primary_key=True)
    used_at: datetime = created()


class ClientLinkMail(SQLModel, table=True):
    """A mail with a link for a client's own people, connected or not yet; one for each link and address.

    What it says, whom it goes to and the link in it are sealed, and forgotten once the mail is sent or given up.
    """

    __tablename__ = "client_link_mails"
    __table_args__ = (
        UniqueConstraint("token_hash", "address_hash"),
        Index("ix_client_link_mails_practice_id", "practice_id", "created_at"),
    )

    id: UUID = new_id()
    practice_id: UUID = Field(foreign_key="practices.id")
    colleague_id: UUID = Field(foreign_key="colleagues.id")
    client_id: UUID = Field(foreign_key="clients.id", index=True)
    token_hash: bytes
    """Of the link in it: a ``ClientLink``'s or a ``SignInLink``'s."""
    address_hash: bytes
    sealed_mail: bytes | None = Field(default=None)
    state: MailState = Field(default=MailState.ON_ITS_WAY, sa_type=enum_of(MailState))
    created_at: datetime = created()
    settled_at: datetime | None = Field(default=None, sa_type=MOMENT)


class PracticeRegion(SQLModel, table=True):
    """The region of a practice's latest sign-in to an accounting software that has regions to choose from."""

    __tablename__ = "practice_regions"

    practice_id: UUID = Field(foreign_key="practices.id", primary_key=True)
    provider: str = Field(max_length=20, primary_key=True)
    region: str = Field(max_length=16)


class ConsentAttempt(SQLModel, table=True):
    """A sign-in under way: single use, found by the hash of its state, with its verifier sealed.

    It is finished in the browser in which it was begun: the one that keeps the secret behind ``browser_hash``, or one
    in which the colleague is signed in where that is None. ``grant_id`` is set when the code was exchanged;
    ``delivered_at`` when the run was told, so that a reload of the callback repeats the telling and nothing else.
    """

    __tablename__ = "consent_attempts"

    id: UUID = new_id()
    state_hash: bytes = Field(unique=True)
    practice_id: UUID = Field(foreign_key="practices.id", index=True)
    colleague_id: UUID = Field(foreign_key="colleagues.id")
    run_id: str = Field(max_length=120, foreign_key="runs.id", index=True)
    provider: str = Field(max_length=20)
    link_id: UUID | None = Field(default=None, foreign_key="sign_in_links.id", index=True)
    client_link_id: UUID | None = Field(default=None, foreign_key="client_links.id", index=True)
    """The client's link by which it was begun; then only that client's own organisation is taken."""
    browser_hash: bytes | None = Field(default=None)
    expected_organisation_id: str | None = Field(default=None, max_length=64)
    """The provider's id of the organisation that it is for, where it is for one; another one may come."""
    expected_position: int | None = Field(default=None)
    """The place in the run's queue of the organisation that it is for, where that is known by name alone."""
    sealed_secrets: bytes
    created_at: datetime = created()
    expires_at: datetime = Field(sa_type=MOMENT)
    used_at: datetime | None = Field(default=None, sa_type=MOMENT)
    grant_id: UUID | None = Field(default=None, foreign_key="grants.id")
    consent_ref: str | None = Field(default=None, max_length=64)
    cause: Cause | None = Field(default=None, sa_type=enum_of(Cause))
    denied: bool = Field(default=False)
    is_other_region: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether the login has nothing in the region that was chosen."""
    delivered_at: datetime | None = Field(default=None, sa_type=MOMENT)
