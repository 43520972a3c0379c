"""The plans that a practice can have, the roles of its colleagues, what a new one has, and how its mail is tried.

Limits of what is typed in about a practice and its people stand here too; the columns of the tables are as wide.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Final

LONGEST_NAME: Final = 200
"""Characters of a practice's name, and of a colleague's."""

LONGEST_TEAM: Final = 100
LONGEST_ZONE: Final = 64
LONGEST_ADDRESS: Final = 254
"""Characters of an e-mail address (RFC 5321)."""

USUAL_ALLOWANCE: Final = 50
"""How many clients a practice may have where nobody says otherwise."""

USUAL_ZONE: Final = "Europe/London"

WORTH_SENDING: Final = timedelta(days=3)
"""A mail that was written longer ago, before there was a mail server, would only confuse."""

TOLD_AFTER: Final = timedelta(days=1)
"""A mail that is not taken is tried for so long before the practice is told of it."""


class Plan(StrEnum):
    """A practice's plan; assigning a team needs the advanced one."""

    STANDARD = "standard"
    ADVANCED = "advanced"


class Role(StrEnum):
    """What a colleague may do in the practice."""

    ADMIN = "admin"
    MEMBER = "member"
