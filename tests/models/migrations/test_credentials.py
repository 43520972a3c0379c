"""What the migration makes of logins that were kept before credentials, and what stands in their rows since."""

from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import orjson
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from models.grants.tables import Grant
from models.grants.writes import upsert_grant
from tests.models.conftest import AFTER_EXPIRY, LATER, NOON, a_secret, credential, kept_by, stored

BEFORE = """
    ALTER TABLE grants DROP COLUMN person, DROP COLUMN region, DROP COLUMN sealed_spare,
        DROP COLUMN refresh_expires_at, DROP COLUMN ends_at;
    ALTER TABLE grants RENAME COLUMN account_key TO provider_user_id;
    ALTER TABLE grants RENAME COLUMN label TO display_name;
    ALTER TABLE grants RENAME COLUMN sealed_secret TO sealed_tokens;
    ALTER TABLE grants
        RENAME CONSTRAINT uq_grants_provider_account_key_practice_id TO uq_grants_provider_provider_user_id
"""


def migrate(connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        import_module("models.migrations.versions.0030_credentials").upgrade()


async def test_a_login_that_an_earlier_version_kept_is_whole_and_opens(database, house, sealer):
    tokens = {"access_token": "a", "refresh_token": "r", "expires_at": NOON, "scope": ["openid"]}
    kept = orjson.dumps(tokens | {"spare_refresh_token": ""})
    async with database.transaction() as session:
        connection = await session.connection()
        for statement in BEFORE.split(";"):
            await connection.execute(text(statement))
        await connection.execute(
            text("UPDATE grants SET sealed_tokens = :sealed"),
            {"sealed": sealer.seal(kept, f"grants:sealed_tokens:{house.grant_id}")},
        )
        await connection.run_sync(migrate)
    opened = await kept_by(database, sealer, house)
    assert opened == replace(credential(1), secret=kept)
    async with database.transaction() as session:  # the account is still the same one
        grant = await upsert_grant(
            session,
            sealer,
            provider="xero",
            credential=credential(2, LATER),
            practice_id=house.practice.id,
            colleague_id=house.colleague.id,
            at=LATER,
        )
    assert (grant.id, grant.generation) == (house.grant_id, 2)


async def test_what_is_decided_by_stands_in_the_row_and_a_refresh_leaves_whose_it_is(
    database, house, sealer, fresh, provider, clock
):
    given = replace(
        credential(2, AFTER_EXPIRY, account_key="company-9", label="Alder & Finch"),
        person="person-1",
        refresh_expires_at=NOON + timedelta(days=100),
        ends_at=NOON + timedelta(days=1826),
        region="gb",
    )
    async with database.transaction() as session:
        made = await upsert_grant(
            session,
            sealer,
            provider="quickbooks",
            credential=given,
            practice_id=house.practice.id,
            colleague_id=house.colleague.id,
            at=NOON,
        )
    async with database.session() as session:
        grant = await session.get_one(Grant, made.id)
    kept = {name: getattr(grant, name) for name in ("account_key", "person", "label", "region", "ends_at")}
    assert kept == {name: getattr(given, name) for name in kept}
    assert grant.refresh_expires_at == given.refresh_expires_at

    clock.at = AFTER_EXPIRY
    newer = replace(
        credential(5, LATER, account_key="another", label="Another"),
        refresh_expires_at=NOON + timedelta(days=101),
        ends_at=NOON + timedelta(days=1825),
    )

    async def refresh(_: object) -> object:
        return newer

    provider.refresh = refresh
    assert (await fresh(database)).secret == a_secret(5)
    row = await stored(database, house)
    assert (row.account_key, row.label) == ("user-1", "Ada")
    assert (row.refresh_expires_at, row.ends_at) == (newer.refresh_expires_at, newer.ends_at)
