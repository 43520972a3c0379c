"""Turns Sage's records into rows of standard information: one function for each list.

Every record is whole: rows with the three base fields alone are refused in ``walk``. An unknown word of an enumeration
is kept as text; a record without its id makes no row. Fields: sage.md section 3.3. References name records by their
ids; ``displayed_as`` is composed and never a key.
"""

import re
from collections.abc import Mapping, Sequence

import orjson

from contracts.words import standard_information as rows
from providers.kit.json_values import Record, day, decimal, flag, json_text, moment, records_in, text

BASE = {"id", "displayed_as", "$path"}
"""What a record has that was not asked for more."""

Codes = Mapping[str, str]
"""Codes of a business's accounts, by their ids."""


def organisation(business: Record, financial: Record) -> rows.OrganisationProfile | None:
    """The profile out of ``/businesses/{id}`` and ``/financial_settings``; the latter is empty where a role lacks it.

    A subscription that has ended is said by ``status``; Sage's ids of plans are kept as they are, because its documents
    contradict each other about them.
    """
    if (key := text(business.get("id"))) is None:
        return None
    status = text(subscription_of(business).get("status"))
    year_end = day(financial.get("year_end_date"))
    return rows.OrganisationProfile(
        key=key,
        name=text(business.get("name")) or text(business.get("displayed_as")) or "",
        legal_name=None,
        country_code=reference(business.get("country")),
        base_currency=reference(financial.get("base_currency")),
        tax_number=text(financial.get("tax_number")),
        registration_number=None,
        organisation_type=None,
        plan=plan_of(business),
        status=rows.ENDED if has_ended(business) else status,
        is_demo=flag(business.get("is_demo")) is True,
        is_trial=status is not None and "trial" in status.lower(),
        time_zone=None,
        short_code=None,
        pays_tax=None,
        financial_year_end_day=None if year_end is None else year_end.day,
        financial_year_end_month=None if year_end is None else year_end.month,
        period_lock_date=day(financial.get("year_end_lockdown_date")),
        end_of_year_lock_date=None,
        record=json_text({**business, "financial_settings": financial}),
    )


def subscription_of(business: Record) -> Record:
    """The subscription that counts: an active one, else any."""
    subscriptions = records_in(business.get("subscriptions"))
    active = (one for one in subscriptions if flag(one.get("active")) is not False)
    return next(active, subscriptions[0] if subscriptions else {})


def plan_of(business: Record) -> str | None:
    """Sage's id of a business's plan."""
    return text(subscription_of(business).get("id"))


def has_ended(business: Record) -> bool:
    """Whether no subscription of a business is active any more."""
    return flag(subscription_of(business).get("active")) is False


def account(record: Record) -> rows.Account | None:
    """A row of ``/ledger_accounts``. Sage has no mark for accounts that are out of use."""
    if (key := text(record.get("id"))) is None:
        return None
    return rows.Account(
        key=key,
        code=code_in(record.get("nominal_code"), record.get("display_formatted")),
        name=text(record.get("name")) or text(record.get("displayed_as")) or "",
        account_type=reference(record.get("ledger_account_type")),
        account_class=reference(record.get("ledger_account_classification")),
        status=None,
        tax_type=reference(record.get("tax_rate")),
        description=None,
        currency_code=None,
        bank_account_number=None,
        bank_account_type=None,
        system_account=text(record.get("control_name")),
        reporting_code=text(record.get("gifi_code")),
        is_bank_account=False,
        takes_payments=flag(record.get("visible_in_other_payments")) is True,
        shows_in_expense_claims=flag(record.get("visible_in_expenses")) is True,
        is_archived=False,
        updated_at=moment(record.get("updated_at")),
        record=json_text(record),
    )


