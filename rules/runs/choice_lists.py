"""What the rows of a list of choices come to: chosen with code, owner and team, left out, or refused and why; pure.

Nothing is created by it: what comes of it is set on the page, or sent as a selection, and checked once more then. An
organisation that the list does not have is left out.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple
from uuid import UUID

from contracts.payloads.selection import SelectedOrganisation, Selection
from contracts.words.choice_lists import CHANGEABLE, NEEDED, ChoiceField, ChoiceVerdict
from contracts.words.client_accounts import code_of
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import Action, Verdict
from rules.clients.imports.cells import Nameable, Unreadable, Wrong, text_at
from rules.clients.imports.columns import Sheet, SheetRow
from rules.clients.imports.plans import ImportInto
from rules.runs.choosing import code_faults

_YES: Final = frozenset({"yes", "y", "true", "1", "x", "✓", "✔"})
_NO: Final = frozenset({"", "no", "n", "false", "0", "-"})
_COPIED: Final = frozenset({ChoiceField.ORGANISATION_ID, ChoiceField.CODE, ChoiceField.EXISTING_CLIENT})


class RunListRow(NamedTuple):
    """An organisation of the run's list."""

    name: str
    verdict: Verdict | None


class ChoosingFrom(NamedTuple):
    """What a list of choices is judged against.

    Attributes:
        listed: The run's organisations by their ids.
        linkable: Clients without a connection, by their codes in capital letters.
        codes: The codes in use, each with its client's name.
        practice: Its people and teams.
    """

    listed: Mapping[str, RunListRow]
    linkable: Mapping[str, UUID]
    codes: Mapping[str, str]
    practice: ImportInto


@dataclass(frozen=True, slots=True)
class JudgedChoice:
    """What a row comes to.

    Attributes:
        number: Its place in the file as spreadsheets count, from one.
        verdict: What it comes to.
        organisation_id: As the row has it.
        name: The organisation's name; empty where it is not on the run's list.
        choice: What is chosen; None unless it is.
        field: The column to blame, if it is refused.
        message: Why it is refused, or left out although the row says otherwise.
    """

    number: int
    verdict: ChoiceVerdict
    organisation_id: str = ""
    name: str = ""
    choice: SelectedOrganisation | None = None
    field: ChoiceField | None = None
    message: str | None = None

    def refused(self, message: str, field: ChoiceField) -> "JudgedChoice":
        """The row, refused."""
        return replace(self, verdict=ChoiceVerdict.REFUSED, choice=None, message=message, field=field)


@dataclass(frozen=True, slots=True)
class ChoicePlan:
    """What a whole list comes to.

    Attributes:
        rows: Its rows, in order.
        missing: Organisations of the run's list that could be chosen and are on no row.
    """

    rows: Sequence[JudgedChoice]
    missing: int

    @property
    def counts(self) -> dict[ChoiceVerdict, int]:
        """How many rows come to what."""
        counted = Counter(row.verdict for row in self.rows)
        return {verdict: counted[verdict] for verdict in ChoiceVerdict}

    @property
    def selection(self) -> Selection | None:
        """All that is chosen; None for nothing."""
        chosen = tuple(row.choice for row in self.rows if row.choice is not None)
        return Selection(organisations=chosen) if chosen else None


def judge_choices(sheet: Sheet, into: ChoosingFrom) -> ChoicePlan:
    """Say what each row of a list comes to.

    Raises:
        Refused: The list lacks a column that is needed.
    """
    columns = _columns(sheet)
    people = Nameable(into.practice)
    rows = _each_once([_judged(row, columns, people, into) for row in sheet.rows])
    rows = _links_once(_codes_once(rows, into.codes))
    there = {row.organisation_id for row in rows}
    missing = sum(
        organisation_id not in there and one.verdict is not Verdict.ALREADY_CLIENT
        for organisation_id, one in into.listed.items()
    )
    return ChoicePlan(tuple(rows), missing)


def _columns(sheet: Sheet) -> dict[ChoiceField, int]:
    """The places of the columns by their headings.

    Raises:
        Refused: One that is needed is not there.
    """
    headings = ["_".join(heading.casefold().split()) for heading in sheet.headings]
    columns = {field: headings.index(field) for field in ChoiceField if field in headings}
    lacking = [field.value for field in NEEDED if field not in columns]
    if lacking:
        told = f"The list has no column {' and no column '.join(lacking)}. Download the list here and change that."
        raise Refused(RefusalCode.INVALID, told, field="file")
    return columns


