"""What control calls of the stand-in for Sage may say, where it is more or less than at other stand-ins."""

from typing import Literal

from pydantic import Field

from emulators.kit.control import words as kit
from emulators.sage.faults import Kind
from emulators.sage.settings import Status

Problem = Literal["day", "concurrent", "temporarily_unavailable", "server_error", "access_denied"]


class FaultWords(kit.FaultWords):
    """A fault to add."""

    kind: Kind
    problem: Problem = "day"


class OrganisationWords(kit.OrganisationWords):
    """Traits of a business to change; what is left out stays."""

    country: Literal["GB", "IE", "CA"] | None = None
    plan: Literal["START", "MICRO", "ACCOUNTS", "STANDARD", "PLUS"] | None = None
    is_lapsed: bool | None = None


class LimitWords(kit.LimitWords):
    """Call limits to change."""

    concurrent: int | None = Field(default=None, ge=0)
    day: int | None = Field(default=None, ge=0)


class SettingWords(kit.SettingWords):
    """Switches, as ``emulators.sage.settings`` explains them; what is left out stays."""

    grant_per_country: bool | None = None
    country_only: bool | None = None
    country_in_callback: bool | None = None
    state_on_errors: bool | None = None
    basic_auth: bool | None = None
    dead_revocation_refused: bool | None = None
    user_is_requester: bool | None = None
    missing_business_refused: bool | None = None
    has_lead: bool | None = None
    unknown_business: Status | None = None
    off_plan: Literal[200, 401, 403, 404] | None = None
    items_on_start: bool | None = None
    plus: Literal["ACCOUNTING", "ACCOUNTING_10"] | None = None
    businesses_per_page: int | None = Field(default=None, ge=0, le=500)
    businesses_with_attributes: bool | None = None
    absolute_next: bool | None = None
    amounts_as_numbers: bool | None = None
    percentages_as_numbers: bool | None = None
    nested_in_full: bool | None = None
    tells_wait: bool | None = None
    bare_errors: bool | None = None
