"""What control calls may say: checked, so that a misspelt field is refused instead of ignored."""

from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from emulators.xero.faults import Kind


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FaultWords(_Words):
    """A fault to add; the fields mean what they mean in ``faults.Fault``."""

    kind: Kind
    organisation_id: str | None = None
    path: str | None = None
    person_id: str | None = None
    times: int | None = Field(default=None, ge=1)
    seconds: float | None = Field(default=None, ge=0)
    status: int = Field(default=500, ge=300, le=599)
    problem: Literal["minute", "day", "appminute", "concurrent"] = "minute"
    page: Literal["html", "text", "nothing", "subscription", "gateway"] = "html"
    oddity: Literal["surrogate", "control", "byte_order_mark", "latin1"] = "surrogate"

    @model_validator(mode="before")
    @classmethod
    def _usual_status(cls, words: object) -> object:
        """An edge answers 400 unless told otherwise."""
        if isinstance(words, dict) and words.get("kind") == Kind.EDGE_PAGE:
            return {"status": 400, **words}
        return words

    @model_validator(mode="after")
    def _fitting_status(self) -> Self:
        if self.kind is not Kind.EDGE_PAGE and self.status < 500:
            raise ValueError("status: only an edge_page has one below 500")
        return self


class OrganisationWords(_Words):
    """Traits of an organisation to change; what is left out stays.

    Attributes:
        organisation_id: Another tenant id for the same books, as after the reset of a demo company or with a trial that
            began anew: connections of the old id are gone.
    """

    organisation_id: UUID | None = None
    name: str | None = Field(default=None, min_length=1, max_length=255)
    country: Literal["GB", "AU", "NZ", "US"] | None = None
    is_demo: bool | None = None
    is_trial: bool | None = None
    is_nameless: bool | None = None
    contacts: int | None = Field(default=None, ge=0, le=5000)
    items: int | None = Field(default=None, ge=0, le=4000)
    tracking: int | None = Field(default=None, ge=0, le=2)
    plan: str | None = None
    trade: str | None = None
    tax_number: str | None = None
    registration_number: str | None = None


class RecordWords(_Words):
    """A change of one record of a list.

    Attributes:
        list: Such as ``Contacts``.
        id: Of the record; None adds one.
        fields: Put over the record's fields; a null takes the field away.
        remove: Takes the record away.
        touch: Whether ``UpdatedDateUTC`` moves. At Xero it does not when only ``IsSupplier``, ``IsCustomer`` or
            ``Balances`` changed, so None decides by that.
    """

    list: str
    id: str | None = None
    fields: dict[str, JsonValue] = {}
    remove: bool = False
    touch: bool | None = None


class PersonWords(_Words):
    """Where a person is an adviser from now on; connections of other organisations end."""

    organisation_ids: list[str]


class ClockWords(_Words):
    """How the clock moves."""

    advance_seconds: float = Field(default=0, ge=0)
    stopped: bool | None = None


class LimitWords(_Words):
    """Call limits to change; ``enforced`` false lifts all, true puts the usual ones back first."""

    enforced: bool | None = None
    concurrent: int | None = Field(default=None, ge=0)
    minute: int | None = Field(default=None, ge=0)
    day: int | None = Field(default=None, ge=0)
    app_minute: int | None = Field(default=None, ge=0)


class SettingWords(_Words):
    """Switches; what is left out stays. ``connection_cap`` 0 means no cap."""

    continue_restamps: bool | None = None
    connection_cap: int | None = Field(default=None, ge=0)
    most_contacts: int | None = Field(default=None, ge=0)
    latency_ms: int | None = Field(default=None, ge=0)
    withheld_scopes: list[str] | None = None


class ResetWords(_Words):
    """What the sandbox begins anew with; what is left out stays."""

    seed: int | None = None
    organisations: int | None = Field(default=None, ge=0, le=20_000)
    people: int | None = Field(default=None, ge=1, le=200)
    scenario: Literal["practice", "plain"] | None = None
