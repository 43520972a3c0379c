"""Passwords: checks whether a new one is good enough, and hashes with Argon2 in a thread. None is stored or logged."""

import asyncio
import unicodedata
from functools import cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from contracts.words.refusals import RefusalCode, Refused
from starter.access.common_passwords import is_common

SHORTEST, LONGEST = 12, 200
"""Characters."""
FEWEST_DIFFERENT = 5

HASHER = PasswordHash((Argon2Hasher(),))
"""With the library's own costs: 64 MiB and three passes, more than OWASP's least (19 MiB, two passes)."""


def checked(password: str, *, field: str, not_like: tuple[str, ...]) -> str:
    """Return a new password if it is good enough.

    Args:
        password: As it was typed.
        field: The input field to name in a refusal.
        not_like: Texts that it must not equal: the person's address and name.

    Raises:
        Refused: Too short, too long, too simple, one that many people have, or the person's own address or name.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused(RefusalCode.INVALID, f"Use {SHORTEST} to {LONGEST} characters.", field=field)
    is_simple = len(set(password)) < FEWEST_DIFFERENT or is_common(password)
    if is_simple or password.casefold() in {text.casefold() for text in not_like}:
        message = (
            "This is too easy to guess, or many people use one like it. "
            "Three or four words that do not belong together are good."
        )
        raise Refused(RefusalCode.INVALID, message, field=field)
    return password


async def hashed(password: str) -> str:
    """The hash to store. Computing it takes a fifth of a second of CPU time, by design, in a thread."""
    return await asyncio.to_thread(HASHER.hash, _bytes(password))


async def matches(password: str, kept: str | None) -> bool:
    """Whether a password belongs to a hash; without a hash it takes as long, so that the time tells nothing."""
    against = await asyncio.to_thread(_nobodys) if kept is None else kept
    good = await asyncio.to_thread(HASHER.verify, _bytes(password), against)
    return good and kept is not None


@cache
def _nobodys() -> str:
    return HASHER.hash("nobody has this password")


def _bytes(password: str) -> bytes:
    """The password in one Unicode form (NFKC), because keyboards compose the same letters differently."""
    return unicodedata.normalize("NFKC", password[: LONGEST * 4]).encode("utf-8", "replace")
