# ruff: noqa: SIM905  # split text reads better than hundreds of quotation marks
"""Fields and types of the records that are served here, as Sage's description of its API has them.

Written down by hand, so that the sandbox is checked against Sage's words and not against its own. Kinds: ``text``,
``flag``, ``whole`` (a whole number), ``amount`` (decimal digits in text, or a number), ``moment``, ``day``, ``ref``
(another record: at least id and label), ``part`` (an object), ``many`` (a list). Every field may be null.
"""

import re
from collections.abc import Mapping

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_AMOUNT = re.compile(r"-?\d+\.\d+")

_RECORD = {"id": "text", "displayed_as": "text", "$path": "text", "created_at": "moment", "updated_at": "moment"}
_ITEM = _RECORD | {
    **dict.fromkeys("item_code description notes source_guid purchase_description".split(), "text"),
    **dict.fromkeys("deletable deactivatable used_on_recurring_invoice active".split(), "flag"),
    **dict.fromkeys("sales_ledger_account purchase_ledger_account sales_tax_rate purchase_tax_rate".split(), "ref"),
    "deleted_at": "moment",
    "usual_supplier": "ref",
    "cost_price": "amount",
}
_WORD = {"id": "text", "displayed_as": "text", "$path": "text"}
_EXCHANGE = {
    **{name: kind for name, kind in _RECORD.items() if name != "id"},
    **dict.fromkeys(("rate", "inverse_rate"), "amount"),
    **dict.fromkeys(("base_currency", "currency"), "ref"),
}

