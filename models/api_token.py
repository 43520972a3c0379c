"""Bearer tokens of colleagues for the JSON API: each has a name, scopes, an end and a last use."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from contracts.words.access import EVERYTHING, Scope
from models.columns import MOMENT, created, new_id


class ApiToken(SQLModel, table=True):
    """A colleague's bearer token; only its SHA-256 is kept."""

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
        """What it may be used for; a scope of another version of the product is left out."""
        return frozenset(scope for scope in Scope if scope.value in self.scope_names)
