"""What each list of a business can be asked: by whom, on which plan, since when, and filtered how.

Source: the descriptions, parameters and access restrictions of Sage's published description of its API.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from emulators.books.people import Role
from emulators.sage.records.record import Record


class Level(StrEnum):
    """What somebody may do in an area."""

    FULL = "Full Access"
    RESTRICTED = "Restricted Access"
    READ = "Read Only"
    NONE = "No Access"


class Area(StrEnum):
    """The areas in which rights are given."""

    SALES = "Sales"
    PURCHASES = "Purchases"
    BANK = "Bank"
    CONTACTS = "Contacts"
    PRODUCTS = "Products & Services"
    JOURNALS = "Journals"
    SETTINGS = "Settings"


_ADMINISTRATIVE = frozenset({Area.JOURNALS, Area.SETTINGS})
_ANY = frozenset({Level.FULL, Level.RESTRICTED, Level.READ})
_FULL, _FULL_OR_READ = frozenset({Level.FULL}), frozenset({Level.FULL, Level.READ})
Needs = Mapping[Area, frozenset[Level]]
"""One of these areas, at one of its levels; empty for everybody."""


def level(role: Role, area: Area) -> Level:
    """The rights of a role: advisers may do all, standard users neither journals nor settings."""
    if role is Role.ADVISER:
        return Level.FULL
    if role is Role.READ_ONLY:
        return Level.READ
    return Level.NONE if area in _ADMINISTRATIVE else Level.FULL


def may_read(role: Role, needs: Needs) -> bool:
    """Whether a role has one of the rights that are needed."""
    return not needs or any(level(role, area) in levels for area, levels in needs.items())


Filter = Callable[[Record, str], bool]
"""Whether a record stays, with the parameter's value."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One list, or one record that a business has.

    Attributes:
        needs: The rights to read it.
        tiers: The plans that have it.
        is_single: Whether it is one record and no list.
        since: Whether it honours ``updated_or_created_since``.
        deleted: Whether it keeps deleted records, and honours ``deleted_since``.
        nested: Whether its list honours ``nested_attributes``.
        nested_single: Whether a single record of it does.
        filters: By their parameters.
        usual: The values of filters that count where they are not asked for.
    """

    needs: Needs = field(default_factory=dict)
    tiers: frozenset[str] = frozenset({"START", "STANDARD", "PLUS"})
    is_single: bool = False
    since: bool = False
    deleted: bool = False
    nested: bool = False
    nested_single: bool = False
    filters: Mapping[str, Filter] = field(default_factory=dict)
    usual: Mapping[str, str] = field(default_factory=dict)


def _is(name: str) -> Filter:
    return lambda record, value: bool(record.get(name)) is (value == "true")


def _active(name: str) -> Filter:
    """A filter that takes inactive records away."""
    return lambda record, value: value != "true" or record.get(name) is not False


def _refers(name: str) -> Filter:
    def stays(record: Record, value: str) -> bool:
        found = record.get(name)
        return isinstance(found, dict) and found.get("id") == value

    return stays


def _contact_type(record: Record, value: str) -> bool:
    types = record.get("contact_types")
    return isinstance(types, list) and any(one["id"] == value for one in types)


def _mentions(*names: str) -> Filter:
    return lambda record, value: any(value.lower() in str(record.get(name) or "").lower() for name in names)


def _not_system(record: Record, value: str) -> bool:
    return value != "true" or not record.get("system")


def _not_stripe(record: Record, value: str) -> bool:
    return value != "true" or not _refers("bank_account_type")(record, "STRIPE")


def _visible(record: Record, value: str) -> bool:
    return record.get(f"visible_in_{value}") is True


def _not_visible(record: Record, value: str) -> bool:
    return record.get(f"visible_in_{value}") is False


def _level_is(record: Record, value: str) -> bool:
    found = record.get("analysis_type_level")
    return isinstance(found, dict) and found.get("identifier") == value


def _no_bank_inactive(record: Record, value: str) -> bool:
    return value != "true" or record.get("included_in_chart") is True or not _visible(record, "banking")


_TRADE: Needs = {Area.PRODUCTS: _ANY, Area.SALES: _ANY, Area.PURCHASES: _ANY}
_SETTINGS: dict[Area, frozenset[Level]] = {Area.SETTINGS: _FULL_OR_READ}
_STANDARD_AND_PLUS = frozenset({"STANDARD", "PLUS"})
_ITEM_FILTERS: Mapping[str, Filter] = {
    "active": _is("active"),
    "search": _mentions("item_code", "description"),
}
RESOURCES: Mapping[str, Resource] = {
    "ledger_accounts": Resource(
        needs={area: _ANY for area in Area if area is not Area.SETTINGS} | _SETTINGS,
        since=True,
        nested_single=True,
        filters={
            "visible_in": _visible,
            "not_visible_in": _not_visible,
            "show_included_in_chart": _is("included_in_chart"),
            "show_control_accounts": _is("is_control_account"),
            "ledger_account_type_id": _refers("ledger_account_type"),
            "ledger_account_classification_id": _refers("ledger_account_classification"),
            "filter_inactive_bank_accounts": _no_bank_inactive,
            "search": _mentions("displayed_as"),
        },
    ),
    "bank_accounts": Resource(
        needs={Area.BANK: _ANY},
        since=True,
        deleted=True,
        nested=True,
        nested_single=True,
        filters={"filter_inactive_bank_accounts": _active("is_active"), "exclude_stripe": _not_stripe},
    ),
    "tax_rates": Resource(
        needs=dict.fromkeys((Area.SALES, Area.PURCHASES, Area.BANK), _ANY) | _SETTINGS,
        since=True,
    ),
    "tax_profiles": Resource(needs=_SETTINGS, since=True),
    "analysis_types": Resource(
        needs={Area.SETTINGS: _FULL},
        tiers=_STANDARD_AND_PLUS,
        since=True,
        filters={"analysis_type_level": _level_is, "search": _mentions("name")},
    ),
    "analysis_type_categories": Resource(needs=_SETTINGS, tiers=_STANDARD_AND_PLUS, since=True),
    "products": Resource(needs=_TRADE, since=True, deleted=True, filters=_ITEM_FILTERS),
    "services": Resource(needs=_TRADE, since=True, deleted=True, filters=_ITEM_FILTERS),
    "stock_items": Resource(
        needs=_TRADE,
        tiers=frozenset({"PLUS"}),
        since=True,
        deleted=True,
        filters=_ITEM_FILTERS,
        usual={"active": "true"},
    ),
    "contacts": Resource(
        needs={Area.CONTACTS: _ANY, Area.SALES: _ANY, Area.PURCHASES: _ANY},
        since=True,
        deleted=True,
        nested=True,
        nested_single=True,
        filters={
            "contact_type_id": _contact_type,
            "exclude_system": _not_system,
            "filter_inactive_contacts": _active("is_active"),
            "search": _mentions("name", "reference"),
            "email": lambda record, value: record.get("email") == value,
        },
    ),
    "financial_settings": Resource(needs=_SETTINGS, is_single=True),
    "business_settings": Resource(needs=_SETTINGS, is_single=True),
    "business_exchange_rates": Resource(needs=_SETTINGS),
    "exchange_rates": Resource(),
    "address_regions": Resource(filters={"country_id": lambda record, value: str(record["id"]).startswith(value)}),
    "currencies": Resource(),
    "countries": Resource(),
    "contact_types": Resource(),
    "payment_methods": Resource(),
    "bank_account_types": Resource(),
    "ledger_account_types": Resource(),
    "ledger_account_classifications": Resource(),
}
ON_START_OR_NOT = frozenset({"products", "services"})
"""The lists of which Sage's documents disagree whether the plan Start has them."""
