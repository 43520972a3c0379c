"""What control calls of the stand-in for Xero may say, where it is more or less than at other stand-ins."""

from typing import Literal

from pydantic import Field

from emulators.kit.control import words as kit
from emulators.kit.control.words import ClockWords, PersonWords, RecordWords, ResetWords
from emulators.xero.faults import Kind

__all__ = [
    "ClockWords",
    "FaultWords",
    "LimitWords",
    "OrganisationWords",
    "PersonWords",
    "RecordWords",
    "ResetWords",
    "SettingWords",
]

Problem = Literal["minute", "day", "appminute", "concurrent"]


class FaultWords(kit.FaultWords):
    """A fault to add."""

    kind: Kind
    problem: Problem = "minute"


class OrganisationWords(kit.OrganisationWords):
    """Traits of an organisation to change; what is left out stays."""

    country: Literal["GB", "AU", "NZ", "US"] | None = None


class LimitWords(kit.LimitWords):
    """Call limits to change."""

    concurrent: int | None = Field(default=None, ge=0)
    minute: int | None = Field(default=None, ge=0)
    day: int | None = Field(default=None, ge=0)
    app_minute: int | None = Field(default=None, ge=0)


class SettingWords(kit.SettingWords):
    """Switches; what is left out stays. ``connection_cap`` 0 means no cap."""

    continue_restamps: bool | None = None
    connection_cap: int | None = Field(default=None, ge=0)
    most_contacts: int | None = Field(default=None, ge=0)
    withheld_scopes: list[str] | None = None
