"""The list that leads through sign-ins which bring one organisation each, on the command line."""

import pytest

from runtime.embedded.stack import environment_of
from tests.cli.test_cli import data, refused
from tests.journeys.promises import OPEN_RUN
from tests.journeys.scene import Scene
from tests.starter.runs.test_expected_organisations import Queue

pytestmark = pytest.mark.leaves(OPEN_RUN, because="runs are listed by hand and never ended")

ADMIN = ("--as", "admin@harbour-lane.example.com")


@pytest.mark.thorough
async def test_what_came_is_taken_and_taken_off_and_what_did_not_is_left_out(scene: Scene):
    environment, queue = environment_of(scene.settings), Queue(scene)
    address = await queue.begun("Alder & Finch", "Ferns and more", "Cedar")
    await queue.came("11", address)
    await queue.came("14")
    await queue.came("13")
    added = await scene.http.post("/api/v1/clients", json={"name": "Elm House", "code": "ELM1"})
    assert added.status_code == 201, added.text
    expected = ("runs", "expected", queue.run_id, *ADMIN)
    assert "Say the place" in await refused(environment, *expected, "--take", "second=14")
    shown = await data(environment, *expected, "--take", "1=14", "--take-off", "13", "--drop", "2", "--client", "elm1")
    assert (shown["done"], shown["dropped"], shown["to_do"], shown["next"]) == (2, 1, 1, 3)
    assert [(one["name"], one["organisation_id"]) for one in shown["organisations"]] == [
        ("Alder & Finch", "11"),
        ("Ferns and more", "14"),
        ("Cedar", None),
        ("Elm House", None),
    ]
    assert await queue.listed() == ["11", "14"]
