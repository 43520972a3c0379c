"""Words of a list of choices: what may be chosen in a run, taken out as CSV, changed, and brought back."""

from enum import StrEnum
from typing import Final


class ChoiceField(StrEnum):
    """A column of the list, named as it is headed; those that ``CHANGEABLE`` names are read when it comes back."""

    ORGANISATION_ID = "organisation_id"
    ORGANISATION = "organisation"
    LISTED_AS = "listed_as"
    ABOUT = "about"
    CHOSEN = "chosen"
    CODE = "code"
    OWNER_EMAIL = "owner_email"
    TEAM = "team"
    EXISTING_CLIENT = "existing_client"
    EXISTING_NAME = "existing_client_name"


CHANGEABLE: Final = frozenset(
    {
        ChoiceField.CHOSEN,
        ChoiceField.CODE,
        ChoiceField.OWNER_EMAIL,
        ChoiceField.TEAM,
        ChoiceField.EXISTING_CLIENT,
    }
)

NEEDED: Final = (ChoiceField.ORGANISATION_ID, ChoiceField.CHOSEN)
"""Columns without which nothing can be told."""


class ChoiceVerdict(StrEnum):
    """What a row of the list comes to."""

    CHOSEN = "chosen"
    LEFT_OUT = "left_out"
    REFUSED = "refused"
