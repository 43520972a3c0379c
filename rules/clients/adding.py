"""Who may add clients, in words for who may not; pure.

It does not look anything up: whoever asks has read the right and the admins in its own transaction.
"""

from collections.abc import Sequence
from typing import Final

NAMED: Final = 3
"""Admins whose names are told; a practice with more has somebody else to ask too."""


def why_not_add(*, may_add: bool, admins: Sequence[str]) -> str | None:
    """Why a colleague may not add clients, and who can change that; None for who may.

    Args:
        may_add: The colleague's right.
        admins: Names of the practice's admins, in the order in which they are told.
    """
    if may_add:
        return None
    named, more = list(admins[:NAMED]), len(admins) - NAMED
    if more > 0:
        named.append(f"{more} more")
    who = " or ".join(filter(None, (", ".join(named[:-1]), named[-1]))) if named else "An admin"
    return f"You may not add clients. {who} can allow it, on your page under Team."
