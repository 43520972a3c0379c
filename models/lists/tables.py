"""Standard information: one table for each kind of row, with the columns of its named tuple in ``contracts``.

A row that vanished at the provider is marked with ``gone_at`` and never deleted, because books and rules refer to it.
Only ``models.lists.writes`` writes rows, in bulk; these classes are for reading.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, cast
from uuid import UUID

from sqlalchemy import Column, Index, Integer, String, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from contracts.words.lists import RowKind
from models.connections.tables import Connection
from models.kit.columns import MOMENT

Words = Annotated[str, Field(sa_type=Text)]
"""A text of the provider, which sets no limit that we could rely on."""

MaybeWords = Annotated[str | None, Field(sa_type=Text)]
MaybeMoment = Annotated[datetime | None, Field(sa_type=MOMENT)]
Json = Annotated[Any, Field(sa_type=JSONB, nullable=False)]
"""JSON that is read as values. The provider's ``record`` is kept as the text that it is: taking it apart cost
PostgreSQL as much as everything else about a row."""


class StandardRow(SQLModel):
    """The columns that every table has besides the fields of its named tuple.

    Attributes:
        connection_id: The connection through which it was read. Triggers see to it that it exists; a foreign key would
            be checked for each row (0036 in ``docs/decisions``).
        fingerprint: Hash of the row, so that changed rows are found without comparing columns.
        changed_at: When it last changed here: it was added, changed, vanished or came back.
        gone_at: Since when the provider no longer has it; None while it has it.
        key: The provider's id of the record, unique in the connection's list.
    """

    connection_id: UUID = Field(primary_key=True)
    fingerprint: bytes
    changed_at: datetime = Field(sa_type=MOMENT)
    gone_at: MaybeMoment
    key: Annotated[str, Field(sa_type=Text, primary_key=True)]


class OrganisationProfileRow(StandardRow, table=True):
    """The organisation itself; one row for each connection."""

    __tablename__ = "organisation_profiles"

    name: Words
    legal_name: MaybeWords
    country_code: MaybeWords
    base_currency: MaybeWords
    tax_number: MaybeWords
    registration_number: MaybeWords
    organisation_type: MaybeWords
    plan: MaybeWords
    status: MaybeWords
    is_demo: bool
    is_trial: bool
    time_zone: MaybeWords
    short_code: MaybeWords
    pays_tax: bool | None
    financial_year_end_day: int | None
    financial_year_end_month: int | None
    period_lock_date: date | None
    end_of_year_lock_date: date | None
    record: Words


class AccountRow(StandardRow, table=True):
    """An account of the chart of accounts."""

    __tablename__ = "accounts"

    code: MaybeWords
    name: Words
    account_type: MaybeWords
    account_class: MaybeWords
    status: MaybeWords
    tax_type: MaybeWords
    description: MaybeWords
    currency_code: MaybeWords
    bank_account_number: MaybeWords
    bank_account_type: MaybeWords
    system_account: MaybeWords
    reporting_code: MaybeWords
    is_bank_account: bool
    takes_payments: bool
    shows_in_expense_claims: bool
    is_archived: bool
    updated_at: MaybeMoment
    record: Words


class TaxRateRow(StandardRow, table=True):
    """A tax rate; rates are percentages."""

    __tablename__ = "tax_rates"

    name: Words
    tax_type: Words
    report_tax_type: MaybeWords
    status: MaybeWords
    display_rate: Decimal | None
    effective_rate: Decimal | None
    applies_to_assets: bool | None
    applies_to_equity: bool | None
    applies_to_expenses: bool | None
    applies_to_liabilities: bool | None
    applies_to_revenue: bool | None
    is_archived: bool
    record: Words


class TrackingCategoryRow(StandardRow, table=True):
    """A tracking category with its options."""

    __tablename__ = "tracking_categories"

    name: Words
    status: MaybeWords
    options: Json
    is_archived: bool
    record: Words


class ItemRow(StandardRow, table=True):
    """A product or service."""

    __tablename__ = "items"

    code: Words
    name: MaybeWords
    description: MaybeWords
    purchase_description: MaybeWords
    is_sold: bool | None
    is_purchased: bool | None
    is_tracked_as_inventory: bool | None
    sales_price: Decimal | None
    sales_account_code: MaybeWords
    sales_tax_type: MaybeWords
    purchase_price: Decimal | None
    purchase_account_code: MaybeWords
    purchase_tax_type: MaybeWords
    quantity_on_hand: Decimal | None
    updated_at: MaybeMoment
    record: Words


class ContactRow(StandardRow, table=True):
    """A supplier, a customer, both, or neither; the columns ``in_…`` say which of our lists it is in."""

    __tablename__ = "contacts"

    name: Words
    status: MaybeWords
    is_supplier: bool
    is_customer: bool
    contact_number: MaybeWords
    account_number: MaybeWords
    company_number: MaybeWords
    tax_number: MaybeWords
    default_currency: MaybeWords
    sales_account_code: MaybeWords
    purchase_account_code: MaybeWords
    sales_tax_type: MaybeWords
    purchase_tax_type: MaybeWords
    is_archived: bool
    updated_at: MaybeMoment
    in_suppliers: bool
    in_customers: bool
    record: Words

    @property
    def is_unused(self) -> bool:
        """Whether it is neither a supplier nor a customer yet, because it has no bill and no sale."""
        return not self.is_supplier and not self.is_customer


class CurrencyRow(StandardRow, table=True):
    """A currency that the organisation uses; ``key`` is its ISO 4217 code."""

    __tablename__ = "currencies"

    description: MaybeWords
    record: Words


TABLE_OF: dict[RowKind, type[StandardRow]] = {
    RowKind.ORGANISATION: OrganisationProfileRow,
    RowKind.ACCOUNTS: AccountRow,
    RowKind.TAX_RATES: TaxRateRow,
    RowKind.TRACKING_CATEGORIES: TrackingCategoryRow,
    RowKind.ITEMS: ItemRow,
    RowKind.CONTACTS: ContactRow,
    RowKind.CURRENCIES: CurrencyRow,
}


def _come_after(connections: Table) -> None:
    """Have the tables of rows after that of connections wherever tables are gone through in order."""
    for kind in TABLE_OF.values():
        cast("Table", kind.__table__).add_is_dependent_on(connections)  # type: ignore[attr-defined]  # SQLModel's


_come_after(cast("Table", Connection.__table__))  # type: ignore[attr-defined]  # SQLModel does not declare it


class Staging(SQLModel, table=True):
    """A long list of a connection that is being read: where its pages wait until all of them are there.

    Attributes:
        list_name: The first of the lists that are read together.
        scope: What is read, and for which pull; only the same may go on with it.
        attempt: Which try of the pull writes to it; a newer one puts its own here, and the older can write no more.
        pages: How many pages wait here.
        cursor: Where the provider goes on behind them, in its own words; None where it cannot.
        is_all: Whether no page follows.
        expected: Then of how many different records there have to be rows; None where the provider does not say.
        begun_at: When the first page was asked for, or a moment later.
    """

    __tablename__ = "stagings"
    __table_args__ = {"prefixes": ["UNLOGGED"]}

    connection_id: UUID = Field(foreign_key="connections.id", ondelete="CASCADE", primary_key=True)
    list_name: str = Field(primary_key=True, max_length=40)
    scope: Words
    attempt: UUID
    pages: int
    cursor: MaybeWords
    is_all: bool = False
    expected: int | None
    begun_at: datetime = Field(sa_type=MOMENT)


_OWN_COLUMNS = frozenset({"connection_id", "changed_at", "gone_at"})


def _staged(of: type[StandardRow]) -> Table:
    """The table of rows that wait; without a key of its own: a record may come on two pages, and the later counts.

    Nothing of it is in PostgreSQL's log, as of ``stagings``: a crash empties both, and a list begins at its first page.
    """
    theirs = cast("Table", of.__table__)  # type: ignore[attr-defined]  # SQLModel does not declare it
    return Table(
        f"staged_{theirs.name}",
        SQLModel.metadata,
        Column("connection_id", Uuid, nullable=False),
        Column("list_name", String(40), nullable=False),
        Column("page", Integer, nullable=False),
        *(Column(one.name, one.type, nullable=one.nullable) for one in theirs.columns if one.name not in _OWN_COLUMNS),
        Index(f"ix_staged_{theirs.name}_key", "connection_id", "list_name", "key"),
        prefixes=["UNLOGGED"],
    )


STAGED: dict[RowKind, Table] = {RowKind.CONTACTS: _staged(ContactRow), RowKind.ITEMS: _staged(ItemRow)}
"""Of the kinds of rows of which a client may have ten thousands, where those of long lists wait."""

STAGING_TABLES = (str(Staging.__tablename__), *(table.name for table in STAGED.values()))
"""Whoever deletes a connection's lists deletes what waits there too, in this order: a page that is just being stored
holds its staging until its rows are there, and none is stored behind a staging that is gone."""
