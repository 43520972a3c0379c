"""A business's own records: ``businesses``, ``financial_settings`` and ``business_settings``; and its rates."""

from emulators.books import profile as books
from emulators.books.ids import guid
from emulators.books.money import CURRENCIES, currencies
from emulators.books.organisations import Organisation
from emulators.books.people import Person
from emulators.sage.records.accounts import by_code
from emulators.sage.records.practice import is_northern_irish, plan_name, tier
from emulators.sage.records.record import OPENED, Record, hex_id, reference, stamp
from emulators.sage.records.words import COUNTRY_NAMES

_SALES_ACCOUNTS = ("sales", "product_sales", "service_sales")
_PURCHASE_ACCOUNTS = ("purchase", "product_purchase", "service_purchase", "stock_purchase", "other_payment")
_OTHER_ACCOUNTS = (
    "bank_charges",
    "bank_interest_received",
    "bank_interest_charges_paid",
    "exchange_rate_gains",
    "exchange_rate_losses",
    "sales_discount",
    "purchase_discount",
    "other_receipt",
    "customer_receipt_discount",
    "vendor_payment_discount",
    "carriage",
)
_PER_POUND = {"GBP": 1.0, "EUR": 1.17, "USD": 1.31, "CAD": 1.79, "AUD": 2.0, "NZD": 2.2, "SGD": 1.72, "JPY": 196.0}
"""How much of each currency a pound is worth here."""


def business_row(organisation: Organisation) -> Record:
    """A business as it is listed: its id, its label and its path."""
    return reference("businesses", organisation.organisation_id, organisation.name)


def business(organisation: Organisation, plus: str) -> Record:
    """A business in full.

    Args:
        organisation: Which.
        plus: The subscription id of the plan Plus.
    """
    said, code = books.profile(organisation), organisation.country.code
    return {
        "created_at": stamp(said.opened_at),
        "updated_at": stamp(said.opened_at),
        "displayed_as": organisation.name,
        "$path": f"/businesses/{organisation.organisation_id}",
        "id": organisation.organisation_id,
        "name": organisation.name,
        "address_line_1": said.address.line,
        "address_line_2": "",
        "city": said.address.town,
        "postal_code": said.address.post_code,
        "country": {"id": code, "displayed_as": COUNTRY_NAMES[code]},
        "region": said.address.region,
        "telephone": f"+{said.phone.country_code} {said.phone.area_code} {said.phone.number}",
        "mobile": "",
        "website": f"https://www.example.com/{organisation.index}",
        "is_demo": organisation.is_demo,
        "ni_based": is_northern_irish(organisation),
        "subscriptions": [_subscription(organisation, plus)],
    }


def _subscription(organisation: Organisation, plus: str) -> Record:
    standard = "ACCOUNTING_10" if plus == "ACCOUNTING" else "ACCOUNTING"
    status = "cancelled" if organisation.is_lapsed else "trial" if organisation.is_trial else "paying"
    return {
        "id": {"PLUS": plus, "STANDARD": standard}.get(organisation.plan, organisation.plan),
        "displayed_as": plan_name(organisation),
        "active": not organisation.is_lapsed,
        "status": status,
        "accountant_pays": organisation.index % 2 == 1,
        "created_at": OPENED,
        "updated_at": OPENED,
    }


def user(person: Person, identity: str) -> Record:
    """Who a token belongs to.

    Args:
        person: Who.
        identity: The id to tell.
    """
    return {
        "created_at": OPENED,
        "updated_at": OPENED,
        "displayed_as": person.name,
        "$path": "/user",
        "id": identity,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "initials": person.first_name[0] + person.last_name[0],
        "email": person.email,
        "locale": "en-GB",
    }


def user_id(person: Person) -> str:
    """The id of a person in ``/user``, where it is not the one that tokens tell."""
    return guid("user", person.person_id).replace("-", "")


def financial_settings(organisation: Organisation) -> list[Record]:
    """The one record of settings about money and tax."""
    said, currency = books.profile(organisation), organisation.country.currency
    day, month = said.year_end
    is_british = organisation.country.code == "GB"
    record: Record = {
        "$path": "/financial_settings",
        "year_end_date": f"2026-{month:02d}-{day:02d}",
        "year_end_lockdown_date": "2025-03-31" if said.is_locked else None,
        "accounting_type": "accrual",
        "accounts_start_date": stamp(said.opened_at)[:10],
        "base_currency": reference("currencies", currency, f"{CURRENCIES[currency]} ({currency})"),
        "multi_currency_enabled": tier(organisation) == "PLUS" and len(currencies(organisation)) > 1,
        "use_live_exchange_rates": tier(organisation) == "PLUS",
        "mtd_activation_status": "not_activated" if is_british else None,
        "mtd_connected": False if is_british else None,
        "mtd_authenticated_date": None,
        "tax_scheme": reference("tax_schemes", "STANDARD", "Standard"),
        "tax_return_frequency": reference("tax_return_frequencies", "QUARTERLY", "Quarterly"),
        "tax_number": organisation.tax_number,
        "general_tax_number": None,
        "tax_office": None,
        "default_irpf_rate": None,
        "flat_rate_tax_percentage": None,
        "recoverable_percentage": None,
        "sales_tax_calculation": "invoice",
        "purchase_tax_calculation": "invoice",
        "updated_at": stamp(said.opened_at),
        "postponed_accounting": False,
        "destination_vat": False,
    }
    return [record]


def business_settings(organisation: Organisation) -> list[Record]:
    """The one record of settings about the business."""
    said, code = books.profile(organisation), organisation.country.code
    chart = by_code(organisation)
    sales = _account(chart[organisation.country.sales_account], _SALES_ACCOUNTS)
    purchases = _account(chart[organisation.country.purchase_accounts[0]], _PURCHASE_ACCOUNTS)
    form = ("SOLE_TRADER", "Sole Trader") if said.form == "sole trader" else ("LIMITED_COMPANY", "Limited Company")
    record: Record = {
        "$path": "/business_settings",
        "siret": None,
        "management_centre_member": None,
        "rcs_number": None,
        "share_capital": None,
        "business_activity_type": None,
        "legal_form_type": None,
        "auxiliary_accounts_visible": None,
        "default_ledger_accounts": sales | purchases | _account(None, _OTHER_ACCOUNTS),
        "business_type": reference("business_types", *form) | {"name": form[1], "description": ""},
        "country_of_registration": reference("countries", code, COUNTRY_NAMES[code]),
        "business_created_at": stamp(said.opened_at),
        "updated_at": stamp(said.opened_at),
        "wizard_complete": True,
    }
    return [record]


def _account(account: Record | None, uses: tuple[str, ...]) -> Record:
    """The account that a business uses by default for each of these."""
    shown = account and {name: account[name] for name in ("id", "displayed_as", "$path")}
    return {f"{use}_ledger_account": shown for use in uses}


def exchange_rates(organisation: Organisation) -> list[Record]:
    """What the other currencies of a business are worth; these records have no id."""
    base = organisation.country.currency
    found = []
    for code in currencies(organisation)[1:]:
        rate = round(_PER_POUND[code] / _PER_POUND[base], 4)
        record: Record = {
            "displayed_as": f"{base} to {code}",
            "$path": f"/exchange_rates/{hex_id(organisation.organisation_id, code)}",
            "created_at": OPENED,
            "updated_at": OPENED,
            "rate": str(rate),
            "inverse_rate": str(round(1 / rate, 6)),
            "base_currency": reference("currencies", base, base),
            "currency": reference("currencies", code, code),
        }
        found.append(record)
    return found
