"""The step that creates clients: it records the run's stage and says who is pulled first, with the last of them."""

from activities.runs.clients import ClientActivities
from contracts.payloads.bulk_create_clients import CreateClientsInput, CreatedClients
from contracts.payloads.pulling import ClientsToPull, ClientsToPullInput
from contracts.words.runs import Stage
from models.kit.database import Database
from models.runs.tables import Run
from tests.activities.runs.test_chosen_codes import RUN, chosen, listed
from tests.models.conftest import House

NAMES = ("Ash", "Oak", "Elm")


async def create(database: Database, limit: int, pulled_together: int = 10) -> tuple[CreatedClients, Stage]:
    then = ClientsToPullInput(run_id=RUN, after=-1, limit=pulled_together)
    created = await ClientActivities(database).create_clients(CreateClientsInput(run_id=RUN, limit=limit, then=then))
    return created, await stage_now(database)


async def stage_now(database: Database) -> Stage:
    async with database.session() as session:
        return (await session.get_one(Run, RUN)).stage


async def test_the_last_of_them_takes_the_run_on_and_tells_who_is_pulled_first(database: Database, house: House):
    await listed(database, house, *NAMES)
    await chosen(database, *NAMES)
    assert await stage_now(database) is Stage.CREATING, "as soon as they are chosen"
    created, stage = await create(database, 2)
    assert (created.remaining, created.to_pull, stage) == (1, None, Stage.CREATING)
    created, stage = await create(database, 2)
    assert (created.remaining, stage) == (0, Stage.PULLING)
    assert created.to_pull is not None
    assert [one.client_name for one in created.to_pull.clients] == [*NAMES]
    assert created.to_pull.is_last
    again, stage = await create(database, 2)  # tried again, since nobody heard the answer
    assert (again.to_pull, stage) == (created.to_pull, Stage.PULLING)


async def test_a_page_that_is_full_may_have_others_behind_it(database: Database, house: House):
    await listed(database, house, *NAMES)
    await chosen(database, *NAMES)
    created, _ = await create(database, 10, pulled_together=3)
    assert created.to_pull is not None
    assert (len(created.to_pull.clients), created.to_pull.is_last) == (3, False)
    behind = ClientsToPullInput(run_id=RUN, after=created.to_pull.clients[-1].position, limit=3)
    assert await ClientActivities(database).clients_to_pull(behind) == ClientsToPull(clients=(), is_last=True)
