"""Two furnished practices, and every way to ask for a page: what the tests of security walk."""

from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx2
import pytest
import pytest_asyncio

from models.access import tokens as api_tokens
from models.access.tables import Passkey
from models.clients.reads import ClientFilter, ClientOrder
from models.practices import writes as practices
from starter.clients.saved_views import ViewQuery
from tests.journeys.scene import Scene
from tests.web.house import House, Person, made_house
from tests.web.walking import Walk, walks
from web.app import create_app


class Street(NamedTuple):
    """Two practices that both have a client, a finished run, a team and a further colleague.

    Attributes:
        house: The practices.
        own: Ids of the first one's things, as addresses name them.
        other: Ids of the neighbour's.
    """

    house: House
    own: dict[str, str]
    other: dict[str, str]


@pytest.fixture(scope="session")
def every(product: Scene) -> list[Walk]:
    """Every way to ask for a page."""
    return walks(create_app(product.operations, ring=product.settings.key_ring()))


async def allowed(scene: Scene, authorize_url: str) -> httpx2.Response:
    """Go through the provider's pages, whether or not somebody has allowed everything there before."""
    page = await scene.sign_in(authorize_url)
    return page if page.status_code == 200 else await scene.sign_in(authorize_url, action="continue")


async def furnished(person: Person, place: int) -> dict[str, str]:
    """Give a practice one of everything; gives the ids."""
    scene, organisation = person.scene, list(person.scene.world.library.organisations)[place]
    run_id, authorize_url = await scene.start()
    await allowed(scene, authorize_url)
    run = await scene.until_stage(run_id, "awaiting_selection")
    assert (await scene.select(run["run_id"], organisations=[{"organisation_id": organisation}])).status_code == 200
    run = await scene.until_stage(run["run_id"], "finished")
    async with scene.database.transaction() as session:
        team = await practices.create_team(session, scene.actor.practice_id, "Night shift", [scene.actor.colleague_id])
        colleague = await practices.create_colleague(
            session, scene.actor.practice_id, email=f"cleo@{scene.actor.practice_slug}.example", name="Cleo"
        )
        _, token = await api_tokens.issue(session, scene.actor.colleague_id, name="Intranet")
        passkey = Passkey(
            colleague_id=colleague.id, name="Cleo's laptop", credential_id=uuid4().bytes, public_key=b"of nobody"
        )
        session.add(passkey)
    listed = await scene.operations.client_imports.keep(scene.actor, b"Code;Name\nB1;Beech\nB 2;Birch\n", "list.csv")
    (added,) = [row for row in run["organisations"] if row["outcome"] == "created"]
    link = await scene.operations.client_links.make(scene.actor, UUID(added["client_id"]))
    kept = ViewQuery(ClientFilter(team_id=team.id), ClientOrder())
    view_id = await scene.operations.saved_views.save(scene.actor, "Night shift", kept, is_shared=True)
    return {
        "run_id": run["run_id"],
        "client_id": added["client_id"],
        "organisation_id": organisation,
        "team_id": str(team.id),
        "token_id": str(token.id),
        "passkey_id": str(passkey.id),
        "import_id": str(listed),
        "view_id": str(view_id),
        "link_id": str(link.link_id),
        "colleague_id": str(colleague.id),
        "admin_id": str(scene.actor.colleague_id),
    }


@pytest_asyncio.fixture(scope="session")
async def street(product: Scene) -> Street:
    """Two practices, furnished once for all modules of a process (``tests.grouping`` keeps them together).

    They stay as they are, but for runs, sessions and invitations; who changes more asks for ``own_street``.
    """
    return await made_street(product)


@pytest_asyncio.fixture(scope="module")
async def own_street(product: Scene) -> Street:
    """Two furnished practices that no other module knows."""
    return await made_street(product)


async def made_street(scene: Scene) -> Street:
    """Two new practices, furnished."""
    house = await made_house(scene)
    return Street(house, await furnished(house.admin, 0), await furnished(house.neighbour, 1))


async def ask(http: httpx2.AsyncClient, walk: Walk, ids: dict[str, str], **words: Any) -> httpx2.Response:
    """Walk one way; without the session's secret unless it is given."""
    return await http.request(walk.method, walk.address(ids), **(walk.sent(ids) | words))