FIELDS: Mapping[str, Mapping[str, str]] = {
    "ledger_accounts": _RECORD
    | {
        "ledger_account_group": "ref",
        **dict.fromkeys("name display_name control_name display_formatted".split(), "text"),
        **dict.fromkeys("included_in_chart fixed_tax_rate is_control_account".split(), "flag"),
        **dict.fromkeys("ledger_account_type ledger_account_classification tax_rate".split(), "ref"),
        **{
            f"visible_in_{area}": "flag"
            for area in "banking expenses journals other_payments other_receipts reporting sales".split()
        },
        "visible_scopes": "many",
        "nominal_code": "whole",
        "balance_details": "part",
    },
    "bank_accounts": _RECORD
    | {
        **dict.fromkeys("bank_account_details main_address main_contact_person".split(), "part"),
        **dict.fromkeys("ledger_account bank_account_type default_payment_method currency".split(), "ref"),
        **dict.fromkeys("editable deletable is_active".split(), "flag"),
        **dict.fromkeys("nominal_code gifi_code".split(), "whole"),
        "deleted_at": "moment",
        "balance": "amount",
    },
    "tax_rates": _RECORD
    | {
        **dict.fromkeys("name agency".split(), "text"),
        **dict.fromkeys("is_visible retailer editable deletable is_combined_rate".split(), "flag"),
        **dict.fromkeys("percentages component_tax_rates".split(), "many"),
        "percentage": "amount",
    },
    "tax_profiles": _RECORD
    | {
        **dict.fromkeys("tax_number tax_number_suffix".split(), "text"),
        **dict.fromkeys("tax_type tax_return_frequency address_region".split(), "ref"),
        "collect_tax": "flag",
    },
    "analysis_types": _RECORD
    | {
        "name": "text",
        **dict.fromkeys("active_areas analysis_type_categories".split(), "many"),
        "analysis_type_level": "part",
    },
    "analysis_type_categories": _RECORD
    | {**dict.fromkeys("code name combined_id".split(), "text"), "analysis_type": "ref"},
    "products": _ITEM | {"sales_prices": "many", "catalog_item_type": "ref"},
    "services": _ITEM | {"sales_rates": "many", "oss_service": "flag"},
    "stock_items": _ITEM
    | {
        "sales_prices": "many",
        **dict.fromkeys("location barcode supplier_part_number measurement_unit".split(), "text"),
        **dict.fromkeys(
            "reorder_level reorder_quantity weight weight_converted quantity_in_stock last_cost_price "
            "last_cost_price_stock_value average_cost_price average_cost_price_stock_value".split(),
            "amount",
        ),
        "cost_price_last_updated": "day",
    },
    "contacts": _RECORD
    | {
        **dict.fromkeys("links contact_types".split(), "many"),
        **dict.fromkeys(
            "name reference tax_number notes locale credit_terms credit_terms_and_conditions source_guid aux_reference "
            "registered_number email tax_calculation auxiliary_account".split(),
            "text",
        ),
        **dict.fromkeys(
            "default_sales_ledger_account default_sales_tax_rate default_purchase_ledger_account main_address "
            "delivery_address main_contact_person product_sales_price_type currency".split(),
            "ref",
        ),
        **dict.fromkeys(
            "deletable gdpr_obfuscated system has_unfinished_recurring_invoices is_active "
            "destination_vat_blocking".split(),
            "flag",
        ),
        **dict.fromkeys("bank_account_details tax_treatment".split(), "part"),
        **dict.fromkeys("balance credit_limit".split(), "amount"),
        "deleted_at": "moment",
        "credit_days": "whole",
    },
    "financial_settings": {
        "$path": "text",
        **dict.fromkeys(
            "year_end_date year_end_lockdown_date accounts_start_date mtd_authenticated_date".split(), "day"
        ),
        **dict.fromkeys(
            "accounting_type mtd_activation_status tax_number general_tax_number sales_tax_calculation "
            "purchase_tax_calculation".split(),
            "text",
        ),
        **dict.fromkeys(
            "multi_currency_enabled use_live_exchange_rates mtd_connected postponed_accounting destination_vat".split(),
            "flag",
        ),
        **dict.fromkeys("base_currency tax_scheme tax_return_frequency tax_office".split(), "ref"),
        **dict.fromkeys("default_irpf_rate flat_rate_tax_percentage recoverable_percentage".split(), "amount"),
        "updated_at": "moment",
    },
    "business_settings": {
        "$path": "text",
        **dict.fromkeys("siret rcs_number".split(), "text"),
        **dict.fromkeys("management_centre_member auxiliary_accounts_visible wizard_complete".split(), "flag"),
        **dict.fromkeys("business_activity_type legal_form_type business_type country_of_registration".split(), "ref"),
        **dict.fromkeys("business_created_at updated_at".split(), "moment"),
        "share_capital": "amount",
        "default_ledger_accounts": "part",
    },
    "exchange_rates": _EXCHANGE,
    "business_exchange_rates": _EXCHANGE,
    "address_regions": _WORD | {"code": "text", "name": "text"},
    **dict.fromkeys(
        "currencies countries contact_types payment_methods bank_account_types ledger_account_types "
        "ledger_account_classifications".split(),
        _WORD,
    ),
}

ONLY_IN: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "ledger_accounts": {
        "GB": {"cis_materials": "flag", "cis_labour": "flag"},
        "CA": {
            **dict.fromkeys(("tax_recoverable", "tax_instalment"), "flag"),
            "recoverable_percentage": "amount",
            "non_recoverable_ledger_account": "ref",
            "gifi_code": "whole",
        },
    },
    "contacts": {"GB": {**dict.fromkeys(("cis_registered", "ni_based", "gb_based"), "flag"), "cis_settings": "part"}},
}
"""What the records of one country have besides."""


def is_of(kind: str, value: object) -> bool:
    """Whether a value is of a kind, or null."""
    if value is None:
        return True
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    match kind:
        case "text":
            return isinstance(value, str)
        case "flag":
            return isinstance(value, bool)
        case "whole":
            return isinstance(value, int) and not isinstance(value, bool)
        case "amount":
            return is_number or (isinstance(value, str) and bool(_AMOUNT.fullmatch(value)))
        case "moment":
            return isinstance(value, str) and bool(_MOMENT.fullmatch(value))
        case "day":
            return isinstance(value, str) and bool(_DAY.fullmatch(value))
        case "ref":
            return isinstance(value, dict) and {"id", "displayed_as"} <= value.keys()
        case "part":
            return isinstance(value, dict)
        case _:
            return isinstance(value, list)
