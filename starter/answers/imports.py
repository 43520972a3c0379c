"""What API, commands and pages answer about an import: each row's verdict, and the columns by which it was judged."""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.words.client_imports import ImportField, ImportVerdict
from rules.clients.imports.columns import Columns, Sheet, SheetRead, labelled, matched
from rules.clients.imports.plans import ImportPlan, JudgedRow

__all__ = [
    "Columns",
    "ImportAnswer",
    "ImportPlan",
    "JudgedRow",
    "Sheet",
    "SheetRead",
    "labelled",
    "matched",
]


class ChangeAnswer(BaseModel):
    """A field that a row changes, or gives to a new client."""

    field: ImportField
    before: str | None
    after: str | None


class ImportedRowAnswer(BaseModel):
    """What becomes of a row."""

    row: int = Field(description="Its place in the file, as spreadsheets count; in rows that were sent, from 1.")
    verdict: ImportVerdict
    name: str
    code: str | None = Field(description="Nothing for a new client whose code is made up.")
    client_id: UUID | None = Field(description="The client that the row is about; nothing for a new one.")
    recognised_by: ImportField | None = Field(description="By what a row without a code was found to be this client.")
    changes: list[ChangeAnswer]
    field: ImportField | None = Field(description="The column to blame, if the row is refused.")
    message: str | None = Field(description="Why the row is refused, and what to do.")

    @classmethod
    def of(cls, row: JudgedRow) -> Self:
        """The row as the API shows it."""
        return cls(
            row=row.number,
            verdict=row.verdict,
            name=row.name,
            code=row.code,
            client_id=row.client.id if row.client else None,
            recognised_by=row.recognised_by,
            changes=[ChangeAnswer(field=one.field, before=one.before, after=one.after) for one in row.changes],
            field=row.field,
            message=row.message,
        )


class ColumnAnswer(BaseModel):
    """A column of the file."""

    heading: str = Field(description="Its heading, or a name such as `Column C`.")
    field: ImportField | None = Field(description="The field that is read from it; nothing where it is left alone.")


class SheetAnswer(BaseModel):
    """Which sheet of a workbook was read."""

    name: str
    others: list[str] = Field(description="Further sheets that are not hidden; send one as `sheet` to read it instead.")
    empty: list[str] = Field(description="Sheets before it that were passed over: nothing is on them.")
    hidden: list[str] = Field(description="Sheets before it that were passed over: they are hidden.")

    @classmethod
    def of(cls, read: SheetRead) -> Self:
        """The sheet as the API shows it."""
        return cls(name=read.name, others=[*read.others], empty=[*read.empty], hidden=[*read.hidden])


class CountsAnswer(BaseModel):
    """How many rows have which verdict."""

    created: int
    changed: int
    unchanged: int
    refused: int


class ImportAnswer(BaseModel):
    """What an import does or, without a dry run, has done."""

    is_dry_run: bool
    plan: str = Field(description="Send it as `expected`, and the import does exactly this or nothing.")
    counts: CountsAnswer
    sheet: SheetAnswer | None = Field(description="Of a workbook; nothing for a list without sheets.")
    columns: list[ColumnAnswer]
    rows: list[ImportedRowAnswer]

    @classmethod
    def of(cls, sheet: Sheet, columns: Columns, plan: ImportPlan, *, is_dry_run: bool) -> Self:
        """The plan as the API shows it."""
        fields = {place: field for field, place in columns.items()}
        names = enumerate(labelled(sheet.headings))
        return cls(
            is_dry_run=is_dry_run,
            plan=plan.fingerprint,
            counts=CountsAnswer(**{verdict.value: plan.counts[verdict] for verdict in ImportVerdict}),
            sheet=SheetAnswer.of(sheet.read) if sheet.read else None,
            columns=[ColumnAnswer(heading=name, field=fields.get(place)) for place, name in names],
            rows=[ImportedRowAnswer.of(row) for row in plan.rows],
        )
