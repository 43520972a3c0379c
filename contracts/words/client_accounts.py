"""Client accounts as colleagues type them in and change them: only what is sent changes."""

import re
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.words.refusals import RefusalCode, Refused

LONGEST_NAME = 255
LONGEST_CODE = 20
LONGEST_NUMBER = 50
LONGEST_REFERENCE = 100

LONGEST_SEARCH = 100
"""Characters that are looked for in a list of clients, of a client's rows or of a run, and that a view can keep."""

TYPED = 1000
"""Characters that are taken at all: what is longer than a field is told beside it."""

LONGEST = {
    "name": LONGEST_NAME,
    "code": LONGEST_CODE,
    "company_number": LONGEST_NUMBER,
    "tax_number": LONGEST_NUMBER,
    "reference": LONGEST_REFERENCE,
}
"""Characters of each field; the columns of the table are as wide."""

CODE = rf"^[A-Z0-9][A-Z0-9._/-]{{0,{LONGEST_CODE - 1}}}$"
"""What a code is made of, in capital letters: it is part of the ids of workflows."""

_NEVER_EMPTY = ("name", "code", "owner_id")


def text_of(field: str, text: str | None) -> str | None:
    """A text of a client as it is kept: one line, without blanks around it; None where nothing is left.

    Args:
        field: ``name``, ``company_number``, ``tax_number`` or ``reference``.
        text: As it was typed.

    Raises:
        Refused: It is too long, or holds what cannot be shown.
    """
    line = " ".join((text or "").split())
    longest = LONGEST[field]
    if len(line) > longest:
        raise Refused(RefusalCode.INVALID, f"Give {longest} characters at most.", field=field)
    if any(not character.isprintable() for character in line):
        raise Refused(RefusalCode.INVALID, "It holds a character that cannot be shown. Type it anew.", field=field)
    return line or None


def code_of(text: str) -> str:
    """A code as it is kept, in capital letters.

    Raises:
        Refused: It is no code.
    """
    code = text.strip().upper()
    if not re.fullmatch(CODE, code):
        message = "A code has 1 to 20 letters and digits; dots, hyphens, slashes and underscores between them."
        raise Refused(RefusalCode.INVALID, message, field="code")
    return code


def _text(name: str, **more: int) -> Any:
    """A text of a client, which ``text_of`` checks: what it refuses stands in the schema for whoever reads it."""
    return Field(default=None, max_length=TYPED, json_schema_extra={"maxLength": LONGEST[name], **more})


class NewClient(BaseModel):
    """A client account to be made by hand, without a connection.

    Attributes:
        name: What the practice calls the client.
        code: The practice's own code, unique in the practice; one is made up where it is left out.
        owner_id: The colleague who looks after the client; whoever makes the account where it is left out.
        team_id: The client's team, on the advanced plan.
        company_number: Its number in a company registry, as anybody writes it.
        tax_number: Its tax number, likewise.
        reference: The practice's own reference.
        anyway: Make it although another client has one of its numbers, or its name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(max_length=TYPED, json_schema_extra={"minLength": 1, "maxLength": LONGEST_NAME})
    code: str | None = _text("code")
    owner_id: UUID | None = None
    team_id: UUID | None = None
    company_number: str | None = _text("company_number")
    tax_number: str | None = _text("tax_number")
    reference: str | None = _text("reference")
    anyway: bool = False


class ClientPatch(BaseModel):
    """What to change of a client account; a field that is left out stays as it is, and null empties one.

    Attributes:
        name: See ``NewClient``; never null.
        code: Likewise.
        owner_id: Likewise.
        team_id: See ``NewClient``.
        company_number: Likewise.
        tax_number: Likewise.
        reference: Likewise.
        anyway: Likewise; it is no change by itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra={"minProperties": 1})

    name: str | None = _text("name", minLength=1)
    code: str | None = _text("code", minLength=1)
    owner_id: UUID | None = None
    team_id: UUID | None = None
    company_number: str | None = _text("company_number")
    tax_number: str | None = _text("tax_number")
    reference: str | None = _text("reference")
    anyway: bool = False

    @property
    def fields(self) -> frozenset[str]:
        """The fields of the account that were sent."""
        return frozenset(self.model_fields_set - {"anyway"})

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.fields:
            raise ValueError("send at least one field to change")
        for name in _NEVER_EMPTY:
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"{name} cannot be empty: leave it out to keep it")
        return self
