"""The month's meter of calls: who is warned by mail before it is used up, and how often."""

from datetime import UTC, datetime
from typing import ClassVar, Self

import pytest
from sqlalchemy import text

from activities.delivery import month_meters
from contracts.words.practices import Role
from models.clients.tables import Client
from models.connections.tables import Connection
from models.grants.tables import Grant
from models.kit.database import Database
from models.night import digests
from models.practices.tables import Practice
from models.practices.writes import create_colleague, create_practice
from providers.port.settings import Meter, ProviderSettings

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 29, 12, tzinfo=UTC)


class Metered(ProviderSettings):
    """An app with a hundred calls a month."""

    name: ClassVar[str] = "metered"
    title: ClassVar[str] = "Metered Books"
    client_id: str | None = "app"

    def meter(self) -> Meter:
        return Meter(100, "small", is_refused_beyond=True)

    def at_stand_in(self, url: str) -> Self:
        return self.as_app("app", url, {})


@pytest.fixture
async def practice(database: Database) -> Practice:
    """Two admins, a member, and a client with metered books."""
    async with database.transaction() as session:
        practice = await create_practice(session, "Harbour Lane")
        ada, _, _ = [
            await create_colleague(session, practice.id, email=f"{name}@lane.example", name=name, role=role)
            for name, role in (("Ada", Role.ADMIN), ("Ben", Role.MEMBER), ("Cleo", Role.ADMIN))
        ]
        client = Client(practice_id=practice.id, name="Alder", code="ALD1", owner_id=ada.id)
        grant = Grant(provider="metered", account_key="1", label="Ada", sealed_secret=b"", access_expires_at=NOON)
        session.add_all([client, grant])
        await session.flush()
        session.add(
            Connection(
                practice_id=practice.id,
                client_id=client.id,
                grant_id=grant.id,
                provider="metered",
                organisation_id="1",
                organisation_name="Alder",
                is_current=True,
            )
        )
        return practice


async def warned(database: Database, practice: Practice, used: int, at: datetime) -> list[tuple[str, str]]:
    """All mails so far, after a night at which so many calls are counted."""
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM call_windows WHERE provider = 'metered'")
        await connection.execute(
            text(
                "INSERT INTO call_windows (provider, scope_key, unit, window_start, used)"
                " VALUES ('metered', 'app', 'month', '2026-11-01T00:00:00Z', :used)"
            ),
            {"used": used},
        )
    async with database.transaction() as session:
        staff = await digests.staff_of(session, practice.id)
        await month_meters.warn(session, practice, staff, [Metered()], "https://here.example/practice", at)
    async with database.engine.connect() as connection:
        found = await connection.exec_driver_sql(
            "SELECT c.name, n.body FROM notices n JOIN colleagues c ON c.id = n.colleague_id"
            " WHERE n.kind = 'month_calls' ORDER BY n.created_at, c.name"
        )
        return [(row["name"], row["body"]) for row in found.mappings()]


async def test_each_admin_is_warned_once_for_each_warning(database: Database, practice: Practice):
    assert await warned(database, practice, 50, NOON) == []
    first = await warned(database, practice, 85, NOON)
    assert [name for name, _ in first] == ["Ada", "Cleo"]
    assert "More than 80% of the month's budget is used" in first[0][1]
    assert "85 of 100 calls" in first[0][1]
    assert "https://here.example/practice" in first[0][1]
    assert await warned(database, practice, 90, LATER) == first
    assert "The month's budget is used up" in (await warned(database, practice, 100, LATER))[2][1]


async def test_who_has_no_client_there_is_not_warned(database: Database):
    async with database.transaction() as session:
        other = await create_practice(session, "Mill Street")
        await create_colleague(session, other.id, email="mel@mill.example", name="Mel", role=Role.ADMIN)
    assert await warned(database, other, 100, NOON) == []
