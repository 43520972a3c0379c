"""Counting what is stored of one client reads its own rows of runs, and not those of every run of every practice."""

from typing import Any

from sqlalchemy import event

from models.clients.erasing import accounts_of, holdings
from models.clients.tables import Client


async def test_runs_are_counted_by_indexes_alone(database, house):
    asked: list[tuple[str, Any]] = []
    async with database.transaction() as session:
        client = await session.get_one(Client, house.client_id)
        accounts = await accounts_of(session, client)
        connection = await session.connection()
        driver = (await connection.get_raw_connection()).driver_connection

        def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
            asked.append((statement, parameters))

        event.listen(connection.sync_connection, "before_cursor_execute", note)
        await holdings(session, accounts)
        ((statement, parameters),) = [one for one in asked if "run_organisations" in one[0]]
        await driver.execute("SET LOCAL enable_seqscan = off")  # there are few rows here
        plan = "\n".join(row[0] for row in await driver.fetch(f"EXPLAIN {statement}", *parameters))
    assert "ix_run_organisations_client" in plan
    assert "Seq Scan on run_organisations" not in plan
