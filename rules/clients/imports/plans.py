"""What an import makes of each row, and what it needs to know of the practice to say so; pure."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from contracts.words.client_imports import ImportField, ImportVerdict
from rules.clients.registration_numbers import Keys, Numbers, company_keys, tax_keys


class KnownClient(NamedTuple):
    """A client that the practice has.

    Attributes:
        registration_number: As the books that it is connected to have it.
        profile_tax_number: Likewise.
        merged_into: The code of the account that it was merged into; it is archived then.
    """

    id: UUID
    name: str
    code: str
    owner_id: UUID
    team_id: UUID | None
    company_number: str | None
    tax_number: str | None
    reference: str | None
    is_archived: bool
    registration_number: str | None = None
    profile_tax_number: str | None = None
    merged_into: str | None = None

    @property
    def numbers(self) -> Numbers:
        """The numbers that it is known by."""
        company, tax = (self.company_number, self.registration_number), (self.tax_number, self.profile_tax_number)
        return Numbers.of(company=company, tax=tax)

    def has_any(self, keys: Keys) -> bool:
        """Whether any number that it is known by has one of these keys; a fraction of what ``numbers`` costs."""
        company, tax = (self.company_number, self.registration_number), (self.tax_number, self.profile_tax_number)
        return any(number and not keys.isdisjoint(company_keys(number)) for number in company) or any(
            number and not keys.isdisjoint(tax_keys(number)) for number in tax
        )

    @property
    def called(self) -> str:
        """Its code and name, for sentences."""
        return f"{self.code} ({self.name})"


class ImportOwner(NamedTuple):
    """A colleague who owns clients or may."""

    id: UUID
    name: str
    email: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class ImportInto:
    """The practice that a list is imported into.

    Attributes:
        clients: All of them, the archived too.
        people: All colleagues, those who have left too.
        teams: Id and name of each.
        has_teams: Whether its plan assigns teams.
        allowance: How many clients it may have, the archived not counted.
        importer_id: Who imports, and owns the new clients of which the list names no owner.
        why_not_add: Why they may not add clients; None where they may.
    """

    clients: Sequence[KnownClient]
    people: Sequence[ImportOwner]
    teams: Sequence[tuple[UUID, str]]
    has_teams: bool
    allowance: int
    importer_id: UUID
    why_not_add: str | None = None


class FieldChange(NamedTuple):
    """A field that a row changes; None is an empty one."""

    field: ImportField
    before: str | None
    after: str | None


Values = Mapping[str, object]
"""Columns of a client's row, by name."""


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """What becomes of a row.

    Attributes:
        number: Its place in the file.
        verdict: What is done with it.
        name: The client's name, after the import.
        code: Its code; None for a new client whose code is made up.
        client: The client that is changed, or left as it is.
        recognised_by: By what the client was found, when the row has no code.
        changes: What is changed, or given to a new client.
        values: The same for the database.
        field: The column that is to blame for a refusal, if one is.
        message: Why it is refused, or what to know of it.
    """

    number: int
    verdict: ImportVerdict
    name: str = ""
    code: str | None = None
    client: KnownClient | None = None
    recognised_by: ImportField | None = None
    changes: tuple[FieldChange, ...] = ()
    values: Values | None = None
    field: ImportField | None = None
    message: str | None = None

    def refused(self, message: str, field: ImportField | None = None) -> "JudgedRow":
        """The same row, refused; a refusal that it already has stays the first one."""
        if self.verdict is ImportVerdict.REFUSED:
            return replace(self, message=f"{self.message} {message}")
        no = ImportVerdict.REFUSED
        return replace(self, verdict=no, changes=(), values=None, field=field, message=message)


@dataclass(frozen=True)
class ImportPlan:
    """What an import does, row by row."""

    rows: tuple[JudgedRow, ...]

    @cached_property
    def counts(self) -> Counter[ImportVerdict]:
        """How many rows have which verdict."""
        return Counter(row.verdict for row in self.rows)

    @property
    def is_nothing(self) -> bool:
        """Whether nothing would be changed."""
        return not self.counts[ImportVerdict.CREATED] and not self.counts[ImportVerdict.CHANGED]

    @cached_property
    def fingerprint(self) -> str:
        """A text that two plans share only if they do the same with every row."""
        summed = hashlib.sha256()
        for row in self.rows:
            whom = row.client.id if row.client else None
            values = sorted((name, str(value)) for name, value in (row.values or {}).items())
            summed.update(repr((row.number, row.verdict, whom, row.code, row.changes, values)).encode())
        return summed.hexdigest()[:32]

    def having(self, verdict: ImportVerdict | None) -> Sequence[JudgedRow]:
        """The rows with a verdict; all of them for None."""
        return [row for row in self.rows if verdict is None or row.verdict is verdict]
