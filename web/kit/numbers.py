"""Numbers of the product that templates tell, or set as limits of their fields; each is decided elsewhere.

A template has no number of its own that something else decides: ``{{ lasts.invitation|span }}`` follows the constant.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from contracts.words import client_accounts, practices
from contracts.words.connections import UNDO_WITHIN
from runtime.temporal.namespace import RETENTION
from starter.access.proofs import FRESH
from starter.access.sessions import INVITATION
from starter.people.practice import NIGHT_BEGINS
from starter.runs.starting import GOES_ON

LASTS: Final[Mapping[str, timedelta]] = {
    "between_sign_ins": GOES_ON,
    "fresh_sign_in": FRESH,
    "histories": RETENTION,
    "invitation": INVITATION,
    "undo": UNDO_WITHIN,
}
"""How long something goes on, by what it is."""

LONGEST: Final[Mapping[str, int]] = client_accounts.LONGEST | {
    "address": practices.LONGEST_ADDRESS,
    "person": practices.LONGEST_NAME,
    "practice": practices.LONGEST_NAME,
    "team": practices.LONGEST_TEAM,
    "zone": practices.LONGEST_ZONE,
}
"""Characters of what is typed: of a client's fields by their names, and of others."""

GLOBALS: Final[Mapping[str, object]] = {"lasts": LASTS, "longest_of": LONGEST, "night_begins": NIGHT_BEGINS}
"""What every template has of them."""
