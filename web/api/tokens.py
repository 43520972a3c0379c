"""API tokens: see those that work, make one, withdraw one."""

from datetime import datetime
from http import HTTPStatus
from typing import Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from contracts.words.access import Scope
from starter.access.tokens import LONGEST_DAYS, LONGEST_NAME
from starter.answers.views import USUAL, TokenView
from web.kit.authentication import Door, Manager, Reader

router = APIRouter(prefix="/api/v1/tokens", tags=["Tokens"])


class TokenWish(BaseModel):
    """A token as it is wanted."""

    model_config = ConfigDict(extra="forbid")

    # What else is refused has words of its own; it stands here for whoever reads the description.
    name: str = Field(
        max_length=300,
        description="What it is for.",
        json_schema_extra={"minLength": 1, "maxLength": LONGEST_NAME},
    )
    scopes: list[Scope] = Field(
        max_length=len(Scope),
        json_schema_extra={"minItems": 1},
        description="; ".join(f"`{scope.value}`: {scope.meaning}" for scope in Scope)
        + ". Nothing that the token of this call may not do itself.",
    )
    days: int = Field(
        default=USUAL.days,
        json_schema_extra={"minimum": 1, "maximum": LONGEST_DAYS},
        description=f"How long it lasts: 1 to {LONGEST_DAYS}, and no longer than the token of this call.",
    )


class TokenAnswer(BaseModel):
    """A token that works; its secret is never shown again."""

    token_id: UUID
    name: str
    colleague_id: UUID
    colleague_name: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = Field(description="To the minute; nothing when it was never used.")

    @classmethod
    def of(cls, view: TokenView) -> Self:
        """A token as it is shown."""
        token = view.token
        return cls(
            token_id=token.id,
            name=token.name,
            colleague_id=token.colleague_id,
            colleague_name=view.colleague_name,
            scopes=[scope for scope in Scope if scope in token.scopes],
            created_at=token.created_at,
            expires_at=token.expires_at,
            last_used_at=token.last_used_at,
        )


class TokensAnswer(BaseModel):
    """Tokens, the newest first."""

    tokens: list[TokenAnswer]


class MadeTokenAnswer(BaseModel):
    """A new token. Copy it now: only its hash is stored, and it is never shown again."""

    token_id: UUID
    token: str
    expires_at: datetime


@router.get(
    "",
    summary="List the tokens that work",
    description="Your own; for admins, those of all colleagues of the practice.",
)
async def tokens(caller: Reader, door: Door) -> TokensAnswer:
    """The tokens that work."""
    return TokensAnswer(tokens=[TokenAnswer.of(view) for view in await door.tokens.living(caller)])


@router.post("", status_code=HTTPStatus.CREATED, summary="Make a token", description="For yourself, shown this once.")
async def create(caller: Manager, door: Door, wish: TokenWish) -> MadeTokenAnswer:
    """A new token."""
    made = await door.tokens.create(caller, name=wish.name, scopes=set(wish.scopes), days=wish.days)
    return MadeTokenAnswer(token_id=made.row.id, token=made.secret, expires_at=made.row.expires_at)


@router.post(
    "/{token_id}/revoke",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Withdraw a token",
    description="It ends at once. Your own; for admins, any of the practice. A token can withdraw itself.",
)
async def revoke(caller: Manager, door: Door, token_id: UUID) -> Response:
    """Withdraw a token."""
    await door.tokens.revoke(caller, token_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)
