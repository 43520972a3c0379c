"""Whom a company or tax number belongs to, among the practice's clients and among the rows of a list; pure.

A tax number that several clients have is a VAT group's and tells nobody apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from contracts.words.client_imports import ImportField
from rules.clients.imports.cells import Wrong
from rules.clients.imports.plans import JudgedRow, KnownClient
from rules.clients.registration_numbers import NONE, Keys, Numbers, company_keys, tax_keys

_MANY: Final = 5
"""Row numbers that a sentence names at most."""

_COMPANY, _TAX = ImportField.COMPANY_NUMBER, ImportField.TAX_NUMBER


class KnownNumbers:
    """The numbers of the practice's clients.

    Args:
        clients: All of them.
    """

    def __init__(self, clients: Iterable[KnownClient]) -> None:
        self._numbers: dict[UUID, Numbers] = {}
        self._by_company: dict[str, list[KnownClient]] = defaultdict(list)
        self._by_tax: dict[str, list[KnownClient]] = defaultdict(list)
        for client in clients:
            self._numbers[client.id] = numbers = client.numbers
            for key in numbers.company:
                self._by_company[key].append(client)
            for key in numbers.tax:
                self._by_tax[key].append(client)

    def of(self, client: KnownClient) -> Numbers:
        """A client's."""
        return self._numbers[client.id]

    def recognised(self, numbers: Numbers) -> tuple[KnownClient | None, ImportField | None]:
        """The one client that has a number, and which number it was.

        Raises:
            Wrong: Several clients have the company number.
        """
        found = {one.id: one for key in numbers.company for one in self._by_company.get(key, ())}
        if len(found) > 1:
            raise Wrong(_COMPANY, "Several clients have this company number. Give the code.")
        for client in found.values():
            return client, _COMPANY
        for key in sorted(numbers.tax):
            having = self._by_tax.get(key, ())
            if len(having) == 1 and not numbers.differ_from(self.of(having[0])):
                return having[0], _TAX
        return None, None

    def others(self, numbers: Numbers, client: KnownClient | None) -> tuple[ImportField, KnownClient] | None:
        """Another client that has one of these numbers, so that they would make it two.

        Args:
            numbers: Those that a row brings.
            client: Whom the row is about; None for a new client.
        """
        for key in sorted(numbers.company):
            for other in self._by_company.get(key, ()):
                if client is None or other.id != client.id:
                    return _COMPANY, other
        whole = Numbers(numbers.company or (self.of(client).company if client else NONE), numbers.tax)
        for key in sorted(numbers.tax):
            having = self._by_tax.get(key, ())
            for other in having if len(having) == 1 else ():
                if (client is None or other.id != client.id) and not whole.differ_from(self.of(other)):
                    return _TAX, other
        return None


def clashes(rows: Sequence[JudgedRow]) -> list[JudgedRow]:
    """The rows, those refused that would give one number to two clients.

    Of several rows with one tax number, which may be a VAT group, those stay that have a company number of their own.
    """
    company = [_brought(row, _COMPANY) for row in rows]
    tax = [_brought(row, _TAX) for row in rows]
    companies, taxes = _having(rows, company), _having(rows, tax)
    judged = []
    for row, ours, theirs in zip(rows, company, tax, strict=True):
        if shared := _shared(ours, companies):
            row = row.refused(f"{rows_named(shared)} have the same company number: which one counts?", _COMPANY)
        elif (shared := _shared(theirs, taxes)) and not (ours or _has_company(row)):
            told = "have the same tax number. Give each its company number if they are of one VAT group."
            row = row.refused(f"{rows_named(shared)} {told}", _TAX)
        judged.append(row)
    return judged


def rows_named(numbers: Sequence[int]) -> str:
    """Several rows by their numbers, a few of them if they are many: *Rows 3, 8 and 2 more*."""
    named = [str(number) for number in numbers[:_MANY]]
    more = len(numbers) - len(named)
    last = f"{more} more" if more else named.pop()
    return f"Rows {', '.join(named)} and {last}"


def _having(rows: Sequence[JudgedRow], keys: Sequence[Keys]) -> dict[str, list[int]]:
    """The numbers of the rows by each key that they bring."""
    having: dict[str, list[int]] = defaultdict(list)
    for row, brought in zip(rows, keys, strict=True):
        for key in brought:
            having[key].append(row.number)
    return having


def _shared(keys: Keys, having: dict[str, list[int]]) -> list[int]:
    """The numbers of all rows that have one of these keys, if they are several; else none."""
    found = sorted({number for key in keys for number in having[key]})
    return found if len(found) > 1 else []


def _brought(row: JudgedRow, field: ImportField) -> Keys:
    text = next((change.after for change in row.changes if change.field is field), None)
    return (company_keys if field is _COMPANY else tax_keys)(text)


def _has_company(row: JudgedRow) -> bool:
    return row.client is not None and bool(row.client.numbers.company)
