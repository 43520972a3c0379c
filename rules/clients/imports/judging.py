"""What an import does with each row of a list: create, change, leave, or refuse with a reason; pure.

A row with a code is that code's client, or a new one. A row without is recognised by the practice's own reference, then
by a company or tax number. A name alone never tells who it is: a row that would make a second client of a name is
refused, unless it has a code and somebody has allowed the same name twice. An empty cell leaves what is there.
The same list a second time changes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from contracts.words.client_imports import ImportField, ImportVerdict
from rules.clients.imports.cells import (
    Nameable,
    Wrong,
    is_same,
    kept_code,
    kept_text,
    line,
    texts_of,
    without_zeros,
)
from rules.clients.imports.columns import Columns, Sheet, SheetRow
from rules.clients.imports.numbers import KnownNumbers, clashes, rows_named
from rules.clients.imports.plans import FieldChange, ImportInto, ImportPlan, JudgedRow, KnownClient
from rules.clients.names import plain_name
from rules.clients.registration_numbers import Numbers

_FIELD, _CREATED, _CHANGED = ImportField, ImportVerdict.CREATED, ImportVerdict.CHANGED
_TEXTS: Final = (_FIELD.NAME, _FIELD.COMPANY_NUMBER, _FIELD.TAX_NUMBER, _FIELD.REFERENCE)

Texts = Mapping[ImportField, str]


def judge(sheet: Sheet, columns: Columns, practice: ImportInto, *, adds_namesakes: bool = False) -> ImportPlan:
    """Say what an import does with each row.

    Args:
        sheet: The list.
        columns: Which of its columns are ours.
        practice: What is there.
        adds_namesakes: Whether a row with a code of its own may make a second client of a name.
    """
    judging = _Judging(practice, adds_namesakes=adds_namesakes)
    rows = [judging.row(row, columns) for row in sheet.rows]
    rows = _each_client_once(rows)
    rows = clashes(rows)
    return ImportPlan(tuple(judging.within_allowance(judging.without_namesakes(rows))))


class _Judging:
    """Judges the rows of one list.

    Args:
        practice: What is there.
        adds_namesakes: See ``judge``.
    """

    def __init__(self, practice: ImportInto, *, adds_namesakes: bool) -> None:
        self._practice, self._adds_namesakes = practice, adds_namesakes
        self._choices = Nameable(practice)
        self._numbers = KnownNumbers(practice.clients)
        self._by_code = {client.code: client for client in practice.clients}
        self._by_reference = _grouped(practice.clients, lambda one: line(one.reference).casefold())
        self._by_name = _grouped(practice.clients, lambda one: plain_name(one.name))
        self._padded_codes = {without_zeros(client.code): client.code for client in practice.clients}
        self._padded_references = {
            without_zeros(client.reference or ""): client.reference for client in practice.clients
        }

    def row(self, row: SheetRow, columns: Columns) -> JudgedRow:
        """Judge a row without regard to the others."""
        empty = JudgedRow(row.number, ImportVerdict.UNCHANGED)
        try:
            texts = texts_of(row, columns)
        except Wrong as wrong:
            return replace(empty, name=_name_in(row, columns)).refused(wrong.message, wrong.field)
        begun = replace(empty, name=texts.get(_FIELD.NAME, ""), code=texts.get(_FIELD.CODE))
        try:
            client, by = self._recognised(texts)
            if client is None:
                return self._created(begun, texts)
            known = replace(begun, client=client, recognised_by=by, code=client.code)
            return self._changed(replace(known, name=known.name or client.name), client, texts)
        except Wrong as wrong:
            return begun.refused(wrong.message, wrong.field)

    def _recognised(self, texts: Texts) -> tuple[KnownClient | None, ImportField | None]:
        """The client that a row is about, and by what it was found where the row has no code.

        Raises:
            Wrong: That cannot be told.
        """
        if _FIELD.CODE in texts:
            code = texts[_FIELD.CODE].upper()
            if code not in self._by_code:
                _check_zeros(_FIELD.CODE, code, self._padded_codes)
            return self._by_code.get(code), None
        numbers = _numbers(texts)
        if reference := texts.get(_FIELD.REFERENCE):
            found = self._by_reference.get(reference.casefold(), [])
            if len(found) > 1:
                raise Wrong(_FIELD.REFERENCE, f"Several clients have the reference {reference}. Give the code.")
            if found:
                if numbers.differ_from(self._numbers.of(found[0])):
                    raise Wrong(_FIELD.REFERENCE, f"It has the reference of {found[0].called}, {_OTHER_NUMBER}")
                return found[0], _FIELD.REFERENCE
            _check_zeros(_FIELD.REFERENCE, reference, self._padded_references)
        return self._numbers.recognised(numbers)

    def _created(self, row: JudgedRow, texts: Texts) -> JudgedRow:
        if _FIELD.NAME not in texts:
            raise Wrong(_FIELD.NAME, "The name is missing.")
        code = kept_code(texts[_FIELD.CODE]) if _FIELD.CODE in texts else None
        judged, changes, values = self._values(row, texts, None)
        judged = replace(judged, code=code)
        if judged.message:
            return judged
        values = {"code": code, "owner_id": self._practice.importer_id, **values}
        done = replace(judged, verdict=_CREATED, changes=tuple(changes), values=values)
        return self._checked(done, None, _numbers(texts))

    def _changed(self, row: JudgedRow, client: KnownClient, texts: Texts) -> JudgedRow:
        judged, changes, values = self._values(row, texts, client)
        if judged.message or not changes:
            return judged
        if client.merged_into is not None:
            return judged.refused(f"{client.called} was merged into {client.merged_into}. Give it that code.")
        if client.is_archived:
            return judged.refused(f"{client.called} is archived. Restore it first.")
        changed = {change.field: change.after for change in changes}
        numbers = Numbers.of(company=(changed.get(_FIELD.COMPANY_NUMBER),), tax=(changed.get(_FIELD.TAX_NUMBER),))
        done = replace(judged, verdict=_CHANGED, changes=tuple(changes), values=values)
        return self._checked(done, client, numbers)

    def _values(
        self, row: JudgedRow, texts: Texts, client: KnownClient | None
    ) -> tuple[JudgedRow, list[FieldChange], dict[str, object]]:
        """The row, refused where a cell cannot be used; what the cells change; and the same for the database."""
        changes: list[FieldChange] = []
        values: dict[str, object] = {}
        for field in _TEXTS:
            before = getattr(client, field.value) if client else None
            if field in texts and not is_same(field, texts[field], before):
                try:
                    values[field.value] = after = kept_text(field, texts[field])
                except Wrong as wrong:
                    row = row.refused(wrong.message, wrong.field)
                else:
                    changes.append(FieldChange(field, before, after))
        for field, column in ((_FIELD.OWNER_EMAIL, "owner_id"), (_FIELD.TEAM, "team_id")):
            if field in texts:
                find = self._choices.owner if field is _FIELD.OWNER_EMAIL else self._choices.team
                try:
                    found = find(texts[field], client)
                except Wrong as wrong:
                    row = row.refused(wrong.message, wrong.field)
                    continue
                if client is None or found.id != getattr(client, column):
                    values[column] = found.id
                    changes.append(FieldChange(field, self._before(field, client), found.name))
        return row, changes, values

    def _before(self, field: ImportField, client: KnownClient | None) -> str | None:
        if client is None:
            return None
        if field is _FIELD.TEAM:
            return self._choices.team_name(client.team_id)
        return self._choices.email(client.owner_id)

    def _checked(self, row: JudgedRow, client: KnownClient | None, numbers: Numbers) -> JudgedRow:
        """The row, refused where a number that it brings is another client's."""
        found = self._numbers.others(numbers, client)
        if found is None:
            return row
        field, other = found
        kind = "company number" if field is _FIELD.COMPANY_NUMBER else "tax number"
        same = f"If it is the same client, give it the code {other.code}."
        next_step = "That is archived: restore it." if other.is_archived else same
        return row.refused(f"Its {kind} is that of {other.called}. {next_step}", field)

    def without_namesakes(self, rows: Sequence[JudgedRow]) -> list[JudgedRow]:
        """The rows, those refused that would make a second client of a name; see ``judge``."""
        judged, before = [], dict[str, JudgedRow]()
        for row in rows:
            if not _brings_name(row):
                judged.append(row)
                continue
            plain, numbers = plain_name(row.name), _numbers_of(row)
            namesakes = [one for one in self._by_name.get(plain, []) if row.client is None or one.id != row.client.id]
            client = next((one for one in namesakes if not numbers.differ_from(self._numbers.of(one))), None)
            earlier = before.setdefault(plain, row)
            is_twice = earlier is not row and not numbers.differ_from(_numbers_of(earlier))
            if (client is None and not is_twice) or (row.code and self._adds_namesakes):
                judged.append(row)
                continue
            whose = f"{client.called} has this name already" if client else f"Row {earlier.number} has this name too"
            same = f" If it is the same client, give it the code {client.code}." if client and not row.client else ""
            other = "allow the same name twice" if row.code else "give it a code of its own"
            judged.append(row.refused(f"{whose}.{same} If it is another, {other}.", _FIELD.NAME))
        return judged

    def within_allowance(self, rows: Sequence[JudgedRow]) -> Iterable[JudgedRow]:
        """The rows, those new clients refused that the importer may not add, or for which the allowance has no room."""
        room = self._practice.allowance - sum(not client.is_archived for client in self._practice.clients)
        for row in rows:
            is_new = row.verdict is _CREATED
            room -= is_new
            if is_new and self._practice.why_not_add is not None:
                yield row.refused(self._practice.why_not_add)
            else:
                yield row.refused(_FULL.format(allowance=self._practice.allowance)) if is_new and room < 0 else row


