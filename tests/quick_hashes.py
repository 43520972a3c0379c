"""Hashes passwords quickly in tests: as a practice's are, each takes a fifth of a second, and tests sign in often."""

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from starter.access import passwords

AS_EVER = passwords.HASHER
"""What the product hashes with."""


def use_quick_hashes() -> None:
    """Let this process do so: the same algorithm, with as little work as it allows. Others hash as ever."""
    passwords.HASHER = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
