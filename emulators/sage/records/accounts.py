"""``ledger_accounts`` and ``bank_accounts``."""

from collections.abc import Mapping
from functools import lru_cache

from emulators.books import accounts as books
from emulators.books.accounts import Kind
from emulators.books.drawing import generator
from emulators.books.organisations import Organisation
from emulators.sage.records.record import Record, amount, hex_id, named, opened, reference, stamp
from emulators.sage.records.tax import references
from emulators.sage.records.words import BANK_TYPE, CLASSIFICATION_OF, PAYMENT_METHODS, SCOPES_OF, TYPE_OF

_FIRST_BANK_CODE = 1200
"""Of the bank accounts that have no code in the books; each further one has ten more."""

_AREAS = ("banking", "expenses", "journals", "other_payments", "other_receipts", "reporting", "sales")
_UK = ("cis_materials", "cis_labour")
_CANADIAN: Record = {
    "tax_recoverable": False,
    "recoverable_percentage": None,
    "non_recoverable_ledger_account": None,
    "tax_instalment": False,
    "gifi_code": None,
}


def ledger_accounts(organisation: Organisation) -> list[Record]:
    """The chart of accounts; an account that the books have archived is not in the chart any more."""
    return [record for _, record in _chart(organisation)]


def by_code(organisation: Organisation) -> Mapping[str, Record]:
    """The chart by the codes of the books, for what refers to it."""
    return {code: record for code, record in _chart(organisation) if code}


@lru_cache(maxsize=64)
def _chart(organisation: Organisation) -> tuple[tuple[str, Record], ...]:
    """Each account's code in the books, and its record. Contacts and items of the same business ask again soon."""
    taxes = references(organisation)
    return tuple(
        (account.line.code, _ledger(organisation, account, code, taxes)) for account, code in _coded(organisation)
    )


def _coded(organisation: Organisation) -> list[tuple[books.Account, int]]:
    coded, next_code = [], _FIRST_BANK_CODE
    accounts = books.accounts(organisation)
    taken = {account.line.code for account in accounts}
    for account in accounts:
        code = account.line.code
        if not code:
            while str(next_code) in taken:
                next_code += 10
            code, next_code = str(next_code), next_code + 10
        coded.append((account, int(code)))
    return coded


def _ledger(organisation: Organisation, account: books.Account, code: int, taxes: Mapping[str, Record]) -> Record:
    line = account.line
    identity = hex_id(organisation.organisation_id, "ledger", line.name)
    kind, group = TYPE_OF[line.kind]
    is_control = bool(line.role)
    scopes = {"journals", "reporting"} | (set() if is_control else set(SCOPES_OF.get(line.kind, ())))
    if not account.is_active:
        scopes = {"reporting"}
    classification = CLASSIFICATION_OF.get(line.kind)
    record = opened("ledger_accounts", identity, f"{line.name} ({code:04d})", stamp(account.updated_at)) | {
        "ledger_account_group": {"id": group[0], "displayed_as": group[1]},
        "name": line.name,
        "display_name": line.name,
        "visible_scopes": sorted(scopes),
        "included_in_chart": account.is_active,
        "nominal_code": code,
        "ledger_account_type": named("ledger_account_types", kind),
        "ledger_account_classification": classification and named("ledger_account_classifications", classification),
        "tax_rate": taxes[line.tax],
        "fixed_tax_rate": is_control,
        **{f"visible_in_{area}": area in scopes for area in _AREAS},
        "balance_details": None,
        "is_control_account": is_control,
        "control_name": line.role.upper().replace(" ", "_") or None,
        "display_formatted": f"{line.name} ({code:04d})",
    }
    if organisation.country.code == "GB":
        record |= dict.fromkeys(_UK, False)
    if organisation.country.code == "CA":
        record |= _CANADIAN | {"gifi_code": 8000 + code % 1000}
    return record


def bank_accounts(organisation: Organisation) -> list[Record]:
    """The bank accounts. They have no name of their own; an inactive and a deleted one are among them now and then."""
    found: list[Record] = []
    for account, code in _coded(organisation):
        if account.line.kind is Kind.BANK:
            found.append(_bank(organisation, account, code, len(found)))
    return found


def _bank(organisation: Organisation, account: books.Account, code: int, place: int) -> Record:
    line, business_id = account.line, organisation.organisation_id
    rng = generator(business_id, "bank", line.name)
    country, number = organisation.country, account.bank_number
    kind = BANK_TYPE["savings" if "Savings" in line.name else line.bank_kind]
    ledger = reference("ledger_accounts", hex_id(business_id, "ledger", line.name), f"{line.name} ({code:04d})")
    is_british = country.code == "GB"
    is_deleted = place == 3 and organisation.index % 2 == 1
    updated = stamp(account.updated_at)
    identity = hex_id(business_id, "bank account", line.name)
    return opened("bank_accounts", identity, f"{line.name} ({code:04d})", updated) | {
        "deleted_at": updated if is_deleted else None,
        "bank_account_details": {
            "account_name": organisation.name,
            "account_number": number[6:] if is_british else "" if country.code == "IE" else number,
            "sort_code": "-".join((number[:2], number[2:4], number[4:6])) if is_british else "",
            "bic": "",
            "iban": number if country.code == "IE" else "",
        },
        "ledger_account": ledger,
        "bank_account_type": named("bank_account_types", kind),
        "balance": amount(round(rng.random() * 20_000 - 2_000, 2)),
        "main_address": None,
        "main_contact_person": None,
        "nominal_code": code,
        "editable": True,
        "deletable": place > 1,
        "default_payment_method": named("payment_methods", PAYMENT_METHODS[3]),
        "gifi_code": None,
        "is_active": not (place == 2 and organisation.index % 3 == 1),
        "currency": reference("currencies", country.currency, country.currency),
    }
