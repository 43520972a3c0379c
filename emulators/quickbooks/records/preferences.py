"""What a company has turned on, as far as its plan lets it."""

from emulators.books.drawing import BOOKS_UNTIL
from emulators.books.money import currencies
from emulators.books.organisations import Organisation
from emulators.books.profile import profile
from emulators.quickbooks.records.practice import has_tracking, is_american
from emulators.quickbooks.records.record import Record, entity, reference, stamp
from emulators.quickbooks.records.words import MONTHS


def uses_numbers(organisation: Organisation) -> bool:
    """Whether accounts have numbers: in two companies of three."""
    return organisation.index % 3 != 1


def uses_sales_tax(organisation: Organisation) -> bool:
    """Whether sales tax is set up: everywhere but in a fifth of the companies in the United States."""
    return not is_american(organisation) or organisation.index % 5 != 3


def uses_currencies(organisation: Organisation) -> bool:
    """Whether there are other currencies than that at home, which the smallest plan does not have."""
    return organisation.plan != "SIMPLE_START" and len(currencies(organisation)) > 1


def uses_classes(organisation: Organisation) -> bool:
    """Whether classes are tracked."""
    return has_tracking(organisation) and organisation.dimensions > 0


def uses_locations(organisation: Organisation) -> bool:
    """Whether locations are tracked."""
    return has_tracking(organisation) and organisation.dimensions > 1


def preferences(organisation: Organisation) -> list[Record]:
    """The one record of ``Preferences``."""
    told = profile(organisation)
    month = MONTHS[told.year_end[1] % 12]
    accounting: Record = {
        "UseAccountNumbers": uses_numbers(organisation),
        "TrackDepartments": uses_locations(organisation),
        "DepartmentTerminology": "Location",
        "ClassTrackingPerTxn": False,
        "ClassTrackingPerTxnLine": uses_classes(organisation),
        "FirstMonthOfFiscalYear": month,
        "TaxYearMonth": month,
        "CustomerTerminology": "Customers",
    }
    if told.is_locked:
        accounting["BookCloseDate"] = stamp(BOOKS_UNTIL)[:10]
    products = {"ForSales": True, "ForPurchase": True, "QuantityOnHand": has_tracking(organisation)}
    return [
        entity("1", told.opened_at)
        | {
            "AccountingInfoPrefs": accounting,
            "ProductAndServicesPrefs": products | {"QuantityWithPriceAndRate": True},
            "SalesFormsPrefs": {"AllowDiscount": True, "AllowDeposit": False, "AllowEstimates": True},
            "TaxPrefs": _tax(organisation),
            "CurrencyPrefs": {
                "MultiCurrencyEnabled": uses_currencies(organisation),
                "HomeCurrency": reference(organisation.country.currency),
            },
            "OtherPrefs": {"NameValue": [{"Name": "SalesFormsPrefs.DefaultCustomerMessage", "Value": "Thank you"}]},
        }
    ]


def _tax(organisation: Organisation) -> Record:
    """True is automated sales tax, false is none yet; without a word of it taxes are kept by hand."""
    told: Record = {"UsingSalesTax": uses_sales_tax(organisation)}
    if is_american(organisation) and organisation.index % 3:
        told["PartnerTaxEnabled"] = organisation.index % 3 == 1
    return told
