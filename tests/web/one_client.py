"""What the tests of one client's pages share: a practice with a few clients of its own."""

from dataclasses import dataclass

from playwright.async_api import Page

from tests.journeys.one_client import OneClient
from tests.journeys.scene import Scene
from tests.web.house import Person


@dataclass(frozen=True)
class Few:
    """A practice with a few clients.

    Attributes:
        person: Whose they are.
        clients: By place; each is one of the provider's organisations.
    """

    person: Person
    clients: list[OneClient]

    def address(self, place: int, part: str = "") -> str:
        """The page of one of them."""
        return f"/clients/{self.clients[place].client_id}{part}"


def world_person(scene: Scene, person: int) -> tuple[str, list[str], list[str]]:
    """One of the stand-in's people: their id, what they may connect, and what of it is not connected yet."""
    found = list(scene.world.library.people.values())[person]
    reach = [one.organisation_id for one in scene.world.may_connect(found)]
    left = [one for one in reach if not scene.world.connections.exists(found.person_id, one)]
    return found.person_id, reach, left


async def added(person: Person, wanted: list[str], *, login: int = 0) -> Few:
    """Clients out of these organisations, through the API."""
    scene = person.scene
    run = await scene.listed(person=login)
    answer = await scene.select(run["run_id"], organisations=[{"organisation_id": one} for one in wanted])
    assert answer.status_code == 200, answer.text
    await scene.until_stage(run["run_id"], "finished")
    by_id = {one["connection"]["organisation_id"]: one for one in await scene.clients()}
    found = [by_id[one] for one in wanted]
    return Few(
        person, [OneClient(scene, one["client_id"], one["code"], one["connection"]["organisation_id"]) for one in found]
    )


async def there(page: Page, text: str) -> None:
    """Wait until a page says something."""
    await page.get_by_text(text).first.wait_for()
