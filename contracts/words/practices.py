"""The plans that a practice can have, and the roles of its colleagues."""

from enum import StrEnum


class Plan(StrEnum):
    """A practice's plan; assigning a team needs the advanced one."""

    STANDARD = "standard"
    ADVANCED = "advanced"


class Role(StrEnum):
    """What a colleague may do in the practice."""

    ADMIN = "admin"
    MEMBER = "member"
