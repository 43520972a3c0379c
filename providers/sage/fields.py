"""Reads what several of Sage's records have in common: references, codes of accounts, and what has been put away."""

import re
from collections.abc import Mapping

from contracts.words.standard_information import Account
from providers.kit.json_values import Record, decimal, text

BASE = {"id", "displayed_as", "$path"}
"""What a record has that was not asked for more."""

Chart = Mapping[str, Account]
"""A business's accounts by their ids."""


def reference(value: object) -> str | None:
    """The id that a reference names."""
    return text(nested(value).get("id"))


def code_in(number: object, shown: object) -> str | None:
    """An account's code as bookkeepers know it.

    Sage sends the number (1), and the code with its zeros (0001) only inside the text that it shows. It counts where it
    is the same number; otherwise the code is the number.
    """
    plain = decimal(number)
    if plain is None or plain != plain.to_integral_value() or plain < 0:
        return text(number)
    code = str(int(plain))
    padded = re.findall(rf"(?<![0-9])0*{code}(?![0-9])", text(shown) or "")
    return padded[-1] if padded else code


def nested(value: object) -> Record:
    """A record in a record; empty where there is none."""
    return value if isinstance(value, dict) else {}


def code_of(account_reference: object, chart: Chart) -> str | None:
    """The code of a referenced account, which Sage sends with the account and not with its id."""
    known = chart.get(reference(account_reference) or "")
    return known and known.code


def status_of(*, is_inactive: bool, is_deleted: bool) -> str:
    """Sage's flags in a word."""
    if is_deleted:
        return "deleted"
    return "inactive" if is_inactive else "active"
