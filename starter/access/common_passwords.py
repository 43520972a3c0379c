"""Recognises passwords that many people have, also when they are slightly changed. Pure.

The list is zxcvbn's: the 30,000 most frequent passwords of public leaks. Its estimate of a password's strength is not
used, because it takes seconds for some passwords.
"""

import re
from functools import cache

FEWEST_LETTERS = 4
"""What is left without digits and signs at both ends; less than that is a date, a number or a row of keys."""

_LIKE = (str.maketrans("0134578@$!+", "oleastbasit"), str.maketrans("0134578@$!+", "oieastbasit"))
"""Digits and signs that stand for letters; a one for two of them."""
_ENDS = re.compile(r"^[\W\d_]+|[\W\d_]+$")


@cache
def _common() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # half a megabyte that few processes need

    return frozenset(FREQUENCY_LISTS["passwords"])


def is_common(password: str) -> bool:
    """Whether a password is a common one, or a common one with small changes.

    Small changes are digits and signs before and after it, capitals, the usual replacements of letters, and the same
    word twice.
    """
    plain = password.casefold()
    core = _ENDS.sub("", plain)
    if len(core) < FEWEST_LETTERS:
        return True
    spellings = {plain, core, *(one.translate(like) for one in (plain, core) for like in _LIKE)}
    return any(_is_listed(one) for one in spellings | {_ENDS.sub("", one) for one in spellings})


def _is_listed(core: str) -> bool:
    if core in _common():
        return True
    return any(
        core == core[:length] * (len(core) // length) and core[:length] in _common()
        for length in range(FEWEST_LETTERS, len(core) // 2 + 1)
        if len(core) % length == 0
    )