def bank_account(record: Record) -> rows.Account | None:
    """A row of ``/bank_accounts``, under the id of the account of the chart that it is.

    What only the chart knows comes from the nested ledger account, if that has fields.
    """
    if (own := text(record.get("id"))) is None:
        return None
    ledger = _object(record.get("ledger_account"))
    of_chart = account({**ledger, "id": text(ledger.get("id")) or own})
    if of_chart is None:
        return None
    details = _object(record.get("bank_account_details"))
    number = (text(details.get("sort_code")), text(details.get("account_number")))
    is_inactive = flag(record.get("is_active")) is False
    is_deleted = text(record.get("deleted_at")) is not None
    shown = ledger.get("display_formatted") or record.get("displayed_as")
    return of_chart._replace(
        code=code_in(record.get("nominal_code"), shown) or of_chart.code,
        name=text(record.get("displayed_as")) or of_chart.name,
        status=_status(is_inactive=is_inactive, is_deleted=is_deleted),
        currency_code=reference(record.get("currency")),
        bank_account_number=" ".join(part for part in number if part) or text(details.get("iban")),
        bank_account_type=reference(record.get("bank_account_type")),
        is_bank_account=True,
        is_archived=is_inactive or is_deleted,
        updated_at=moment(record.get("updated_at")),
        record=json_text(record),
    )


def tax_rate(record: Record) -> rows.TaxRate | None:
    """A row of ``/tax_rates``. Which side a rate is for stands in no field of Sage's."""
    if (key := text(record.get("id"))) is None:
        return None
    percentage = decimal(record.get("percentage"))
    return rows.TaxRate(
        key=key,
        name=text(record.get("name")) or text(record.get("displayed_as")) or key,
        tax_type=key,
        report_tax_type=None,
        status=None,
        display_rate=percentage,
        effective_rate=percentage,
        applies_to_assets=None,
        applies_to_equity=None,
        applies_to_expenses=None,
        applies_to_liabilities=None,
        applies_to_revenue=None,
        is_archived=flag(record.get("is_visible")) is False,
        record=json_text(record),
    )


def tracking_category(record: Record, categories: Sequence[Record]) -> rows.TrackingCategory | None:
    """A row of ``/analysis_types``, with its options out of ``/analysis_type_categories``.

    A dimension that is active in no area cannot be used on transactions; its ``status`` says so.
    """
    if (key := text(record.get("id"))) is None:
        return None
    own = [one for one in categories if reference(one.get("analysis_type")) == key]
    options = [
        {"key": option, "name": text(one.get("name")) or text(one.get("displayed_as")), "status": None}
        for one in own
        if (option := text(one.get("id"))) is not None
    ]
    areas = record.get("active_areas")
    return rows.TrackingCategory(
        key=key,
        name=text(record.get("name")) or text(record.get("displayed_as")) or "",
        status="not in use" if areas == [] else None,
        options=orjson.dumps(options).decode(),
        is_archived=False,
        record=json_text({**record, "analysis_type_categories": own}),
    )


def product(record: Record, codes: Codes) -> rows.Item | None:
    """A row of ``/products``."""
    return _item(record, codes, "sales_prices", "price")


def service(record: Record, codes: Codes) -> rows.Item | None:
    """A row of ``/services``."""
    return _item(record, codes, "sales_rates", "rate")


def stock_item(record: Record, codes: Codes) -> rows.Item | None:
    """A row of ``/stock_items``; ``/products`` lists it too, under the same id and with less."""
    row = _item(record, codes, "sales_prices", "price")
    return row and row._replace(is_tracked_as_inventory=True, quantity_on_hand=decimal(record.get("quantity_in_stock")))


