"""Which lists there are is the accounting software's to say: one that it lacks is absent, neither missing nor due."""

from dataclasses import dataclass

import pytest
import pytest_asyncio
from sqlmodel import select

from contracts.payloads.runs import Deadlines
from contracts.words.connection_settings import SettingsPatch
from contracts.words.lists import ListName
from contracts.words.refusals import RefusalCode, Refused
from models.clients.tables import Client
from models.connections.tables import Connection
from starter.answers.connections import ManagedConnectionAnswer
from starter.operations import Operations
from tests.journeys.scene import Scene
from tests.second_provider import Second

ABSENT = [ListName.TRACKING_CATEGORIES, ListName.CURRENCIES]
PRESENT = [name for name in ListName if name not in ABSENT]


@dataclass
class Elsewhere:
    """A client with books at the second accounting software."""

    scene: Scene
    operations: Operations
    client: Client

    async def changed(self, *names: ListName) -> list[ListName]:
        """The chosen lists after a change of the settings."""
        patch = SettingsPatch(list_names=names or None)
        found = await self.operations.managing.change_settings(self.scene.actor, self.client.id, patch)
        return ManagedConnectionAnswer.shown(*found).settings.list_names


@pytest_asyncio.fixture
async def elsewhere(scene: Scene) -> Elsewhere:
    second = Second()
    operations = Operations(
        database=scene.database,
        sealer=scene.settings.key_ring().for_purpose("database"),
        temporal=scene.temporal,
        providers={second.name: second},
        public_url=scene.web,
        deadlines=Deadlines(),
    )
    async with scene.worker():
        await scene.added()
    async with scene.database.transaction() as session:
        connection = (await session.exec(select(Connection).limit(1))).one()
        connection.provider = second.name
        session.add(connection)
        client = await session.get_one(Client, connection.client_id)
    return Elsewhere(scene, operations, client)


@pytest.mark.thorough
async def test_what_is_not_there_is_said(elsewhere: Elsewhere):
    found = await elsewhere.operations.managing.show(elsewhere.scene.actor, elsewhere.client.id)
    answer = ManagedConnectionAnswer.shown(*found)
    assert (answer.absent_lists, answer.settings.list_names) == (ABSENT, PRESENT)


@pytest.mark.thorough
async def test_what_is_kept_together_there_comes_together_and_what_is_not_does_not(elsewhere: Elsewhere):
    assert await elsewhere.changed(ListName.SUPPLIERS) == [ListName.ORGANISATION, ListName.SUPPLIERS]
    chart = [ListName.ORGANISATION, ListName.ACCOUNTS, ListName.BANK_ACCOUNTS]
    assert await elsewhere.changed(ListName.BANK_ACCOUNTS) == chart
    assert await elsewhere.changed(*PRESENT) == PRESENT
    async with elsewhere.scene.database.session() as session:
        connection = (await session.exec(select(Connection).where(Connection.provider == "second"))).one()
    assert connection.list_names is None


@pytest.mark.thorough
async def test_a_list_that_is_not_there_can_be_neither_chosen_nor_refreshed_nor_taken_along(elsewhere: Elsewhere):
    operations, of = elsewhere.operations, (elsewhere.scene.actor, elsewhere.client.id)
    with pytest.raises(Refused) as chosen:
        await elsewhere.changed(ListName.ITEMS, ListName.CURRENCIES)
    with pytest.raises(Refused) as refreshed:
        await operations.managing.refresh(*of, [ListName.TRACKING_CATEGORIES])
    async with elsewhere.scene.database.transaction() as session:
        for of_the_books_before in ("DELETE FROM currencies", "DELETE FROM receipts WHERE list_name = 'currencies'"):
            await (await session.connection()).exec_driver_sql(of_the_books_before)
    with pytest.raises(Refused) as taken:
        await operations.exports.client_list(*of, ListName.CURRENCIES)
    assert [(one.value.refusal.code, one.value.refusal.field) for one in (chosen, refreshed, taken)] == [
        (RefusalCode.INVALID, "list_names.1"),
        (RefusalCode.INVALID, "lists.0"),
        (RefusalCode.NOT_READ_YET, None),
    ]
    assert chosen.value.refusal.message == "Second Books has no currencies. Leave that list out."
    assert taken.value.refusal.message == "Second Books has no currencies, so there is nothing to take along."
