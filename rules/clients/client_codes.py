"""A client's short code: letters of its name that people recognise, and a number that makes it unique."""

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator

_UNREADABLE = re.compile("[^A-Z0-9]+")
_LETTERS = 4


def client_code(name: str, number: int) -> str:
    """A short code that is unique in the practice: ``SMIT0042``.

    Args:
        name: The client's name.
        number: The practice's next client number.
    """
    first = name[:_LETTERS]
    if first.isascii() and first.isalnum():  # as of most names; thousands are given at once
        return f"{first.upper()}{number:04d}"
    if not name.isascii():
        name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    letters = _UNREADABLE.sub("", name.upper())
    return f"{letters[:_LETTERS] or 'CLNT'}{number:04d}"


def free_codes(names: Iterable[str], number: int, taken: Container[str]) -> Iterator[tuple[str, int]]:
    """A code for each name by the pattern, none of which is taken, and the client number after it.

    Args:
        names: The clients' names.
        number: The practice's next client number.
        taken: Codes that are in use.
    """
    for name in names:
        while (code := client_code(name, number)) in taken:
            number += 1
        number += 1
        yield code, number