_OTHER_NUMBER: Final = "but another company or tax number. Give the code."
_FULL: Final = (
    "The practice would have more than its allowance of {allowance} clients. Archive clients that have left, or raise "
    "the allowance."
)


def _name_in(row: SheetRow, columns: Columns) -> str:
    """The name in a row that is refused unread, so that people find it."""
    place = columns.get(_FIELD.NAME, len(row.texts))
    return line(row.texts[place])[:255] if place < len(row.texts) else ""


def _check_zeros(field: ImportField, text: str, padded: Mapping[str | None, str | None]) -> None:
    """Refuse digits that are a client's without the zeros before them.

    Raises:
        Wrong: They may be that client's, if a spreadsheet has taken the zeros away.
    """
    whole = padded.get(without_zeros(text)) if text.isdecimal() else None
    if whole is not None and len(whole) > len(text):
        what = "code" if field is _FIELD.CODE else "reference"
        told = f"There is a client with the {what} {whole}. A spreadsheet leaves out the zeros before a number."
        raise Wrong(field, f"{told} Format the column as text and write the {what} in full.")


def _each_client_once(rows: Sequence[JudgedRow]) -> list[JudgedRow]:
    """The rows, those refused that are about one client."""
    about: dict[Hashable, list[int]] = defaultdict(list)
    keys = [(row.client.id if row.client else (row.code or "").upper() or None) for row in rows]
    for row, key in zip(rows, keys, strict=True):
        if key is not None:
            about[key].append(row.number)
    return [
        row.refused(f"{rows_named(about[key])} are about {_whom(row)}: which one counts?", _FIELD.CODE)
        if key is not None and len(about[key]) > 1
        else row
        for row, key in zip(rows, keys, strict=True)
    ]


def _whom(row: JudgedRow) -> str:
    return row.client.called if row.client else f"the code {row.code}"


def _numbers(texts: Texts) -> Numbers:
    return Numbers.of(company=(texts.get(_FIELD.COMPANY_NUMBER),), tax=(texts.get(_FIELD.TAX_NUMBER),))


def _numbers_of(row: JudgedRow) -> Numbers:
    """The numbers of the row's client after the import."""
    brought = _numbers({change.field: change.after or "" for change in row.changes})
    had = row.client.numbers if row.client else Numbers()
    return Numbers(brought.company or had.company, brought.tax or had.tax)


def _brings_name(row: JudgedRow) -> bool:
    """Whether it gives a client a name that it had not; another spelling of the same is none."""
    if row.verdict is _CREATED:
        return True
    return row.verdict is _CHANGED and row.client is not None and plain_name(row.name) != plain_name(row.client.name)


def _grouped(clients: Iterable[KnownClient], key: Callable[[KnownClient], str]) -> dict[str, list[KnownClient]]:
    grouped: dict[str, list[KnownClient]] = defaultdict(list)
    for client in clients:
        if told := key(client):
            grouped[told].append(client)
    return dict(grouped)
