"""``TaxAgency``, ``TaxRate`` and ``TaxCode``: a code is a list of rates, and each rate belongs to an agency."""

from collections.abc import Iterator, Mapping

from emulators.books.drawing import BOOKS_OPENED
from emulators.books.money import TaxRate, tax_rates
from emulators.books.organisations import Organisation
from emulators.quickbooks.records.practice import is_american
from emulators.quickbooks.records.preferences import uses_sales_tax
from emulators.quickbooks.records.record import OPENED, Record, entity, reference
from emulators.quickbooks.records.words import AGENCIES

PSEUDO_CODES = ("TAX", "NON")
"""What lines of documents carry in the United States, whatever the rate is."""

_EARLIER_RATE, _CHANGED = 15.0, "2021-04-01T00:00:00-07:00"


def agencies(organisation: Organisation) -> list[Record]:
    """The tax agencies. Outside the United States the tax number is theirs to know."""
    if not uses_sales_tax(organisation):
        return []
    found = []
    for number, name in enumerate(AGENCIES[organisation.country.code], 1):
        record = entity(str(number), BOOKS_OPENED) | {
            "DisplayName": name,
            "TaxTrackedOnSales": True,
            "TaxTrackedOnPurchases": not is_american(organisation),
        }
        if not is_american(organisation) and number == 1:
            record["TaxRegistrationNumber"] = organisation.tax_number
        found.append(record)
    return found


def rates(organisation: Organisation) -> list[Record]:
    """The tax rates, one for each part of a code."""
    names = AGENCIES[organisation.country.code]
    found = []
    for tax, place, identity, part, rate in _parts(organisation):
        history = [{"RateValue": rate, "EffectiveDate": OPENED}]
        if place == 0 and int(identity) == 1:
            history = [
                {"RateValue": _EARLIER_RATE, "EffectiveDate": OPENED, "EndDate": _CHANGED},
                {"RateValue": rate, "EffectiveDate": _CHANGED},
            ]
        found.append(
            entity(identity, BOOKS_OPENED)
            | {
                "Name": part,
                "Description": tax.name,
                "Active": tax.status == "active",
                "RateValue": rate,
                "AgencyRef": reference(str(min(place, len(names) - 1) + 1)),
                "SpecialTaxType": "NONE" if rate else "ZERO_RATE",
                "DisplayType": "ReadOnly",
                "EffectiveTaxRate": history,
            }
        )
    return found


def codes(organisation: Organisation) -> list[Record]:
    """The tax codes, in the United States with the two pseudo codes, which are neither active nor inactive."""
    pseudo = [
        entity(code, BOOKS_OPENED)
        | {
            "Name": code,
            "Description": code,
            "Taxable": code == PSEUDO_CODES[0],
            "TaxGroup": False,
        }
        for code in PSEUDO_CODES
        if is_american(organisation)
    ]
    by_code: dict[str, list[Record]] = {}
    for tax, place, identity, part, _ in _parts(organisation):
        by_code.setdefault(tax.key, []).append(
            {"TaxRateRef": reference(identity, part), "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": place}
        )
    return pseudo + [_code(tax, identity, by_code[tax.key]) for tax, identity in _known(organisation)]


def references(organisation: Organisation) -> Mapping[str, Record]:
    """References to the tax codes, by their keys in the books."""
    return {tax.key: reference(identity, tax.name) for tax, identity in _known(organisation)}


def _known(organisation: Organisation) -> list[tuple[TaxRate, str]]:
    """The country's taxes that the company has, each with its code's id."""
    if not uses_sales_tax(organisation):
        return []
    return [(tax, str(number)) for number, tax in enumerate(tax_rates(organisation.country.code), 2)]


def _parts(organisation: Organisation) -> Iterator[tuple[TaxRate, int, str, str, float]]:
    """The parts of each tax: its place, the id of its rate, its name and per cent."""
    number = 0
    for tax, _ in _known(organisation):
        for place, (part, rate) in enumerate(tax.parts):
            number += 1
            yield tax, place, str(number), f"{tax.name} ({part})" if len(tax.parts) > 1 else tax.name, rate


def _code(tax: TaxRate, identity: str, details: list[Record]) -> Record:
    sales = details if "R" in tax.applies_to else []
    purchases = details if "X" in tax.applies_to or tax.applies_to == "A" else []
    return entity(identity, BOOKS_OPENED) | {
        "Name": tax.name,
        "Description": tax.name,
        "Active": tax.status == "active",
        "Hidden": False,
        "Taxable": True,
        "TaxGroup": True,
        "SalesTaxRateList": {"TaxRateDetail": sales},
        "PurchaseTaxRateList": {"TaxRateDetail": purchases},
    }
