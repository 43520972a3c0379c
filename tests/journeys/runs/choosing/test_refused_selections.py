"""A selection that cannot be carried out is refused with its reason and field, and nothing changes."""

from collections.abc import AsyncIterator
from typing import NamedTuple
from uuid import uuid4

import pytest
import pytest_asyncio

from models.practices import writes as practices
from tests.journeys.scene import Json, Scene, chosen

pytestmark = pytest.mark.thorough


STAGED = {"allowance": 2}
NOBODY = str(uuid4())


class Waiting(NamedTuple):
    """A run that awaits its selection, in a practice that may have two clients."""

    scene: Scene
    run: Json
    theirs: dict[str, str]


@pytest_asyncio.fixture(scope="module")
async def waiting(shared_scene: Scene) -> AsyncIterator[Waiting]:
    scene = shared_scene
    other = (await scene.neighbour()).actor
    async with scene.database.transaction() as session:
        team = await practices.create_team(session, other.practice_id, "Payroll")
    async with scene.worker():
        yield Waiting(scene, await scene.listed(), {"owner_id": str(other.colleague_id), "team_id": str(team.id)})


async def refused(waiting: Waiting, selection: Json) -> Json:
    """Send a selection that must be refused; gives the error."""
    before = await waiting.scene.everything()
    answer = await waiting.scene.select(waiting.run["run_id"], **selection)
    assert answer.status_code == 422, answer.text
    assert await waiting.scene.everything() == before
    error: Json = answer.json()["error"]
    return error


UNKNOWN = {
    "organisation_id": ("unknown_organisation", "is not on this run's list."),
    "team_id": ("unknown_team", "There is no such team in your practice."),
    "owner_id": ("unknown_colleague", "There is no such active colleague in your practice."),
}


@pytest.mark.parametrize("field", UNKNOWN)
async def test_an_unknown_one_of_these(waiting, field):
    first, second = chosen(waiting.run)[:2]
    code, message = UNKNOWN[field]
    error = await refused(waiting, {"organisations": [first, {**second, field: NOBODY}]})
    assert (error["code"], error["field"]) == (code, f"organisations.1.{field}")
    assert error["message"].endswith(message)


@pytest.mark.parametrize("field", ["team_id", "owner_id"])
async def test_one_of_another_practice(waiting, field):
    selection = {field: waiting.theirs[field], "organisations": chosen(waiting.run)[:1]}
    error = await refused(waiting, selection)
    assert (error["code"], error["field"]) == (UNKNOWN[field][0], field)


async def test_an_unknown_client_to_link_to(waiting):
    link = {**chosen(waiting.run)[0], "action": "link", "client_id": NOBODY}
    error = await refused(waiting, {"organisations": [link]})
    assert (error["code"], error["field"]) == ("unknown_client", "organisations.0.client_id")


async def test_codes_that_are_given_twice(waiting):
    first, second = ({**row, "code": "same"} for row in chosen(waiting.run)[:2])
    answer = await waiting.scene.select(waiting.run["run_id"], organisations=[first, second])
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (409, "duplicate", "organisations.0.code")
    assert [row["field"] for row in error["rows"]] == ["organisations.0.code", "organisations.1.code"]


async def test_more_than_the_allowance(waiting):
    error = await refused(waiting, {"organisations": chosen(waiting.run)[:3]})
    assert (error["code"], error["field"]) == ("over_allowance", "organisations")
    assert "You chose 3 new clients, but your allowance of 2 has room for 2." in error["message"]


@pytest.mark.parametrize(
    ("selection", "field"),
    [
        ({"organisations": []}, None),
        ({"organisations": [{"organisation_id": "one"}, {"organisation_id": "one"}]}, None),
        ({"organisations": [{"organisation_id": "one", "action": "link"}]}, "organisations.0"),
        ({"organisations": [{"organisation_id": "one", "action": "delete"}]}, "organisations.0.action"),
        ({"organisations": [{"organisation_id": "one"}], "teem_id": NOBODY}, "teem_id"),
    ],
)
async def test_what_makes_no_sense(waiting, selection, field):
    error = await refused(waiting, selection)
    assert (error["code"], error.get("field")) == ("invalid", field)
