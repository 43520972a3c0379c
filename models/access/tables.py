"""Tables on signing in: sessions, API tokens, second factors, links for passwords, accounts elsewhere, support reads.

Attempts to sign in are counted here too. Secrets that a browser, a link or a program holds are stored as SHA-256 only;
a secret that has to be read again is sealed.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from contracts.words.access import EVERYTHING, Ceremony, Lacking, Scope
from models.kit.columns import MOMENT, created, enum_of, new_id, now


class SupportRead(SQLModel, table=True):
    """Support staff had payloads of workflows opened. Events tell the practices to which these belong."""

    __tablename__ = "support_reads"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    subject: str = Field(max_length=200)
    """The identity provider's id of the person."""
    name: str = Field(max_length=200)
    payloads: int
    practices: int
    """How many practices they named; none where they named no practice at all."""
    at: datetime = created()


class Identity(SQLModel, table=True):
    """An account at an identity provider by which a colleague signs in; one colleague of a practice at most."""

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
    """A sign-in at the identity provider; it can be finished once, in time, in the browser in which it was begun."""

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


class PasswordRequest(SQLModel, table=True):
    """A request for a link, whether or not anybody has the address; ``is_followed``: a mail is to be sent."""

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


class Authenticator(SQLModel, table=True):
    """A colleague's app for one-time codes, at most one; it is in use once a code of it was given."""

    __tablename__ = "authenticators"

    colleague_id: UUID = Field(foreign_key="colleagues.id", primary_key=True)
    sealed_secret: bytes
    """What the app's codes are made from; sealed and bound to this row."""
    created_at: datetime = created()
    confirmed_at: datetime | None = Field(default=None, sa_type=MOMENT)
    last_step: int = Field(default=0, sa_type=BigInteger)
    """Of the latest code that was used: it and earlier ones are good for nothing any more."""


class RecoveryCode(SQLModel, table=True):
    """A code for when the app is not at hand; it works once. Only the SHA-256 of its 80 random bits is stored."""

    __tablename__ = "recovery_codes"

    id: UUID = new_id()
    colleague_id: UUID = Field(foreign_key="colleagues.id", index=True)
    code_hash: bytes = Field(unique=True)
    used_at: datetime | None = Field(default=None, sa_type=MOMENT)


class Passkey(SQLModel, table=True):
    """A passkey of a colleague, who may have several. The secret key stays on the owner's device."""

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
    """Random bytes for a passkey to sign; they are deleted at the first answer, right or wrong."""

    __tablename__ = "passkey_challenges"

    challenge: bytes = Field(primary_key=True)
    bound_to: bytes = Field(index=True)
    """Hash of the session, or of the browser's mark, whose answer alone is taken."""
    ceremony: Ceremony = Field(sa_type=enum_of(Ceremony))
    expires_at: datetime = Field(sa_type=MOMENT, index=True)
    ip: str | None = Field(default=None, max_length=64, index=True)
    """Where it was asked from by somebody who is not signed in; None in a session."""


class ApiToken(SQLModel, table=True):
    """A colleague's bearer token; only its SHA-256 is stored."""

    __tablename__ = "api_tokens"

    id: UUID = new_id()
    colleague_id: UUID = Field(foreign_key="colleagues.id", index=True)
    name: str = Field(max_length=100)
    """What it is for, so that people know which one to withdraw."""
    scope_names: list[str] = Field(default_factory=lambda: sorted(EVERYTHING), sa_type=ARRAY(String(20)))
    token_hash: bytes = Field(unique=True)
    created_at: datetime = created()
    expires_at: datetime = Field(sa_type=MOMENT)
    last_used_at: datetime | None = Field(default=None, sa_type=MOMENT)
    """To the minute."""
    revoked_at: datetime | None = Field(default=None, sa_type=MOMENT)

    @property
    def scopes(self) -> frozenset[Scope]:
        """What the token may be used for; scopes that this version of the product does not know are left out."""
        return frozenset(scope for scope in Scope if scope.value in self.scope_names)


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
    """A link by which a colleague chooses a password, once; it also serves when a password was forgotten."""

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
    """A browser in which a colleague has signed in; strangers' attempts do not lock the colleague out of it."""

    __tablename__ = "known_browsers"

    id: UUID = new_id()
    colleague_id: UUID = Field(foreign_key="colleagues.id", index=True)
    mark_hash: bytes = Field(index=True)
    """Of a secret that the browser keeps; somebody else may have signed in there too."""
    seen_at: datetime = created()


class SignInAttempt(SQLModel, table=True):
    """An attempt to sign in. The address is stored as a hash, because people sometimes type their password there."""

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
