"""What the API answers about the end of a client account: erased for good."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.words.client_accounts import LONGEST_CODE
from models.clients.erasing import Erased
from starter.clients.erasing import ErasePreview


class EraseWish(BaseModel):
    """The confirmation without which no client is erased."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(min_length=1, max_length=LONGEST_CODE, description="The client's code, to confirm.")


class ErasePreviewAnswer(BaseModel):
    """What erasing a client would delete. Nothing was changed."""

    client_id: UUID
    name: str
    code: str
    rows: int = Field(description="Rows of its lists.")
    events: int = Field(description="Lines of its timeline.")
    runs: int = Field(description="Runs that list it. Their numbers stay; names in them go.")
    logins: list[str] = Field(
        description="Logins of its own that still work: the night ends them and deletes their tokens."
    )
    merged: list[str] = Field(description="Accounts that were merged into it, which are erased with it.")
    refused: str | None = Field(description="Why it cannot be erased just now, and what to do; nothing where it can.")

    @classmethod
    def of(cls, client_id: UUID, preview: ErasePreview) -> Self:
        """The preview as the API shows it."""
        held = preview.holdings
        return cls(
            client_id=client_id,
            name=preview.name,
            code=preview.code,
            rows=held.rows,
            events=held.events,
            runs=held.runs,
            logins=list(held.logins),
            merged=list(preview.merged),
            refused=preview.refused,
        )


class ErasedAnswer(BaseModel):
    """The record of a client that was erased for good."""

    client_id: UUID
    code: str
    erased_at: datetime
    erased_by: str

    @classmethod
    def of(cls, erased: Erased) -> Self:
        """The record as the API shows it."""
        return cls(client_id=erased.client_id, code=erased.code, erased_at=erased.at, erased_by=erased.by)
