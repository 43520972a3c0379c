"""What a practice has bought, and what its colleagues may do."""

from enum import StrEnum


class Plan(StrEnum):
    """A practice's plan; assigning a team needs the advanced one."""

    STANDARD = "standard"
    ADVANCED = "advanced"


class Role(StrEnum):
    """What a colleague may do in the practice."""

    ADMIN = "admin"
    MEMBER = "member"
