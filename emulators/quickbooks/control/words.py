"""What control calls of the stand-in for QuickBooks may say, where it is more or less than at other stand-ins."""

from typing import Literal

from pydantic import Field

from emulators.kit.control import words as kit
from emulators.quickbooks.faults import Kind
from emulators.quickbooks.settings import Lapsed

Problem = Literal[
    "minute", "second", "month", "xml", "5020", "5030", "access_denied", "server_error", "temporarily_unavailable"
]


class FaultWords(kit.FaultWords):
    """A fault to add."""

    kind: Kind
    problem: Problem = "minute"


class OrganisationWords(kit.OrganisationWords):
    """Traits of a company to change; what is left out stays."""

    country: Literal["US", "GB", "CA", "AU", "NZ", "IE"] | None = None
    plan: Literal["SIMPLE_START", "ESSENTIALS", "PLUS", "ADVANCED"] | None = None
    is_lapsed: bool | None = None


class LimitWords(kit.LimitWords):
    """Call limits to change."""

    second: int | None = Field(default=None, ge=0)
    minute: int | None = Field(default=None, ge=0)


class SettingWords(kit.SettingWords):
    """Switches, as ``emulators.quickbooks.settings`` explains them; what is left out stays."""

    disconnect_url: str | None = None
    reconnect_url: str | None = None
    webhook_url: str | None = None
    webhook_token: str | None = None
    superseded_seconds: int | None = Field(default=None, ge=0)
    reuse_ends_grant: bool | None = None
    takeover_ends_access: bool | None = None
    dead_revocation_refused: bool | None = None
    realm_in_id_token: bool | None = None
    over_a_thousand: Literal["refused", "cut"] | None = None
    old_capture: Literal["refused", "cut"] | None = None
    pseudo_codes: bool | None = None
    off_plan: Literal[200, 5020, 5030] | None = None
    home_currency_listed: bool | None = None
    lapsed_word: Lapsed | None = None
    deletes_records: bool | None = None
    tells_wait: bool | None = None
    throttled_in_xml: bool | None = None
    batch_items_metered: bool | None = None
    month_budget: int | None = Field(default=None, ge=0)


class DeliveryWords(kit.Words):
    """One delivery of webhooks: of all changes by control since the last, in all companies that are connected.

    Attributes:
        times: How often the same is sent.
        reversed: Whether the newest event stands first.
        signature: ``wrong`` signs with another token, ``missing`` not at all.
        also: Changes that have not happened, to be told as well.
    """

    times: int = Field(default=1, ge=1, le=10)
    reversed: bool = False
    signature: Literal["right", "wrong", "missing"] = "right"
    also: tuple["ChangeWords", ...] = ()


class ChangeWords(kit.Words):
    """A change that is told by a webhook."""

    organisation_id: str
    entity: str
    id: str
    operation: Literal["created", "updated", "deleted"] = "updated"


class MeterWords(kit.Words):
    """The count of metered calls is asked for without a word."""
