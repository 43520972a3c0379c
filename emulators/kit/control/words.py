"""What control calls may say: checked, so that a misspelt field is refused instead of ignored."""

from dataclasses import dataclass
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from emulators.kit.faults.faults import EDGE_PAGE


class Words(BaseModel):
    """Fields of a control call; others are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FaultWords(Words):
    """A fault to add; the fields mean what they mean in ``faults.Fault``. A platform says which kinds and problems."""

    kind: str
    organisation_id: str | None = None
    path: str | None = None
    person_id: str | None = None
    times: int | None = Field(default=None, ge=1)
    seconds: float | None = Field(default=None, ge=0)
    status: int = Field(default=500, ge=300, le=599)
    problem: str = "minute"
    page: Literal["html", "text", "nothing", "subscription", "gateway"] = "html"
    oddity: Literal["surrogate", "control", "byte_order_mark", "latin1"] = "surrogate"

    @model_validator(mode="before")
    @classmethod
    def _usual_status(cls, words: object) -> object:
        """An edge answers 400 unless told otherwise."""
        if isinstance(words, dict) and words.get("kind") == EDGE_PAGE:
            return {"status": 400, **words}
        return words

    @model_validator(mode="after")
    def _fitting_status(self) -> Self:
        if self.kind != EDGE_PAGE and self.status < 500:
            raise ValueError("status: only an edge_page has one below 500")
        return self


class OrganisationWords(Words):
    """Traits of an organisation to change; what is left out stays.

    Attributes:
        organisation_id: Another id for the same books, as after the reset of a demo company or with a trial that began
            anew: connections of the old id are gone.
        tracking: How many active tracking dimensions.
    """

    organisation_id: UUID | None = None
    name: str | None = Field(default=None, min_length=1, max_length=255)
    country: str | None = None
    is_demo: bool | None = None
    is_trial: bool | None = None
    is_nameless: bool | None = None
    contacts: int | None = Field(default=None, ge=0, le=200_000)
    items: int | None = Field(default=None, ge=0, le=4000)
    tracking: int | None = Field(default=None, ge=0, le=2)
    plan: str | None = None
    trade: str | None = None
    tax_number: str | None = None
    registration_number: str | None = None


class RecordWords(Words):
    """A change of one record of a list.

    Attributes:
        list: As the platform names it.
        id: Of the record; None adds one.
        fields: Put over the record's fields; a null takes the field away.
        remove: Takes the record away.
        touch: Whether the time of its last change moves; None does as the platform does.
    """

    list: str
    id: str | None = None
    fields: dict[str, JsonValue] = {}
    remove: bool = False
    touch: bool | None = None


class PersonWords(Words):
    """Where a person is an adviser from now on; connections of other organisations end."""

    organisation_ids: list[str]


class ClockWords(Words):
    """How the clock moves."""

    advance_seconds: float = Field(default=0, ge=0)
    stopped: bool | None = None


class LimitWords(Words):
    """Call limits to change; ``enforced`` false lifts all, true puts the usual ones back first.

    A platform has a field for each of its windows.
    """

    enforced: bool | None = None


class SettingWords(Words):
    """Switches; what is left out stays. A platform has more."""

    latency_ms: int | None = Field(default=None, ge=0)


class ResetWords(Words):
    """What the sandbox begins anew with; what is left out stays."""

    seed: int | None = None
    organisations: int | None = Field(default=None, ge=0, le=20_000)
    people: int | None = Field(default=None, ge=1, le=200)
    scenario: Literal["practice", "plain"] | None = None


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a stand-in's control calls may say, where platforms differ."""

    fault: type[FaultWords] = FaultWords
    organisation: type[OrganisationWords] = OrganisationWords
    limits: type[LimitWords] = LimitWords
    settings: type[SettingWords] = SettingWords
