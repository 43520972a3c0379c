"""Compares names of companies: what is left out, and when two are nearly the same; pure."""

import re
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz

from contracts.words.standard_information import NAMELESS

NEAR_ENOUGH: Final = 90
"""Out of 100 by RapidFuzz's token sort ratio: "Smith & Sons Ltd" and "Smith and Sons Limited" are near, "Smith Ltd"
and "Smyth & Co" are not."""

_REMEMBERED: Final = 20_000
"""Names that are made plain once: each of a practice's thousands is compared again and again."""

_LEGAL_FORMS = frozenset(
    {"ltd", "limited", "llp", "plc", "inc", "llc", "pty", "corp", "corporation", "co", "company", "the"}
)


@lru_cache(_REMEMBERED)
def plain_name(name: str) -> str:
    """A name without punctuation, legal forms and case, so that only the telling words are compared."""
    words = re.findall(r"\w+", name.casefold().replace("&", " and "))
    return " ".join(word for word in words if word not in _LEGAL_FORMS) or " ".join(words)


def digits(name: str) -> list[str]:
    """The numbers in a name, such as a house's; sorted, since the order of words does not count either."""
    return sorted(re.findall(r"\d+", name))


def are_alike(one: str, other: str) -> bool:
    """Whether two names are nearly the same, with the same numbers in them; one that says nothing is like no other."""
    if NAMELESS in {one, other}:
        return False
    first, second = plain_name(one), plain_name(other)
    is_near = bool(first) and fuzz.token_sort_ratio(first, second) >= NEAR_ENOUGH
    return is_near and digits(first) == digits(second)
