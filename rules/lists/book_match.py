"""Compares a client's lists with those of other books: which codes and names will still be found after a change.

Accounts, tax rates, tracking, items and contacts are referred to by code or by name. Where the new books have neither,
somebody has to repair the reference by hand after the change. Archived entries cannot be used, so they are left out on
both sides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from contracts.words.lists import RowKind

CODES: Mapping[RowKind, str | None] = {
    RowKind.ACCOUNTS: "code",
    RowKind.TAX_RATES: "tax_type",
    RowKind.TRACKING_CATEGORIES: None,
    RowKind.ITEMS: "code",
    RowKind.CONTACTS: "account_number",
}
"""What is compared, and the column that holds each one's code."""


class Entry(NamedTuple):
    """One account, tax rate, tracking category, item or contact, as far as matching needs it."""

    code: str | None
    name: str | None

    @property
    def shown(self) -> str:
        """Code and name as people read them."""
        return " ".join(filter(None, [self.code, self.name])) or "(no name)"


@dataclass(frozen=True, slots=True)
class Match:
    """How many entries in use of an old list are found in the new one; the numbers add up to ``old``.

    Attributes:
        old: Entries of the old list that are in use.
        new: Entries of the new list that are in use.
        same: Found with the same code and the same name (or the same name, where neither has a code).
        by_code: Found by code only; the name differs.
        by_name: Found by name only; the code differs or is missing.
        missing: Found neither by code nor by name, in the old list's order.
    """

    old: int
    new: int
    same: int
    by_code: int
    by_name: int
    missing: Sequence[str]


def match(old: Sequence[Entry], new: Sequence[Entry]) -> Match:
    """Look every old entry up among the new ones, by code and by name, without regard to case and spaces."""
    exact = {(_plain(entry.code), _plain(entry.name)) for entry in new}
    codes = {code for code, _ in exact if code}
    names = {name for _, name in exact if name}
    same = by_code = by_name = 0
    missing = []
    for entry in old:
        code, name = _plain(entry.code), _plain(entry.name)
        if (code, name) in exact:
            same += 1
        elif code in codes:
            by_code += 1
        elif name in names:
            by_name += 1
        else:
            missing.append(entry.shown)
    return Match(len(old), len(new), same, by_code, by_name, missing)


def _plain(text: str | None) -> str:
    return " ".join((text or "").casefold().split())
