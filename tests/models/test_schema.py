"""The schema comes up from nothing, fits the tables in code, and names its constraints."""

import asyncio
import re
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Table, Text
from sqlalchemy.orm import class_mapper
from sqlmodel import SQLModel

from contracts.words import standard_information
from contracts.words.lists import RowKind
from models import schema
from models.kit.database_url import normalised
from models.lists.tables import TABLE_OF, StandardRow
from tests.conftest import administer, sibling

ROW_OF = {
    RowKind.ORGANISATION: standard_information.OrganisationProfile,
    RowKind.ACCOUNTS: standard_information.Account,
    RowKind.TAX_RATES: standard_information.TaxRate,
    RowKind.TRACKING_CATEGORIES: standard_information.TrackingCategory,
    RowKind.ITEMS: standard_information.Item,
    RowKind.CONTACTS: standard_information.Contact,
    RowKind.CURRENCIES: standard_information.Currency,
}


@pytest.mark.thorough
async def test_comes_up_from_nothing_also_for_several_processes_at_once(postgres_url):
    await administer(postgres_url, "CREATE DATABASE from_nothing")
    url = sibling(postgres_url, "from_nothing")
    versions = await schema.pending(url)
    assert versions[0] == "0001"
    await asyncio.gather(schema.upgrade(url), schema.upgrade(url), schema.upgrade(url))
    assert await schema.pending(url) == ()


async def test_database_has_what_the_tables_in_code_have(database_url):
    assert await schema.drift(database_url) == []


async def test_drift_is_seen(postgres_url):
    await administer(postgres_url, "CREATE DATABASE drifting")
    url = sibling(postgres_url, "drifting")
    await schema.upgrade(url)
    await administer(url, "ALTER TABLE clients DROP COLUMN tax_number")
    (difference,) = await schema.drift(url)
    assert "tax_number" in str(difference)


async def test_every_constraint_is_named_for_its_table(database_url):
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    try:
        named = await connection.fetch(
            "SELECT conrelid::regclass::text AS owner, conname AS name FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'p', 'u', 'f')"
            " AND conrelid <> 'alembic_version'::regclass"
        )
    finally:
        await connection.close()
    assert len(named) > 50
    for owner, name in named:
        assert name.startswith((f"ck_{owner}", f"pk_{owner}", f"uq_{owner}", f"fk_{owner}")), name


NEVER_DELETED = {
    "clients": "a client may be disconnected; its history stays",
    "colleagues": "who leaves is deactivated; what they did keeps their name",
    "grants": "a login is signed out",
    "practices": "everything is one's",
    "runs": "what became of each organisation is kept",
    "teams": "members leave, the team stays",
}
"""Tables whose rows nothing deletes, so that no index is needed on what references them."""


async def test_what_is_deleted_is_looked_for_by_an_index_wherever_it_is_referenced(database_url):
    connection = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    try:
        unindexed = await connection.fetch("""
            SELECT f.conname AS name, f.confrelid::regclass::text AS referenced FROM pg_constraint f
            WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace AND NOT EXISTS (
                SELECT FROM pg_index i
                WHERE i.indrelid = f.conrelid AND i.indisvalid AND i.indpred IS NULL
                  AND (i.indkey::int2[])[0:cardinality(f.conkey) - 1] @> f.conkey)
        """)
    finally:
        await connection.close()
    assert [name for name, referenced in unindexed if referenced not in NEVER_DELETED] == []


def test_nothing_deletes_what_is_said_to_be_never_deleted():
    named = {table.__name__: str(table.__tablename__) for table in SQLModel.__subclasses__()}
    deleted = {"connections"}  # by a name that is put together, in ``connection_changes``
    for module in Path(schema.__file__).parent.rglob("*.py"):
        deleted.update(
            named.get(name, name) for name in re.findall(r"(?:\bdelete\(|DELETE FROM )(\w+)", module.read_text())
        )
    assert deleted >= {"grant_reach", "sign_in_links"}
    assert deleted.isdisjoint(NEVER_DELETED)


def table_of(kind: RowKind) -> Table:
    table = class_mapper(TABLE_OF[kind]).local_table
    assert isinstance(table, Table)
    return table


@pytest.mark.parametrize("kind", RowKind)
def test_columns_are_the_fields_of_the_named_tuple(kind):
    columns = [column.name for column in table_of(kind).columns]
    ours = [name for name in StandardRow.model_fields if name != "key"]
    assert columns == [*ours, *ROW_OF[kind].__annotations__]
    assert columns[-1] == "record"
    assert [column.name for column in table_of(kind).primary_key] == ["connection_id", "key"]


@pytest.mark.parametrize("kind", RowKind)
def test_columns_take_what_the_named_tuple_may_hold(kind):
    columns = table_of(kind).columns
    for name, type_ in ROW_OF[kind].__annotations__.items():
        assert columns[name].nullable == (type(None) in getattr(type_, "__args__", ())), name
        if type_ in (str, str | None) and name not in {"record", "options"}:
            assert isinstance(columns[name].type, Text), name


@pytest.mark.parametrize("spelling", ["postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg"])
def test_urls_in_common_spellings(spelling):
    assert str(normalised(f"{spelling}://ada@db:5433/books")) == "postgresql+asyncpg://ada@db:5433/books"


@pytest.mark.parametrize("url", ["sqlite:///books.db", "no url with s3cret"])
def test_other_urls_are_refused_without_showing_them(url):
    with pytest.raises(ValueError, match="database") as refused:
        normalised(url)
    assert "s3cret" not in str(refused.value)
