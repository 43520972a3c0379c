"""Reads tax rates, accounts and contacts into types, out of the JSON in which Xero writes each of them.

They are nearly all that a pull receives. Addresses, telephones and balances in them are in no column: they are stored
as Xero wrote them, and no objects are made of them. Whatever is not written as documented is read as any other record
is, field by field; both ways give the same columns.
"""

import logging
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Annotated, Generic, TypeVar, cast

from msgspec import Meta, MsgspecError, Raw, Struct, ValidationError, defstruct, field
from msgspec.json import Decoder
from msgspec.structs import fields

from providers.kit.json_values import Record, decimal, flag, json_text, text
from providers.xero.envelope import read_record
from providers.xero.spelling import Spelling

_log = logging.getLogger(__name__)

AsWritten = Annotated[str, Meta(title="as written")]
"""A text that is not made of a number: 20150813 is no date of Xero's."""

_NAME = re.compile("[A-Za-z][A-Za-z0-9]{0,99}")
_COMPACT = re.compile(r'\{"[^"]*":\S')

_CAPITALS = {"id": "ID", "utc": "UTC"}


def _as_xero_writes(name: str) -> str:
    return "".join(_CAPITALS.get(word, word.capitalize()) for word in name.split("_"))


class AccountRecord(Struct, gc=False, rename=_as_xero_writes):
    """What columns are made of in a record of ``/Accounts``."""

    account_id: str | None = None
    code: str | None = None
    name: str | None = None
    type: str | None = None
    class_: str | None = field(default=None, name="Class")
    status: str | None = None
    tax_type: str | None = None
    description: str | None = None
    currency_code: str | None = None
    bank_account_number: str | None = None
    bank_account_type: str | None = None
    system_account: str | None = None
    reporting_code: str | None = None
    enable_payments_to_account: bool | None = None
    show_in_expense_claims: bool | None = None
    updated_date_utc: AsWritten | None = None


class ContactRecord(Struct, gc=False, rename=_as_xero_writes):
    """What columns are made of in a record of ``/Contacts``."""

    contact_id: str | None = None
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    contact_status: str | None = None
    is_supplier: bool | None = None
    is_customer: bool | None = None
    contact_number: str | None = None
    account_number: str | None = None
    company_number: str | None = None
    tax_number: str | None = None
    default_currency: str | None = None
    sales_default_account_code: str | None = None
    purchases_default_account_code: str | None = None
    accounts_receivable_tax_type: str | None = None
    accounts_payable_tax_type: str | None = None
    updated_date_utc: AsWritten | None = None


class TaxRateRecord(Struct, gc=False, rename=_as_xero_writes):
    """What columns are made of in a record of ``/TaxRates``."""

    tax_type: str | None = None
    name: str | None = None
    report_tax_type: str | None = None
    status: str | None = None
    display_tax_rate: Decimal | None = None
    effective_rate: Decimal | None = None
    can_apply_to_assets: bool | None = None
    can_apply_to_equity: bool | None = None
    can_apply_to_expenses: bool | None = None
    can_apply_to_liabilities: bool | None = None
    can_apply_to_revenue: bool | None = None


def _as_written(value: object) -> str | None:
    return value if isinstance(value, str) else None


_READ = {str | None: text, bool | None: flag, Decimal | None: decimal, AsWritten | None: _as_written}

T = TypeVar("T", bound=Struct)


class Kind(Generic[T]):
    """One kind of record.

    Args:
        of: What columns are made of: texts, flags and exact numbers.
        besides: The other keys that it has, by Xero's documents. Further ones are learnt as they come.
    """

    _MOST_KEYS = 500
    """Kinds of record have below a hundred; memory stays bounded whatever arrives."""

    def __init__(self, of: type[T], besides: Sequence[str]) -> None:
        self._of = of
        self._fields = [(one.name, one.encode_name, _READ[one.type]) for one in fields(of)]
        self._spelling = Spelling(*(key for _, key, _ in self._fields))
        self._has_decimals = any(read is decimal for _, _, read in self._fields)
        self._besides = tuple(besides)
        self._decode = self._decoder()

    def read(self, record: Record | Raw) -> tuple[T, str]:
        """The record, and its JSON as it is stored.

        Args:
            record: Parsed, or as it is written.

        Raises:
            Unavailable: It is not JSON.
        """
        if not isinstance(record, Raw):
            return self._field_by_field(record)
        try:
            if (written := _as_stored(record)) is not None:
                return self._typed(record), written
        except (MsgspecError, UnicodeDecodeError, RecursionError):
            pass  # field by field, whatever is odd about it costs itself
        return self._field_by_field(read_record(bytes(record), has_decimals=self._has_decimals))

    def _typed(self, record: Raw) -> T:
        try:
            return self._decode(record)
        except ValidationError:
            if not self._learns_of(record):
                raise
            return self._decode(record)

    def _learns_of(self, record: Raw) -> bool:
        """Whether the record has a key that was not known, and is now.

        Not a column's in another case (seen live in 2021): that one is looked for field by field.
        """
        columns = {key.lower() for _, key, _ in self._fields}
        new = [
            key
            for key in read_record(bytes(record))
            if key not in self._besides and key.lower() not in columns and _NAME.fullmatch(key)
        ]
        if not new or len(self._besides) + len(new) > self._MOST_KEYS:
            return False
        _log.info("Xero has further keys, which no column takes: %s", new)
        self._besides += tuple(new)
        self._decode = self._decoder()
        return True

    def _decoder(self) -> Callable[[Raw], T]:
        unread = [(f"beside_{place}", Raw, field(name=key, default=None)) for place, key in enumerate(self._besides)]
        strict = defstruct(self._of.__name__, unread, bases=(self._of,), forbid_unknown_fields=True, gc=False)
        return cast("Callable[[Raw], T]", Decoder(strict).decode)

    def _field_by_field(self, record: Record) -> tuple[T, str]:
        get = self._spelling.of(record).get
        return self._of(**{name: read(get(key)) for name, key, read in self._fields}), json_text(record)


def _as_stored(record: Raw) -> str | None:
    """The text of a record that begins as compact ones do, without escapes but those of slashes; None of another."""
    written = str(record, "utf-8")
    if "\\" in written:
        written = written.replace("\\/", "/")
        if "\\" in written:
            return None
    return written if _COMPACT.match(written) else None


TAX_RATE = Kind(TaxRateRecord, ("TaxComponents",))
ACCOUNT = Kind(AccountRecord, ("ReportingCodeName", "HasAttachments", "AddToWatchlist", "ValidationErrors"))
CONTACT = Kind(
    ContactRecord,
    (
        *("MergedToContactID", "EmailAddress", "ContactPersons", "BankAccountDetails", "TaxNumberType", "Addresses"),
        *("Phones", "SalesDefaultLineAmountType", "PurchasesDefaultLineAmountType", "XeroNetworkKey"),
        *("SalesTrackingCategories", "PurchasesTrackingCategories", "TrackingCategoryName", "TrackingCategoryOption"),
        *("PaymentTerms", "ContactGroups", "Website", "BrandingTheme", "BatchPayments", "Discount", "Balances"),
        *("Attachments", "HasAttachments", "ValidationErrors", "HasValidationErrors", "StatusAttributeString"),
    ),
)
"""With the keys that Xero's OpenAPI file names (16.1.0)."""
