"""Turns Sage's records into rows of the profile, the chart, tax rates, dimensions and currencies.

Every record is whole: rows with the three base fields alone are refused in ``walk``. An unknown word of an enumeration
is kept as text. References name records by their ids; ``displayed_as`` is composed and never a key. Source of the
fields: Sage's OpenAPI description.
"""

from collections.abc import Iterable, Sequence

import orjson

from contracts.words import standard_information as rows
from providers.kit.json_values import Record, day, decimal, flag, json_text, moment, nested, records_in, text
from providers.sage.fields import Chart, code_in, key_of, reference, state_of


def organisation(business: Record, financial: Record) -> rows.OrganisationProfile:
    """The profile out of ``/businesses/{id}`` and ``/financial_settings``; the latter is empty where a role lacks it.

    A subscription that has ended is said by ``status``; Sage's ids of plans are kept as they are, because its documents
    contradict each other about them.
    """
    status = text(subscription_of(business).get("status"))
    year_end = day(financial.get("year_end_date"))
    return rows.OrganisationProfile(
        key=key_of(business),
        name=text(business.get("name")) or text(business.get("displayed_as")) or "",
        country_code=reference(business.get("country")),
        base_currency=reference(financial.get("base_currency")),
        tax_number=text(financial.get("tax_number")),
        plan=plan_of(business),
        status=rows.ENDED if has_ended(business) else status,
        is_demo=flag(business.get("is_demo")) is True,
        is_trial=status is not None and "trial" in status.lower(),
        financial_year_end_day=None if year_end is None else year_end.day,
        financial_year_end_month=None if year_end is None else year_end.month,
        period_lock_date=day(financial.get("year_end_lockdown_date")),
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


def account(record: Record) -> rows.Account:
    """A row of ``/ledger_accounts``. Sage has no mark for accounts that are out of use."""
    return rows.Account(
        key=key_of(record),
        code=code_in(record.get("nominal_code"), record.get("display_formatted")),
        name=text(record.get("name")) or text(record.get("displayed_as")) or "",
        account_type=reference(record.get("ledger_account_type")),
        account_class=reference(record.get("ledger_account_classification")),
        tax_type=reference(record.get("tax_rate")),
        system_account=text(record.get("control_name")),
        reporting_code=text(record.get("gifi_code")),
        takes_payments=flag(record.get("visible_in_other_payments")) is True,
        shows_in_expense_claims=flag(record.get("visible_in_expenses")) is True,
        updated_at=moment(record.get("updated_at")),
        record=json_text(record),
    )


def chart_of(records: Iterable[Record]) -> Chart:
    """The accounts of a chart by their ids, by which other records refer to them."""
    return {key_of(record): account(record) for record in records}


def bank_account(record: Record, chart: Chart) -> rows.Account:
    """A row of ``/bank_accounts``, under the id of its account of the chart, with what the chart has of it."""
    key = reference(record.get("ledger_account")) or key_of(record)
    of_chart = chart.get(key) or account({"id": key})
    details = nested(record.get("bank_account_details"))
    number = (text(details.get("sort_code")), text(details.get("account_number")))
    status, is_archived = state_of(record)
    return of_chart._replace(
        code=of_chart.code or code_in(record.get("nominal_code"), record.get("displayed_as")),
        name=text(record.get("displayed_as")) or of_chart.name,
        status=status,
        currency_code=reference(record.get("currency")),
        bank_account_number=" ".join(part for part in number if part) or text(details.get("iban")),
        bank_account_type=reference(record.get("bank_account_type")),
        is_bank_account=True,
        is_archived=is_archived,
        updated_at=moment(record.get("updated_at")),
        record=json_text(record),
    )


def tax_rate(record: Record) -> rows.TaxRate:
    """A row of ``/tax_rates``. Which side a rate is for stands in no field of Sage's."""
    key, percentage = key_of(record), decimal(record.get("percentage"))
    return rows.TaxRate(
        key=key,
        name=text(record.get("name")) or text(record.get("displayed_as")) or key,
        tax_type=key,
        display_rate=percentage,
        effective_rate=percentage,
        is_archived=flag(record.get("is_visible")) is False,
        record=json_text(record),
    )


def tracking_category(record: Record, categories: Sequence[Record]) -> rows.TrackingCategory:
    """A row of ``/analysis_types``, with its options out of ``/analysis_type_categories``.

    A dimension that is active in no area cannot be used on transactions; its ``status`` says so.
    """
    key = key_of(record)
    own = [one for one in categories if reference(one.get("analysis_type")) == key]
    options = [
        {"key": key_of(one), "name": text(one.get("name")) or text(one.get("displayed_as")), "status": None}
        for one in own
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


def currency(record: Record) -> rows.Currency:
    """A row of ``/currencies``, of which Sage has the three base fields alone; the id is the ISO 4217 code."""
    return rows.Currency(key=key_of(record), description=text(record.get("displayed_as")), record=json_text(record))
