"""What a night is told of the clients that it is to read."""

from datetime import datetime, timedelta

import pytest

from activities.night.checking import CheckActivities
from activities.shared.grant_reader import GrantReader
from activities.shared.token_store import TokenStore
from contracts.payloads.check_connections import ClientsDueInput
from models.connections.tables import Connection
from models.kit.database import Database
from models.kit.sealing import Sealer
from rules.lists.increments import latest_turn
from tests.models.conftest import NOON, House
from tests.second_provider import Second

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("is_due", "complete_after_turn", "expected"),
    [
        (True, timedelta(), (False, True)),
        (True, -HOUR, (False, False)),  # read whole before its turn: it is read whole now
        (True, None, (False, False)),
        (False, timedelta(), (True, False)),  # a mere look
    ],
)
async def test_a_client_is_read_in_part_if_it_was_read_whole_since_its_turn(
    database: Database,
    sealer: Sealer,
    house: House,
    is_due: bool,
    complete_after_turn: timedelta | None,
    expected: tuple[bool, bool],
) -> None:
    turn: datetime = latest_turn(house.connection_id, NOON)
    async with database.transaction() as session:
        connection = await session.get_one(Connection, house.connection_id)
        connection.next_refresh_at = NOON - HOUR if is_due else NOON + 200 * HOUR
        connection.last_good_at = NOON - 100 * HOUR
        connection.contacts_complete_at = None if complete_after_turn is None else turn + complete_after_turn
        session.add(connection)
    reach = GrantReader(database, {"xero": Second()}, TokenStore(database, sealer))
    page = await CheckActivities(database, reach, lambda: NOON).clients_due(
        ClientsDueInput(practice_id=house.practice.id, after=None, limit=9)
    )
    assert [(one.is_look, one.is_in_part) for one in page.clients] == [expected]
