"""When two company or tax numbers are one, whoever wrote them: a bookkeeper, a registry or an accounting software.

Numbers are compared by keys, since one number has several spellings: zeros before it (a UK company number has eight
places; people leave them out), a country before it (``GB123456782``), an account behind it (Canada:
``123026635RT0001``), words before it (``ABN 51 824 753 556``). Where python-stdnum knows a registry's spelling, its
rules are used; it knows no company numbers of the UK, Ireland or New Zealand, and keeps the zeros before a number.
"""

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import NamedTuple

from stdnum import get_cc_module
from stdnum.au import abn
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.ie import vat as irish_vat

Keys = frozenset[str]

NONE: Keys = frozenset()

SHORTEST = 5
"""Characters; a shorter text is as likely somebody's own reference as a number of a registry."""

_REMEMBERED = 20_000
"""Texts whose keys are made once: a list of 5,000 rows has each of its numbers compared several times."""

_LABELS = re.compile(r"\b(ABN|ACN|BN|CRN|CRO|GST|HST|IRD|NZBN|TAX|VAT|COMPANY|REG(ISTRATION|ISTERED)?|NO|NR|NUMBER)\b")
_NUMBER = re.compile(r"([A-Z]*)0*([0-9][0-9A-Z]*)")
_COMPANY_COUNTRY = re.compile(r"^(GB|UK|IE|NZ|AU)(?=\d)")
_CANADIAN_ACCOUNT = re.compile(r"^(\d{9})R[A-Z]\d{4}$")
_VAT_COUNTRIES = frozenset({*eu_vat.MEMBER_STATES, "gb", "el", "xi"})


class Numbers(NamedTuple):
    """The registration numbers that a company is known by.

    Attributes:
        company: Keys of its numbers in company registries.
        tax: Keys of its tax numbers; those of a VAT group are shared by several companies.
    """

    company: Keys = NONE
    tax: Keys = NONE

    @classmethod
    def of(cls, *, company: tuple[str | None, ...] = (), tax: tuple[str | None, ...] = ()) -> "Numbers":
        """Make the keys of numbers as people wrote them; a text that is no number gets no key."""
        return cls(_united(company_keys, company), _united(tax_keys, tax))

    @property
    def all(self) -> Keys:
        """Return every key, company and tax together: an Australian business number contains the company number."""
        return self.company | self.tax

    def differ_from(self, other: "Numbers") -> bool:
        """Whether the two cannot be one company: numbers of the same kind are known of both, and none is shared."""
        if self.all & other.all and not (self.company and other.company):
            return False
        pairs = ((self.company, other.company), (self.tax, other.tax))
        known = [(ours, theirs) for ours, theirs in pairs if ours and theirs]
        return bool(known) and not (known[0][0] & known[0][1])


@lru_cache(_REMEMBERED)
def company_keys(number: str | None) -> Keys:
    """Keys of a number in a company registry, such as Companies House or ASIC; none where it is no number."""
    plain = _COMPANY_COUNTRY.sub("", _plain(number))
    return _keys(plain)


@lru_cache(_REMEMBERED)
def tax_keys(number: str | None) -> Keys:
    """Keys of a tax number: VAT, GST, ABN, IRD, BN; none where it is no number."""
    plain = _plain(number)
    country = plain[:2].lower()
    if country in _VAT_COUNTRIES and plain[2:3]:
        plain = _compact(country, plain)
    if account := _CANADIAN_ACCOUNT.match(plain):
        plain = account[1]  # one business has an account for each kind of tax
    with suppress(ValidationError):
        plain = irish_vat.convert(irish_vat.validate(plain))  # since 2013 without the letter in its second place
    return _keys(plain)


def _keys(plain: str) -> Keys:
    number = _NUMBER.fullmatch(plain.lstrip("0"))
    if number is None or len(plain) < SHORTEST or not plain.strip("0"):
        return NONE
    keys = {"".join(number.groups())}
    if abn.is_valid(plain):
        keys.add(plain[2:].lstrip("0"))  # a company's business number is its company number behind two check digits
    return frozenset(keys)


def _plain(number: str | None) -> str:
    """Capital letters and digits alone, without words that only say what kind of number it is."""
    text = unicodedata.normalize("NFKC", number or "").upper()
    return re.sub(r"[^0-9A-Z]", "", _LABELS.sub("", text))


def _compact(country: str, plain: str) -> str:
    """A VAT number without its country. Northern Ireland's XI stands before the same number as GB, Greece writes EL."""
    module = get_cc_module({"xi": "gb", "el": "gr"}.get(country, country), "vat")
    return plain if module is None else str(module.compact(plain))


def _united(keys_of: Callable[[str | None], Keys], numbers: tuple[str | None, ...]) -> Keys:
    return NONE.union(*map(keys_of, numbers))