def _judged(row: SheetRow, columns: Mapping[ChoiceField, int], people: Nameable, into: ChoosingFrom) -> JudgedChoice:
    """Judge a row without regard to the others."""
    begun = JudgedChoice(row.number, ChoiceVerdict.LEFT_OUT)
    texts: dict[ChoiceField, str] = {}
    for field, place in columns.items():
        if field in CHANGEABLE or field is ChoiceField.ORGANISATION_ID:
            try:
                texts[field] = text_at(row, place, is_copied=field in _COPIED)
            except Unreadable as error:
                return begun.refused(error.message, field)
    organisation_id = texts[ChoiceField.ORGANISATION_ID]
    begun = replace(begun, organisation_id=organisation_id[:64])
    listed = into.listed.get(organisation_id)
    if listed is None:
        message = "The row has no organisation id." if not organisation_id else "It is not on this run's list."
        return begun.refused(message, ChoiceField.ORGANISATION_ID)
    begun = replace(begun, name=listed.name)
    said = texts[ChoiceField.CHOSEN].casefold()
    if said in _NO:
        return begun
    if said not in _YES:
        return begun.refused("Write yes or no.", ChoiceField.CHOSEN)
    if listed.verdict is Verdict.ALREADY_CLIENT:
        return replace(begun, message="It is your client already.")
    return _chosen(begun, texts, people, into)


def _chosen(row: JudgedChoice, texts: Mapping[ChoiceField, str], people: Nameable, into: ChoosingFrom) -> JudgedChoice:
    owner, team = texts.get(ChoiceField.OWNER_EMAIL), texts.get(ChoiceField.TEAM)
    try:
        owner_id = people.owner(owner, None).id if owner else None
        team_id = people.team(team, None).id if team else None
    except Wrong as wrong:
        return row.refused(wrong.message, ChoiceField(wrong.field.value))
    existing = texts.get(ChoiceField.EXISTING_CLIENT, "").upper()
    given = texts.get(ChoiceField.CODE, "")
    client_id = into.linkable.get(existing)
    if existing and client_id is None:
        why = f"Your client {into.codes[existing]} is connected." if existing in into.codes else "No client has it."
        told = f"{existing} is not the code of a client without a connection. {why} Empty the cell for a new client."
        return row.refused(told, ChoiceField.EXISTING_CLIENT)
    if client_id is not None and given and given.upper() != existing:
        told = "A client that is there keeps its code. Empty this cell, or existing_client for a new client."
        return row.refused(told, ChoiceField.CODE)
    try:
        code = code_of(given) if given and client_id is None else None
    except Refused as refused:
        return row.refused(refused.refusal.message, ChoiceField.CODE)
    choice = SelectedOrganisation(
        organisation_id=row.organisation_id,
        action=Action.CREATE if client_id is None else Action.LINK,
        client_id=client_id,
        owner_id=owner_id,
        team_id=team_id,
        code=code,
    )
    return replace(row, verdict=ChoiceVerdict.CHOSEN, choice=choice)


def _each_once(rows: Sequence[JudgedChoice]) -> list[JudgedChoice]:
    """The rows, those refused that are about one organisation."""
    about = Counter(row.organisation_id for row in rows if row.name)
    told = "{times} rows are about this organisation: which one counts?"
    return [
        row.refused(told.format(times=about[row.organisation_id]), ChoiceField.ORGANISATION_ID)
        if about[row.organisation_id] > 1
        else row
        for row in rows
    ]


def _codes_once(rows: Sequence[JudgedChoice], codes: Mapping[str, str]) -> list[JudgedChoice]:
    """The rows, those refused whose codes are in use or given twice."""
    given = {place: row.choice.code for place, row in enumerate(rows) if row.choice and row.choice.code}
    faults = code_faults(given, codes)
    return [row.refused(faults[place], ChoiceField.CODE) if place in faults else row for place, row in enumerate(rows)]


def _links_once(rows: Sequence[JudgedChoice]) -> list[JudgedChoice]:
    """The rows, those refused that are to be linked to one client."""
    linked = Counter(row.choice.client_id for row in rows if row.choice and row.choice.client_id)
    told = "Two organisations cannot be linked to the same client."
    return [
        row.refused(told, ChoiceField.EXISTING_CLIENT)
        if row.choice and row.choice.client_id and linked[row.choice.client_id] > 1
        else row
        for row in rows
    ]
