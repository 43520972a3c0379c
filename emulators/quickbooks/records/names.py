"""``Vendor`` and ``Customer``: two entities that share one list of names. Some customers have jobs below them."""

from emulators.books import contacts as books
from emulators.books.contact_stock import ContactStock, contact_stock
from emulators.books.money import CURRENCIES
from emulators.books.organisations import Organisation
from emulators.quickbooks.records.practice import is_american
from emulators.quickbooks.records.record import Record, entity, inactive, reference
from emulators.quickbooks.records.tax import references
from emulators.quickbooks.records.words import COUNTRY_CODES

_JOB, _FIRST_JOB = 9, 1_000_000
"""Each so-many-th customer has a job; its id is the customer's, and so much more than any company has contacts."""


def vendors(organisation: Organisation) -> list[Record]:
    """The suppliers."""
    stock = contact_stock(organisation.country.code)
    return [_vendor(organisation, one, stock) for one in books.contacts(organisation) if one.is_supplier]


def customers(organisation: Organisation) -> list[Record]:
    """The customers, and whoever is neither customer nor supplier; each followed by its job, if it has one."""
    stock = contact_stock(organisation.country.code)
    found: list[Record] = []
    for contact in books.contacts(organisation):
        if contact.is_supplier and not contact.is_customer:
            continue
        customer = _customer(organisation, contact, stock)
        found.append(customer)
        if contact.number % _JOB == _JOB - 1 and contact.is_active:
            found.append(_job(customer, contact))
    return found


def _vendor(organisation: Organisation, contact: books.Contact, stock: ContactStock) -> Record:
    # Suppliers and customers share one list of names, so that who is both has another one here.
    name = f"{contact.name} (supplier)" if contact.is_customer else contact.name
    balance = stock.balances[contact.is_supplier, contact.is_customer][contact.balance] if contact.balance else None
    record = _name(organisation, contact, name, stock) | {
        "Balance": (balance.payable or 0) if balance else 0,
        "Vendor1099": is_american(organisation) and contact.number % 8 == 0,
    }
    if contact.tax_number:
        record["TaxIdentifier"] = contact.tax_number
    if contact.reference:
        record["AcctNum"] = contact.reference
    if contact.bill_days is not None:
        record["TermRef"] = reference(str(contact.bill_days), f"Net {contact.bill_days}")
    return record if contact.is_active else inactive(record)


def _customer(organisation: Organisation, contact: books.Contact, stock: ContactStock) -> Record:
    balance = stock.balances[contact.is_supplier, contact.is_customer][contact.balance] if contact.balance else None
    owed = (balance.receivable or 0) if balance else 0
    record = _name(organisation, contact, contact.name, stock) | {
        "FullyQualifiedName": contact.name,
        "Taxable": contact.number % 4 != 3,
        "Job": False,
        "BillWithParent": False,
        "IsProject": False,
        "Balance": owed,
        "BalanceWithJobs": owed,
        "PreferredDeliveryMethod": "Email" if contact.email else "Print",
    }
    if contact.sales and not is_american(organisation):
        record["DefaultTaxCodeRef"] = references(organisation)[contact.sales.tax]
    return record if contact.is_active else inactive(record)


def _job(customer: Record, contact: books.Contact) -> Record:
    name = customer["DisplayName"]
    return customer | {
        "Id": str(_FIRST_JOB + contact.number),
        "DisplayName": "Refit",
        "FullyQualifiedName": f"{name}:Refit",
        "Job": True,
        "BillWithParent": True,
        "ParentRef": reference(str(customer["Id"]), str(name)),
        "Level": 1,
        "Balance": 0,
        "BalanceWithJobs": 0,
    }


def _name(organisation: Organisation, contact: books.Contact, name: str, stock: ContactStock) -> Record:
    """What suppliers and customers have in common; what is not known is left out."""
    country = organisation.country
    currency = contact.currency or country.currency
    record = entity(str(contact.number + 1), contact.updated_at) | {
        "DisplayName": name,
        "PrintOnCheckName": name,
        "Active": True,
        "CurrencyRef": reference(currency, CURRENCIES[currency]),
    }
    if contact.first_name:
        record |= {"GivenName": contact.first_name, "FamilyName": contact.last_name}
    else:
        record["CompanyName"] = contact.name
    if contact.email:
        record["PrimaryEmailAddr"] = {"Address": contact.email}
    if phone := stock.phones[contact.phone]:
        record["PrimaryPhone"] = {"FreeFormNumber": f"({phone.area_code}) {phone.number}"}
    if address := stock.addresses[contact.address]:
        record["BillAddr"] = {
            "Id": str(contact.number + 10),
            "Line1": address.line,
            "City": address.town,
            "Country": COUNTRY_CODES[country.code],
            "CountrySubDivisionCode": address.region,
            "PostalCode": address.post_code,
        }
    return record
