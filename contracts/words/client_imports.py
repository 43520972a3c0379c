"""Words of an import of clients: the columns it takes, what becomes of a row, and how much a file may hold."""

from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from contracts.words.client_accounts import TYPED

LARGEST_FILE: Final = 5 * 1024 * 1024
"""Bytes, packed as it comes."""

MOST_ROWS: Final = 5_000
MOST_COLUMNS: Final = 100

LONGEST_CELL: Final = 2_000
"""Characters of a cell that are read: a longer text is longer than every field, and is told so."""


class ImportField(StrEnum):
    """A column that an import takes, named as the export heads it."""

    NAME = "name"
    CODE = "code"
    OWNER_EMAIL = "owner_email"
    TEAM = "team"
    COMPANY_NUMBER = "company_number"
    TAX_NUMBER = "tax_number"
    REFERENCE = "reference"

    @property
    def label(self) -> str:
        """The column's name for people."""
        return _LABELS[self]


_LABELS: Final = {
    ImportField.NAME: "Name",
    ImportField.CODE: "Code",
    ImportField.OWNER_EMAIL: "Owner's e-mail",
    ImportField.TEAM: "Team",
    ImportField.COMPANY_NUMBER: "Company number",
    ImportField.TAX_NUMBER: "Tax number",
    ImportField.REFERENCE: "Your reference",
}


class ImportVerdict(StrEnum):
    """What an import does with a row."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class Spoilt(StrEnum):
    """What a spreadsheet has made of a cell, so that what was typed cannot be told any more."""

    DATE = "date"
    POWER = "power"
    """A number shown with a power of ten, such as 1.00E+05."""
    FRACTION = "fraction"
    LONG = "long"
    """A number of more than fifteen digits, whose last ones are gone."""
    SHAPED = "shaped"
    """A number that a format of its own shows as something else, such as 12-34-56."""
    TRUTH = "truth"
    ERROR = "error"
    FORMULA = "formula"
    """A formula whose result does not stand in the file."""


def _cell(description: str) -> Any:
    return Field(default=None, max_length=TYPED, description=description)


class ImportRow(BaseModel):
    """A row of a list that a program sends; what is left out, null or empty leaves what is there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = _cell("What the practice calls the client; needed for a new one.")
    code: str | None = _cell("The practice's own code, by which the client is found.")
    owner_email: str | None = _cell("Address, or name, of the colleague who looks after it.")
    team: str | None = _cell("Name of its team, on the advanced plan.")
    company_number: str | None = _cell("Its number in a company registry, as anybody writes it.")
    tax_number: str | None = _cell("Its tax number, likewise.")
    reference: str | None = _cell("The practice's own reference.")


class ImportRows(BaseModel):
    """A list that a program sends."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: list[ImportRow] = Field(min_length=1, max_length=MOST_ROWS)
