"""``tax_rates``, ``tax_profiles`` and the tax rate that each key of the books stands for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from emulators.books.organisations import Organisation
from emulators.sage.records.record import Record, amount, hex_id, opened, reference
from emulators.sage.records.words import REGION_NAMES

_COMBINED = {"GST + PST BC": ("GST", "PST BC")}


@dataclass(frozen=True, slots=True)
class Rate:
    """One tax rate.

    Attributes:
        identity: Its id; empty where it has no natural key, and each business its own.
        usage: ``S`` for sales, ``P`` for purchases.
        region: Canadian province; empty for none.
        history: Per cent, first and last day (empty while it goes on), newest first.
    """

    identity: str
    name: str
    usage: str
    region: str
    history: tuple[tuple[float, str, str], ...]

    @property
    def displayed_as(self) -> str:
        """Its label."""
        return f"{self.name} {self.history[0][0]:.2f}%"

    def id_in(self, business_id: str) -> str:
        """Its id in a business."""
        return self.identity or hex_id(business_id, "tax rate", self.name)


@cache
def _table(country_code: str) -> tuple[tuple[Rate, tuple[str, ...]], ...]:
    text = (Path(__file__).parent / "tax_rates.txt").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if not line.startswith("#")]
    return tuple(
        (
            Rate(identity.removeprefix("-"), name, usage, region, _history(history)),
            tuple(key.strip() for key in keys.split(",") if key.strip()),
        )
        for code, identity, name, usage, keys, region, history in rows
        if code == country_code
    )


def _history(text: str) -> tuple[tuple[float, str, str], ...]:
    parts = [[cell.strip() for cell in part.split(",")] for part in text.split(";")]
    return tuple((float(per_cent), first, last) for per_cent, first, last in parts)


def rates(country_code: str) -> list[Rate]:
    """The tax rates of a country."""
    return [rate for rate, _ in _table(country_code)]


def references(organisation: Organisation) -> Mapping[str, Record]:
    """References to a business's tax rates, by their keys in the books."""
    return {
        key: reference("tax_rates", rate.id_in(organisation.organisation_id), rate.displayed_as)
        for rate, keys in _table(organisation.country.code)
        for key in keys
    }


def tax_rates(organisation: Organisation) -> list[Record]:
    """The tax rates of a business; every fifth business has made one of its own."""
    found = rates(organisation.country.code)
    by_name = {rate.name: _rate(organisation, rate) for rate in found}
    for name, parts in _COMBINED.items():
        if name in by_name:
            components = [_component(by_name[part]) for part in parts]
            by_name[name] |= {"is_combined_rate": True, "component_tax_rates": components}
    records = list(by_name.values())
    if organisation.index % 5 == 2:
        own = _rate(organisation, Rate("", "Margin Scheme", "SP", "", ((0.0, "2020-01-01", ""),)))
        records.append(own | {"editable": True, "deletable": True})
    return records


def _component(record: Record) -> Record:
    return {name: value for name, value in record.items() if name != "component_tax_rates"}


def _rate(organisation: Organisation, rate: Rate) -> Record:
    identity = rate.id_in(organisation.organisation_id)
    return opened("tax_rates", identity, rate.displayed_as) | {
        "name": rate.name,
        "agency": None,
        "percentage": amount(rate.history[0][0]),
        "percentages": [
            {"percentage": amount(per_cent), "from_date": first, "to_date": last or None}
            for per_cent, first, last in rate.history
        ],
        "is_visible": True,
        "retailer": False,
        "editable": False,
        "deletable": False,
        "is_combined_rate": False,
        "component_tax_rates": [],
    }


def tax_profiles(organisation: Organisation) -> list[Record]:
    """The registrations for tax: one, and in Canada often a province's besides."""
    names = {"GB": [("VAT", "")], "IE": [("VAT", "")], "CA": [("CA_GST_HST", ""), ("CA_PST_BC", "CA-BC")]}
    return [_profile(organisation, *row) for row in names[organisation.country.code]]


def _profile(organisation: Organisation, tax_type: str, region: str) -> Record:
    identity = hex_id(organisation.organisation_id, "tax profile", tax_type)
    label = tax_type.removeprefix("CA_").replace("_", " ")
    place = reference("address_regions", region, REGION_NAMES[region]) if region else None
    return opened("tax_profiles", identity, label) | {
        "tax_type": reference("tax_types", tax_type, label),
        "tax_number": organisation.tax_number,
        "tax_number_suffix": "",
        "collect_tax": True,
        "tax_return_frequency": reference("tax_return_frequencies", "QUARTERLY", "Quarterly"),
        "address_region": place and place | {"code": region[3:], "name": REGION_NAMES[region]},
    }
