"""Commands on second factors, for whoever runs the installation."""

import pytest

from models.access import second_factors
from models.kit.columns import now
from runtime.embedded.stack import environment_of
from tests.cli.test_cli import data, refused
from tests.journeys.scene import Scene


@pytest.fixture
def environment(scene: Scene) -> dict[str, str]:
    return environment_of(scene.settings)


async def test_a_practice_wants_one_of_everybody_or_leaves_it_to_each(scene: Scene, environment: dict[str, str]):
    slug = scene.actor.practice_slug
    for word, wants in (("--required", True), ("--required", True), ("--optional", False)):
        answer = await data(environment, "practice", "second-factor", word, "--practice", slug)
        assert answer == {"practice": slug, "second_factor_required": wants}
        assert await scene.operations.second_factor_rules.is_required(scene.actor) is wants
    told = await scene.rows("SELECT kind, colleague_id FROM events WHERE kind LIKE '%second_factor%' ORDER BY id")
    assert told == [("colleague.second_factor_required", None), ("colleague.second_factor_optional", None)]


async def test_a_factor_that_was_lost_is_removed(scene: Scene, environment: dict[str, str]):
    [(email,)] = await scene.rows("SELECT email FROM colleagues WHERE id = :id", id=scene.actor.colleague_id)
    assert await data(environment, "colleague", "reset-second-factor", email) == {"removed": False}
    async with scene.database.transaction() as session:
        await second_factors.wait_for(session, scene.actor.colleague_id, b"sealed", now())
        waits = await second_factors.waiting(session, scene.actor.colleague_id)
        assert waits is not None
        assert await second_factors.confirm(session, waits, 1, now())
        await second_factors.renew_recovery_codes(session, scene.actor.colleague_id, ["one", "two"])
    assert await data(environment, "colleague", "reset-second-factor", email) == {"removed": True}
    assert await scene.rows("SELECT colleague_id FROM authenticators") == []
    assert await scene.rows("SELECT id FROM recovery_codes") == []
    assert "No active colleague" in await refused(environment, "colleague", "reset-second-factor", "nobody@x.example")
