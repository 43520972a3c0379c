"""URLs as database providers show them: each parameter works or is refused by name; a pooler may stand in between."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models import schema
from models.budgets.calls import SharedCallBudget
from models.kit.bulk import copy_rows
from models.kit.database import Database
from models.kit.database_url import UnusableUrlError, connecting, is_for_a_pooler
from tests.models.pooler import Pooler

LIBPQ = (
    "host hostaddr port dbname user password passfile require_auth channel_binding connect_timeout client_encoding "
    "options application_name fallback_application_name keepalives keepalives_idle keepalives_interval "
    "keepalives_count tcp_user_timeout replication gssencmode sslmode requiressl sslnegotiation sslcompression "
    "sslcert sslkey sslkeylogfile sslpassword sslcertmode sslrootcert sslcrl sslcrldir sslsni requirepeer "
    "ssl_min_protocol_version ssl_max_protocol_version min_protocol_version max_protocol_version krbsrvname gsslib "
    "gssdelegation scram_client_key scram_server_key service target_session_attrs load_balance_hosts oauth_issuer "
    "oauth_client_id oauth_client_secret oauth_scope "
)
"""Every parameter that PostgreSQL 18 documents."""


async def asked(url: str, question: str) -> Any:
    database = Database(url, pool_size=1)
    try:
        async with database.session() as session:
            return (await session.exec(text(question))).scalar_one()  # type: ignore[call-overload]
    finally:
        await database.close()


@pytest.mark.parametrize(
    "parameters",
    [
        "sslmode=disable",
        "sslmode=prefer&channel_binding=prefer",
        "ssl=prefer",
        "connect_timeout=10",
        "connect_timeout=0",
        "target_session_attrs=any",
        "client_encoding=UTF8&gssencmode=disable&keepalives=1&sslsni=1&load_balance_hosts=disable",
        "prepared_statement_cache_size=0&statement_cache_size=0",
        "pgbouncer=true&connect_timeout=15",
        "user=clientsync",
    ],
)
async def test_parameters_that_work(database_url: str, parameters: str):
    assert await asked(f"{database_url}?{parameters}", "SELECT current_setting('timezone')") == "UTC"


async def test_what_a_parameter_says_reaches_the_server(database_url: str):
    named = "SELECT current_setting('application_name')"
    assert await asked(database_url, named) == "clientsync"
    assert await asked(f"{database_url}?application_name=night%20shift", named) == "night shift"
    assert await asked(f"{database_url}?fallback_application_name=other", named) == "other"
    options = f"{database_url}?options=-c%20statement_timeout%3D4321%20-c%20timezone%3DAsia/Tokyo"
    assert await asked(options, "SELECT current_setting('statement_timeout')") == "4321ms"
    assert await asked(options, "SELECT current_setting('timezone')") == "UTC"
    moved = database_url.rsplit("/", 1)[0] + "/postgres?dbname=" + database_url.rsplit("/", 1)[1]
    assert await asked(moved, "SELECT current_database()") == database_url.rsplit("/", 1)[1]


async def test_encryption_that_is_asked_for_is_not_left_out(database_url: str):
    """The embedded server has none."""
    for mode in ("require", "verify-full&sslrootcert=system"):
        with pytest.raises((OSError, ConnectionError), match=r"(?i)ssl"):
            await asked(f"{database_url}?sslmode={mode}", "SELECT 1")


def test_every_parameter_of_libpq_is_known_or_refused_by_name():
    for name in LIBPQ.split():
        value = {"host": "db", "port": "5432", "connect_timeout": "5", "sslmode": "require"}.get(name, "oddly")
        url, known = f"postgresql://ada:s3cret@db/books?{name}={value}", True
        try:
            address, told = connecting(url)
        except UnusableUrlError as error:
            known, said = False, str(error)
        if not known:
            assert name in said
            assert "s3cret" not in said, name
        else:
            shown = f"{address.render_as_string(hide_password=False)} {told}"
            assert value in shown or str(float(value)) in shown, name
            assert name not in told["server_settings"] or name in {"options", "application_name"}, name


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ("channel_binding=require", "channel_binding=require cannot be had"),
        ("schema=public", "the parameter schema is not known"),
        ("sslmode=verify", "sslmode must be one of disable"),
        ("sslmode=require&sslrootcert=system", "sslrootcert=system needs sslmode=verify-full"),
        ("connect_timeout=soon", "connect_timeout must be a whole number"),
        ("pgbouncer=perhaps", "pgbouncer must be true or false"),
        ("keepalives=0", "keepalives can only be 1"),
    ],
)
def test_what_cannot_be_had_is_refused_in_plain_words(parameters: str, said: str):
    with pytest.raises(UnusableUrlError, match=said):
        connecting(f"postgresql://ada@db/books?{parameters}")


@pytest.mark.thorough
async def test_connections_may_be_shared_between_transactions(database_url: str):
    """Behind a pooler in transaction mode, with each transaction on another connection than the one before."""
    async with Pooler(database_url) as pooler:
        url = f"{pooler.url}?pgbouncer=true"
        assert await schema.pending(url) == ()
        assert await schema.shares_connections(pooler.url)
        assert (is_for_a_pooler(url), is_for_a_pooler(pooler.url)) == (True, False)
        one, other = Database(url, pool_size=2), Database(url, pool_size=2)
        try:
            for number in range(20):
                for database in (one, other):
                    async with database.transaction() as session:
                        for question in ("SELECT :n + 1", "SELECT :n + 1", "SELECT CAST(:n AS integer) + 1"):
                            answer = await session.exec(text(question), params={"n": number})  # type: ignore[call-overload]
                            assert answer.scalar_one() == number + 1
        finally:
            await one.close()
            await other.close()
        assert pooler.changes > 10
    assert not await schema.shares_connections(database_url)


async def test_rows_are_stored_through_a_pooler_too(database_url: str):
    """COPY and settings of one transaction stay together."""
    async with Pooler(database_url) as pooler:
        database = Database(f"{pooler.url}?pgbouncer=true")
        try:
            for _ in range(5):
                async with database.transaction() as session:
                    await session.exec(text("CREATE TEMP TABLE rooms (name text) ON COMMIT DROP"))  # type: ignore[call-overload]
                    await copy_rows(session, "rooms", ("name",), [("kitchen",), ("hall",)])
                    counted = await session.exec(text("SELECT count(*) FROM rooms"))  # type: ignore[call-overload]
                    assert counted.scalar_one() == 2
        finally:
            await database.close()


@pytest.mark.thorough
async def test_calls_are_counted_through_a_pooler_too(database_url: str):
    """They are taken by single statements, by several processes at once."""
    async with Pooler(database_url) as pooler:
        databases = [Database(f"{pooler.url}?pgbouncer=true") for _ in range(2)]
        budgets = [SharedCallBudget(database) for database in databases]
        of, begins = ("xero", "1", "minute"), datetime(2026, 11, 28, tzinfo=UTC)
        try:
            given = await asyncio.gather(*(budget.take(of, begins, 3, 50) for budget in budgets * 10))
        finally:
            for database in databases:
                await database.close()
        assert sum(given) == 50
        assert pooler.changes > 10


async def test_without_a_word_of_it_a_pooler_does_not_work(database_url: str):
    """Which is why the doctor asks; should it work one day, the parameter is no longer needed."""

    async def use(*databases: Database) -> None:
        for database in databases:
            async with database.transaction() as session:
                await session.exec(text("SELECT 1"))  # type: ignore[call-overload]

    async with Pooler(database_url) as pooler:
        one, other = Database(pooler.url), Database(pooler.url)
        try:
            with pytest.raises(DBAPIError, match="prepared statement"):
                await use(one, other, other, one, one, other)
        finally:
            await one.close()
            await other.close()
