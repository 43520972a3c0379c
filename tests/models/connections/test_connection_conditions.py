"""A condition on connections means one thing, in SQL, as an expression and in Python; and it is written down once."""

import re
from collections.abc import Callable
from itertools import product

import pytest
from sqlalchemy import text, update
from sqlmodel import select

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus, GrantStatus
from models.connections import conditions
from models.connections.tables import Connection
from models.grants.tables import Grant
from tests.house import ROOT, complain

LEAVES = {ConnectionStatus.DISCONNECTING, ConnectionStatus.DISCONNECTED}
ENDED, CONNECTED = ConnectionStatus.DISCONNECTED, ConnectionStatus.CONNECTED
Meaning = Callable[[Connection, GrantStatus], bool]

MEANINGS: dict[str, Meaning] = {
    conditions.HAS_LIVING_STATUS: lambda c, _: c.status not in LEAVES,
    conditions.IS_LIVING: lambda c, _: c.is_current and c.status not in LEAVES,
    conditions.IS_CONNECTED: lambda c, _: c.is_current and c.status is CONNECTED,
    conditions.IS_HEALTHY: lambda c, _: c.is_current and c.status is CONNECTED and c.cause is None,
    conditions.NEEDS_REPAIR: lambda c, login: (
        c.is_current
        and c.status not in LEAVES
        and (c.status is not CONNECTED or c.cause is not None or login is GrantStatus.SIGNED_OUT)
    ),
    conditions.IS_NOT_ENDED: lambda c, _: c.status is not ENDED,
    conditions.IS_HELD: lambda c, _: c.is_current and c.status is not ENDED,
}


@pytest.mark.parametrize("status", ConnectionStatus)
async def test_a_condition_means_the_same_wherever_it_is_asked(database, house, status):
    asked = ", ".join(f"({condition})" for condition in MEANINGS)
    sql = text(f"SELECT {asked} FROM connections c JOIN grants g ON g.id = c.grant_id WHERE c.id = :id")  # noqa: S608  # our own words
    expressions = select(conditions.is_not_ended(), conditions.is_held()).where(Connection.id == house.connection_id)
    for is_current, cause, login in product((True, False), (None, Cause.UNKNOWN), GrantStatus):
        async with database.transaction() as session:
            await session.exec(update(Connection).values(status=status, is_current=is_current, cause=cause))
            await session.exec(update(Grant).values(status=login))
        async with database.session() as session:
            connection = await session.get_one(Connection, house.connection_id)
            meant = [meaning(connection, login) for meaning in MEANINGS.values()]
            said = (await (await session.connection()).execute(sql, {"id": house.connection_id})).one()
            assert list(said) == meant
            assert (await session.exec(expressions)).one() == tuple(meant[-2:])
            assert connection.is_living == meant[1]


def test_they_are_written_down_once():
    spelt = re.compile(
        r"status (NOT )?IN \('(connected|needs_reconnect|disconnecting)|status (<>|!=|=) '(connected|disconnected)'"
    )
    at_will = {
        "models/runs/surveys.py": 1,  # whoever reconnects one client means it, also when it was disconnected
        "models/night/endings.py": 1,  # a login that something was disconnected from
    }
    problems = []
    for room in ("models", "activities", "starter"):
        for file in sorted((ROOT / room).rglob("*.py")):
            name = str(file.relative_to(ROOT))
            found = spelt.findall(file.read_text()) if "migrations" not in name else ()
            if len(found) > at_will.get(name, 0):
                problems.append(
                    f"{name} spells out a condition on connections: models/connections/conditions.py has it."
                )
    complain(problems)
