"""What stands in the cells of a row, and what cannot: texts as they are kept, people, teams; pure."""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Final, NamedTuple
from uuid import UUID

from contracts.words.client_accounts import code_of, text_of
from contracts.words.client_imports import LONGEST_CELL, ImportField, Spoilt
from contracts.words.refusals import Refused
from rules.clients.imports.columns import Columns, SheetRow
from rules.clients.imports.plans import ImportInto, ImportOwner, KnownClient
from rules.clients.registration_numbers import company_keys, tax_keys

_KEYS: Final = {ImportField.COMPANY_NUMBER: company_keys, ImportField.TAX_NUMBER: tax_keys}

_SPOILT: Final[Mapping[Spoilt, str]] = {
    Spoilt.DATE: "The spreadsheet has made the date {text} of it.",
    Spoilt.POWER: "The spreadsheet has made the number {text} of it, such as of 1E5.",
    Spoilt.FRACTION: "The spreadsheet has made the number {text} of it.",
    Spoilt.LONG: "The spreadsheet has made a number of it and forgotten all but its first fifteen digits ({text}).",
    Spoilt.SHAPED: "The spreadsheet has made the number {text} of it and shows that as something else.",
    Spoilt.TRUTH: "The spreadsheet has made {text} of it.",
    Spoilt.ERROR: "The spreadsheet has an error there: {text}.",
    Spoilt.FORMULA: "It is a formula without a result. Save the file in your spreadsheet program, which adds it.",
}
_RETYPE: Final = "Format the column as text and type it anew."
_POWER: Final = re.compile(r"[+-]?\d([.,]\d+)?[Ee]\+\d+")
"""How spreadsheets write large numbers, and with them codes such as 1E5, into CSV."""
_NOT_IN_FILES: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What no spreadsheet can hold, so that our export leaves it out."""


class Unreadable(Exception):
    """What was typed into a cell cannot be told any more."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Wrong(Exception):
    """A cell cannot be used; raised by this module alone, and caught by ``judging``."""

    def __init__(self, field: ImportField, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def line(text: str | None) -> str:
    """A text as two are compared: one line, without what no file can hold."""
    return " ".join(_NOT_IN_FILES.sub("", text or "").split())


def texts_of(row: SheetRow, columns: Columns) -> dict[ImportField, str]:
    """The texts of a row by field, each in one line; empty cells are left out.

    Raises:
        Wrong: A spreadsheet has made something else of one.
    """
    texts = {}
    for field, place in columns.items():
        try:
            text = text_at(row, place, is_copied=field in _COPIED)
        except Unreadable as error:
            raise Wrong(field, error.message) from None
        if text:
            texts[field] = text
    return texts


def text_at(row: SheetRow, place: int, *, is_copied: bool) -> str:
    """The text of a cell in one line; empty where there is none.

    Args:
        row: The row.
        place: The column, counted from nought.
        is_copied: Whether it is a code or a number that is copied, of which spreadsheets make powers of ten.

    Raises:
        Unreadable: A spreadsheet has made something else of it.
    """
    text = row.texts[place][:LONGEST_CELL] if place < len(row.texts) else ""
    spoilt = row.spoilt.get(place)
    if spoilt is None and is_copied and _POWER.fullmatch(text.strip()):
        spoilt = Spoilt.POWER
    if spoilt is not None:
        told = _SPOILT[spoilt].format(text=line(text))
        raise Unreadable(told if spoilt in {Spoilt.ERROR, Spoilt.FORMULA} else f"{told} {_RETYPE}")
    return line(text)


_COPIED: Final = frozenset(
    {ImportField.CODE, ImportField.COMPANY_NUMBER, ImportField.TAX_NUMBER, ImportField.REFERENCE}
)


def is_same(field: ImportField, text: str, stored: str | None) -> bool:
    """Whether a text is what is there already; numbers may be written in two ways."""
    if text == line(stored):
        return True
    keys_of = _KEYS.get(field)
    return keys_of is not None and bool(keys := keys_of(text)) and keys == keys_of(stored)


def kept_text(field: ImportField, text: str) -> str:
    """A text as it is kept.

    Raises:
        Wrong: It is too long, or holds what cannot be shown.
    """
    try:
        return text_of(field.value, text) or ""
    except Refused as refused:
        raise Wrong(field, refused.refusal.message) from None


def kept_code(text: str) -> str:
    """A code as it is kept.

    Raises:
        Wrong: It is no code.
    """
    try:
        return code_of(text)
    except Refused as refused:
        raise Wrong(ImportField.CODE, refused.refusal.message) from None


def without_zeros(text: str) -> str | None:
    """What a spreadsheet would leave of a text of digits; None for another."""
    return text.lstrip("0") if text.isdecimal() else None


class NamedInCell(NamedTuple):
    """Who or what a cell names."""

    id: UUID
    name: str


class Nameable:
    """The colleagues and teams that cells may name.

    Args:
        practice: The practice.
    """

    def __init__(self, practice: ImportInto) -> None:
        self._practice = practice
        self._team_names = dict(practice.teams)
        self._people = {person.id: person for person in practice.people}
        self._by_email = {person.email.casefold(): person for person in practice.people}
        self._by_name: dict[str, list[ImportOwner]] = defaultdict(list)
        self._teams: dict[str, list[NamedInCell]] = defaultdict(list)
        for person in practice.people:
            self._by_name[line(person.name).casefold()].append(person)
        for team_id, name in practice.teams:
            self._teams[line(name).casefold()].append(NamedInCell(team_id, name))

    def owner(self, text: str, client: KnownClient | None) -> NamedInCell:
        """The colleague with an e-mail address or, where only one is active, a name.

        Raises:
            Wrong: There is none, there are several, or they have left.
        """
        field, told = ImportField.OWNER_EMAIL, text.casefold()
        named = self._by_name.get(told, [])
        found = [self._by_email[told]] if told in self._by_email else named
        for person in found:
            if client is not None and person.id == client.owner_id:
                return NamedInCell(person.id, person.email)
        active = [person for person in found if person.is_active]
        if len(active) == 1:
            return NamedInCell(active[0].id, active[0].email)
        if active:
            raise Wrong(field, f"Several colleagues are called {text}. Give the e-mail address.")
        if found:
            raise Wrong(field, f"{text} has left the practice. Give a colleague who is there.")
        sought = f"has the address {text}" if "@" in text else f"is called {text}"
        raise Wrong(field, f"No colleague of your practice {sought}.")

    def email(self, colleague_id: UUID) -> str:
        """A colleague's address."""
        return self._people[colleague_id].email

    def team(self, text: str, client: KnownClient | None) -> NamedInCell:
        """The team of a name.

        Raises:
            Wrong: There is none, there are several, or the plan assigns none.
        """
        found = self._teams.get(text.casefold(), [])
        found = [team for team in found if line(team.name) == text] or found
        for team in found:
            if client is not None and team.id == client.team_id:
                return team
        if not found:
            raise Wrong(ImportField.TEAM, f"There is no team {text} in your practice.")
        if len(found) > 1:
            raise Wrong(ImportField.TEAM, f"Several teams are called {text}. Write it as the team's page has it.")
        if not self._practice.has_teams:
            raise Wrong(ImportField.TEAM, "Assigning a team needs the advanced plan. Leave the column out.")
        return found[0]

    def team_name(self, team_id: UUID | None) -> str | None:
        """A team's name; None for none."""
        return self._team_names.get(team_id) if team_id else None
