"""``contacts``: suppliers and customers, one record for each role of a firm."""

from collections.abc import Mapping

from emulators.books import contacts as books
from emulators.books.contact_stock import Address, Phone, contact_stock
from emulators.books.organisations import Organisation
from emulators.sage.records.accounts import by_code
from emulators.sage.records.practice import is_northern_irish
from emulators.sage.records.record import (
    OPENED,
    Record,
    amount,
    hex_id,
    named,
    numbered_id,
    opened,
    reference,
    stamp,
)
from emulators.sage.records.tax import references
from emulators.sage.records.words import COUNTRY_NAMES, CUSTOMER, VENDOR, Word

_SECOND_ROLE = 1_000_000
"""Is added to the number of a firm for the record of its second role."""

_EMPTY: Record = {
    "notes": "",
    "delivery_address": None,
    "credit_limit": None,
    "credit_terms": None,
    "credit_terms_and_conditions": "",
    "product_sales_price_type": None,
    "source_guid": None,
    "aux_reference": None,
    "registered_number": None,
    "tax_calculation": None,
    "auxiliary_account": None,
    "gdpr_obfuscated": False,
    "has_unfinished_recurring_invoices": False,
    "destination_vat_blocking": None,
}


class _Maker:
    """What the contacts of one business have in common."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        self.accounts: Mapping[str, Record] = by_code(organisation)
        self.taxes = references(organisation)
        code = organisation.country.code
        self.country = reference("countries", code, COUNTRY_NAMES[code])
        self.stock = contact_stock(code)
        self.own: Record = {}
        if code == "GB":
            self.own = {
                "cis_registered": False,
                "cis_settings": None,
                "ni_based": is_northern_irish(organisation),
                "gb_based": not is_northern_irish(organisation),
            }

    def record(self, identity: str, name: str, role: Word, updated: str, more: Record) -> Record:
        """One contact; ``more`` is put over what every one has."""
        business_id, currency = self.organisation.organisation_id, self.organisation.country.currency
        label = f"{name} ({more['reference']})" if more.get("reference") else name
        return (
            opened("contacts", identity, label, updated)
            | {
                "links": [
                    {
                        "href": f"https://accounts.sage.example/{business_id}/contacts/{identity}",
                        "rel": "alternate",
                        "type": "text/html",
                    }
                ],
                "deleted_at": None,
                "balance": "0.0",
                "contact_types": [named("contact_types", role)],
                "name": name,
                "reference": None,
                "default_sales_ledger_account": None,
                "default_sales_tax_rate": None,
                "default_purchase_ledger_account": None,
                "tax_number": "",
                "locale": "en-CA" if self.organisation.country.code == "CA" else "en-GB",
                "main_address": None,
                "main_contact_person": None,
                "bank_account_details": None,
                "credit_days": None,
                "currency": reference("currencies", currency, currency),
                "deletable": True,
                "tax_treatment": {
                    "home_tax": True,
                    "eu_tax_registered": False,
                    "eu_not_tax_registered": False,
                    "rest_of_world_tax": False,
                    "is_importer": False,
                },
                "email": "",
                "system": False,
                "is_active": True,
            }
            | _EMPTY
            | self.own
            | more
        )

    def of(self, contact: books.Contact, role: Word, number: int) -> Record:
        """The record of one role of a firm."""
        identity = numbered_id(self.organisation.organisation_id, number)
        updated = stamp(contact.updated_at)
        address = self.stock.addresses[contact.address]
        sold, bought = contact.sales, contact.purchases
        more: Record = {
            "deleted_at": updated if contact.number % 29 == 13 else None,
            "reference": contact.reference,
            "tax_number": contact.tax_number or "",
            "main_address": address and self._address(identity, address, updated),
            "main_contact_person": self._person(identity, contact, self.stock.phones[contact.phone], updated),
            "credit_days": contact.bill_days,
            "email": contact.email,
            "is_active": contact.is_active,
            "balance": self._balance(contact, role),
        }
        if role is CUSTOMER and sold:
            more["default_sales_ledger_account"] = self.accounts.get(sold.account)
            more["default_sales_tax_rate"] = self.taxes[sold.tax]
        if role is VENDOR and bought:
            more["default_purchase_ledger_account"] = self.accounts.get(bought.account)
        if role is VENDOR and contact.bank_number:
            more["bank_account_details"] = {
                "account_name": contact.name,
                "account_number": contact.bank_number,
                "sort_code": "",
                "bic": "",
                "iban": "",
            }
        return self.record(identity, contact.name, role, updated, more)

    def _balance(self, contact: books.Contact, role: Word) -> str:
        if contact.balance is None:
            return "0.0"
        balance = self.stock.balances[contact.is_supplier, contact.is_customer][contact.balance]
        return amount((balance.receivable if role is CUSTOMER else balance.payable) or 0.0)

    def _address(self, contact_id: str, address: Address, updated: str) -> Record:
        # Cheap ids that belong to this contact alone: there are hundreds of thousands of them.
        identity = contact_id[16:] + contact_id[:16]
        return opened("addresses", identity, "Main Address", updated) | {
            "address_line_1": address.line,
            "address_line_2": "",
            "city": address.town,
            "postal_code": address.post_code,
            "country": self.country,
            "deleted_at": None,
            "bank_account": None,
            "contact": reference("contacts", contact_id, ""),
            "address_type": reference("address_types", "SALES", "Sales"),
            "name": "Main Address",
            "region": address.region,
            "country_group": None,
            "is_main_address": True,
        }

    def _person(self, contact_id: str, contact: books.Contact, phone: Phone | None, updated: str) -> Record:
        name = f"{contact.first_name} {contact.last_name}" if contact.first_name else "Main Contact"
        number = f"+{phone.country_code} {phone.area_code} {phone.number}" if phone else ""
        return opened("contact_persons", contact_id[::-1], name, updated) | {
            "deleted_at": None,
            "contact_person_types": [reference("contact_person_types", "ACCOUNTS", "Accounts")],
            "name": name,
            "job_title": "",
            "telephone": number,
            "mobile": "",
            "email": contact.email,
            "fax": "",
            "is_main_contact": True,
            "address": None,
            "is_preferred_contact": True,
        }


def contacts(organisation: Organisation) -> list[Record]:
    """All contacts, inactive and deleted ones included; a firm with both roles comes twice."""
    maker = _Maker(organisation)
    made: list[Record] = []
    if organisation.country.code == "GB":
        for name, role in (("HMRC Payments", VENDOR), ("HMRC Reclaimed", CUSTOMER)):
            identity = hex_id(organisation.organisation_id, "system contact", name)
            opening: Record = {"system": True, "deletable": False}
            made.append(maker.record(identity, name, role, OPENED, opening))
    for contact in books.contacts(organisation):
        if contact.is_supplier:
            made.append(maker.of(contact, VENDOR, contact.number))
        if contact.is_customer or not contact.is_supplier:
            second = _SECOND_ROLE if contact.is_supplier else 0
            made.append(maker.of(contact, CUSTOMER, contact.number + second))
    return made
