"""Whom a company or tax number belongs to, among the practice's clients and among the rows of a list; pure.

A tax number that several clients have is a VAT group's and tells nobody apart.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from contracts.words.client_imports import ImportField
from rules.clients.imports.cells import Wrong
from rules.clients.imports.plans import JudgedRow, KnownClient
from rules.clients.registration_numbers import NONE, Keys, Numbers, company_keys, tax_keys

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
    companies = Counter(key for keys in company for key in keys)
    taxes = Counter(key for keys in tax for key in keys)
    judged = []
    for row, ours, theirs in zip(rows, company, tax, strict=True):
        if any(companies[key] > 1 for key in ours):
            row = row.refused("Another row has the same company number. Which one counts?", _COMPANY)
        elif any(taxes[key] > 1 for key in theirs) and not (ours or _has_company(row)):
            told = "Another row has the same tax number. Give both a company number if they are two of one VAT group."
            row = row.refused(told, _TAX)
        judged.append(row)
    return judged


def _brought(row: JudgedRow, field: ImportField) -> Keys:
    text = next((change.after for change in row.changes if change.field is field), None)
    return (company_keys if field is _COMPANY else tax_keys)(text)


def _has_company(row: JudgedRow) -> bool:
    return row.client is not None and bool(row.client.numbers.company)