def _item(record: Record, codes: Codes, prices: str, price: str) -> rows.Item | None:
    if (key := text(record.get("id"))) is None:
        return None
    first = next(iter(records_in(record.get(prices))), {})
    return rows.Item(
        key=key,
        code=text(record.get("item_code")) or "",
        name=text(record.get("description")) or text(record.get("displayed_as")),
        description=text(record.get("description")),
        purchase_description=text(record.get("purchase_description")),
        is_sold=None,
        is_purchased=None,
        is_tracked_as_inventory=False,
        sales_price=decimal(first.get(price)),
        sales_account_code=_code_of(record.get("sales_ledger_account"), codes),
        sales_tax_type=reference(record.get("sales_tax_rate")),
        purchase_price=decimal(record.get("cost_price")),
        purchase_account_code=_code_of(record.get("purchase_ledger_account"), codes),
        purchase_tax_type=reference(record.get("purchase_tax_rate")),
        quantity_on_hand=None,
        updated_at=moment(record.get("updated_at")),
        record=json_text(record),
    )


def contact(record: Record, codes: Codes) -> rows.Contact | None:
    """A row of ``/contacts``. A contact has one type, so that a firm that is both supplier and customer comes twice."""
    if (key := text(record.get("id"))) is None:
        return None
    types = {(reference(one) or "").upper() for one in records_in(record.get("contact_types"))}
    is_supplier, is_customer = "VENDOR" in types, "CUSTOMER" in types
    in_suppliers, in_customers = rows.contact_lists(is_supplier=is_supplier, is_customer=is_customer)
    is_inactive = flag(record.get("is_active")) is False
    is_deleted = text(record.get("deleted_at")) is not None
    return rows.Contact(
        key=key,
        name=text(record.get("name")) or text(record.get("displayed_as")) or "",
        status=_status(is_inactive=is_inactive, is_deleted=is_deleted),
        is_supplier=is_supplier,
        is_customer=is_customer,
        contact_number=text(record.get("reference")),
        account_number=None,
        company_number=text(record.get("registered_number")),
        tax_number=text(record.get("tax_number")),
        default_currency=reference(record.get("currency")),
        sales_account_code=_code_of(record.get("default_sales_ledger_account"), codes),
        purchase_account_code=_code_of(record.get("default_purchase_ledger_account"), codes),
        sales_tax_type=reference(record.get("default_sales_tax_rate")),
        purchase_tax_type=None,
        is_archived=is_inactive or is_deleted,
        updated_at=moment(record.get("updated_at")),
        in_suppliers=in_suppliers,
        in_customers=in_customers,
        record=json_text(record),
    )


def currency(record: Record) -> rows.Currency | None:
    """A row of ``/currencies``, of which Sage has the three base fields alone; the id is the ISO 4217 code."""
    if (key := text(record.get("id"))) is None:
        return None
    return rows.Currency(key=key, description=text(record.get("displayed_as")), record=json_text(record))


def reference(value: object) -> str | None:
    """The id that a reference names."""
    return text(_object(value).get("id"))


def code_in(number: object, shown: object) -> str | None:
    """An account's code as bookkeepers know it.

    Sage sends the number (1), and the code with its zeros (0001) only inside the text that it shows. It counts where it
    is the same number; otherwise the code is the number.
    """
    plain = decimal(number)
    if plain is None or plain != plain.to_integral_value() or plain < 0:
        return text(number)
    code = str(int(plain))
    padded = re.findall(rf"(?<![0-9])0*{code}(?![0-9])", text(shown) or "")
    return padded[-1] if padded else code


def _object(value: object) -> Record:
    return value if isinstance(value, dict) else {}


def names_only(referred: object) -> bool:
    """Whether Sage has sent of a record that it refers to only the base fields."""
    return _object(referred).keys() <= BASE


def codes_in(chart: Sequence[Record]) -> Codes:
    """The codes of all accounts of a chart, by their ids."""
    coded = ((text(one.get("id")), code_in(one.get("nominal_code"), one.get("display_formatted"))) for one in chart)
    return {identity: code for identity, code in coded if identity is not None and code is not None}


def _code_of(account_reference: object, codes: Codes) -> str | None:
    """The code of a referenced account, which Sage sends with the account and not with its id."""
    return codes.get(reference(account_reference) or "")


def _status(*, is_inactive: bool, is_deleted: bool) -> str:
    if is_deleted:
        return "deleted"
    return "inactive" if is_inactive else "active"
