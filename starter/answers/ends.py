"""What the API answers about the end of a client account: erased for good, or merged into another one."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.words.client_accounts import LONGEST_CODE
from models.clients.erasing import Erased
from rules.clients.merging import ConnectionMerge, Fate
from starter.clients.erasing import ErasePreview
from starter.clients.merging import MergePreview


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
            logins=[login.name for login in held.logins],
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


class FieldMergeAnswer(BaseModel):
    """A field in which two accounts differ."""

    field: str
    fate: Fate = Field(
        description="`moves`: the account that stays had nothing there and gets it. `left`: it keeps its own; what the "
        "other has stays readable in the archive and stands on the timeline."
    )
    has: str = Field(description="What the account that goes has.")
    keeps: str | None = Field(description="What the account that stays has and keeps.")


class MergePreviewAnswer(BaseModel):
    """What merging two accounts would do. Nothing was changed."""

    staying_id: UUID
    going_id: UUID
    plan: str = Field(description="Send it as `expected`, so that what was shown is done.")
    fields: list[FieldMergeAnswer]
    connection: ConnectionMerge = Field(
        description="Which connection the account that stays has then. `none`: neither has one. `keeps`: its own, the "
        "other has none. `keeps_own`: its own; the lists of the other's ended one are kept, and not shown. `moves`: "
        "the other's, having had none. `replaces`: the other's; the lists of its own ended one are kept, and not shown."
    )
    organisation_name: str | None = Field(description="The organisation of that connection.")
    rows: int = Field(description="Rows of lists that move.")
    events: int = Field(description="Lines of the timeline that move.")
    refused: str | None = Field(
        description="Why they cannot be merged just now, and what to do; nothing where they can."
    )

    @classmethod
    def of(cls, preview: MergePreview) -> Self:
        """The preview as the API shows it."""
        plan = preview.plan
        held = (preview.going if plan.connection.is_moved else preview.staying).connection
        return cls(
            staying_id=preview.staying.client_id,
            going_id=preview.going.client_id,
            plan=plan.fingerprint,
            fields=[FieldMergeAnswer(**one._asdict()) for one in plan.fields],
            connection=plan.connection,
            organisation_name=held.organisation if held else None,
            rows=preview.holdings.rows,
            events=preview.holdings.events,
            refused=preview.refused,
        )
