"""Reads what several of Sage's records have in common: references, codes of accounts, and what has been put away."""

import re
from collections.abc import Mapping

from contracts.words.standard_information import Account
from providers.kit.json_values import Record, flag, nested, text, whole

BASE = {"id", "displayed_as", "$path"}
"""What a record has that was not asked for more."""

_DIGITS = re.compile("[0-9]+")

Chart = Mapping[str, Account]
"""A business's accounts by their ids."""


def key_of(record: Record) -> str:
    """The id of a record. A walk gives none without one."""
    return text(record.get("id")) or ""


def reference(value: object) -> str | None:
    """The id that a reference names."""
    return text(nested(value).get("id"))


def code_in(number: object, shown: object) -> str | None:
    """An account's code as bookkeepers know it.

    Sage sends the number (1), and the code with its zeros (0001) only inside the text that it shows. It counts where it
    is the same number; otherwise the code is the number.
    """
    plain = whole(number)
    if plain is None or plain < 0:
        return text(number)
    code = str(plain)
    numbers = _DIGITS.findall(text(shown) or "")
    return next((one for one in reversed(numbers) if (one.lstrip("0") or "0") == code), code)


def code_of(account_reference: object, chart: Chart) -> str | None:
    """The code of a referenced account, which Sage sends with the account and not with its id."""
    known = chart.get(reference(account_reference) or "")
    return known and known.code


def state_of(record: Record) -> tuple[str, bool]:
    """Sage's flags in a word, and whether the record has been put away."""
    if text(record.get("deleted_at")) is not None:
        return "deleted", True
    return ("inactive", True) if flag(record.get("is_active")) is False else ("active", False)
