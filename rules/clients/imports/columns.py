"""Which column of somebody's list is which of ours, told by its heading; pure.

A heading counts when it is, apart from spelling, one of those under which practice software writes the field: IRIS, CCH
Central, TaxCalc, BrightManager, Senta, Capium, practice managers of accounting software, and our own export. A heading
that merely resembles one is left to the person. A *UTR* is not taken for a tax number: connected books hold VAT or GST
numbers, and two different numbers say that two clients are not the same.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from contracts.words.client_imports import ImportField, Spoilt

Columns = Mapping[ImportField, int]
"""The column of each field that the list has, counted from nought."""


class SheetRow(NamedTuple):
    """A row as it stands in the file.

    Attributes:
        number: Its place in the file as spreadsheets count, from one.
        texts: Its cells; there may be fewer than headings.
        spoilt: What a spreadsheet has made of some of them, by column.
    """

    number: int
    texts: Sequence[str]
    spoilt: Mapping[int, Spoilt] = {}


class SheetRead(NamedTuple):
    """Which sheet of a workbook was read.

    Attributes:
        name: Its name.
        others: Names of the others that are not hidden and were not found empty.
        empty: Names of those before it that were passed over because nothing is on them.
        hidden: Names of those before it that were passed over because they are hidden.
    """

    name: str
    others: Sequence[str] = ()
    empty: Sequence[str] = ()
    hidden: Sequence[str] = ()

    @property
    def sentence(self) -> str:
        """Which one, and why none before it; for people."""
        passed = [f"{quoted([name])} is empty" for name in self.empty]
        passed += [f"{quoted([name])} is hidden" for name in self.hidden]
        return "; ".join([f"Read from the sheet {quoted([self.name])}", *passed]) + "."


class Sheet(NamedTuple):
    """A list of clients as it came.

    Attributes:
        headings: The texts of the row with the headings.
        rows: The rows under it that are not empty.
        read: Which sheet of a workbook it is; None for any other list.
    """

    headings: Sequence[str]
    rows: Sequence[SheetRow]
    read: SheetRead | None = None


def quoted(names: Iterable[str]) -> str:
    """Names of sheets, for sentences."""
    return ", ".join(f"\N{LEFT DOUBLE QUOTATION MARK}{name}\N{RIGHT DOUBLE QUOTATION MARK}" for name in names)


_OURS_ALONE: Final = frozenset({"client_id"})
"""Columns of our export that would be taken for another program's: its *Client ID* is a code, ours is not."""

_HEADINGS: Final[Mapping[ImportField, str]] = {
    ImportField.NAME: "name, client name, client, full name, company name, business name, account name, trading name, "
    "organisation name, organisation, entity name, customer name, display name",
    ImportField.CODE: "code, client code, client id, client no, client account no, account code, account no, "
    "customer code, file code, file no, short code",
    ImportField.OWNER_EMAIL: "owner email, client manager email, manager email, account manager email, partner email, "
    "responsible email, email of owner, owner, client owner, client manager, manager, account manager, "
    "relationship manager, partner, client partner, responsible, responsible person, assigned to, assignee, "
    "job manager, accountant",
    ImportField.TEAM: "team, client team, department, office, branch",
    ImportField.COMPANY_NUMBER: "company no, company reg no, company reg, reg no, registration no, companies house no, "
    "crn, co no, company house no, acn, nzbn, cro no, business reg no, incorporation no",
    ImportField.TAX_NUMBER: "tax no, vat no, vat reg no, vat reg, vat, gst no, gst reg no, gst, abn, ird no, bn, "
    "business no, tax id, tax reg no, vat id, vrn",
    ImportField.REFERENCE: "reference, own reference, our reference, your reference, client reference, reference no, "
    "ref, client ref, our ref, your ref, external id, external reference, internal reference",
}
_KNOWN: Final = {
    heading.strip(): (field, rank)
    for field, headings in _HEADINGS.items()
    for rank, heading in enumerate(headings.split(","))
}
_WORDS: Final = {
    "number": "no",
    "num": "no",
    "nr": "no",
    "nummer": "no",
    "registration": "reg",
    "registered": "reg",
    "emailaddress": "email",
    "mail": "email",
    "organization": "organisation",
}
_LOOKED_THROUGH: Final = 15
"""Rows at the top of a file among which the headings are looked for: reports have a title and a date above them."""


def matched(headings: Sequence[str]) -> dict[ImportField, int]:
    """The column of each field whose heading is known; where two are, the more telling one, then the first."""
    best: dict[ImportField, tuple[int, int]] = {}
    for place, heading in enumerate(headings):
        found = None if heading.strip().lower() in _OURS_ALONE else _KNOWN.get(_plain(heading))
        if found is not None:
            field, rank = found
            best[field] = min(best.get(field, (rank, place)), (rank, place))
    return {field: best[field][1] for field in ImportField if field in best}


def chosen(headings: Sequence[str], wanted: Mapping[ImportField, str]) -> dict[ImportField, int]:
    """The columns by heading, with what somebody has named instead.

    Args:
        headings: The list's.
        wanted: For some fields, the heading of their column, or an empty text where there is none.

    Raises:
        LookupError: There is no such heading; it is the error's argument.
    """
    columns = matched(headings)
    plain = [_plain(heading) for heading in headings]
    for field, heading in wanted.items():
        columns.pop(field, None)
        if heading.strip():
            places = [place for place, one in enumerate(headings) if one.strip() == heading.strip()]
            places += [place for place, one in enumerate(plain) if one and one == _plain(heading)]
            if not places:
                raise LookupError(heading)
            columns[field] = places[0]
    taken = {columns[field] for field in wanted if field in columns}
    return {field: place for field, place in columns.items() if field in wanted or place not in taken}


def labelled(headings: Sequence[str]) -> list[str]:
    """A name for each column that no other has: its heading, and its letter where that is empty or not its alone."""
    alone = [heading.strip() for heading in headings]
    return [
        f"Column {letters(place)}" if not text else f"{text} ({letters(place)})" if alone.count(text) > 1 else text
        for place, text in enumerate(alone)
    ]


def letters(place: int) -> str:
    """The letters of a column, as spreadsheets have them: A for 0, AA for 26."""
    found = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def heading_row(rows: Sequence[Sequence[str]]) -> int:
    """The index of the row that has the headings: the first in which two are known, or the first that has a text.

    Args:
        rows: The rows at the top of a file.
    """
    for place, row in enumerate(rows[:_LOOKED_THROUGH]):
        if len(matched(row)) > 1:
            return place
    return next((place for place, row in enumerate(rows) if any(text.strip() for text in row)), 0)


def _plain(heading: str) -> str:
    """A heading in small letters, its words apart, with one spelling for what has several."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", heading.replace("\ufeff", ""))
    words = re.findall(r"[^\W_]+", re.sub(r"(?i)e-?mail address|e-mail", "email", apart).replace("'s", "").casefold())
    return " ".join(_WORDS.get(word, word) for word in words if word not in {"the", "s"})
