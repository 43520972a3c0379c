"""What a browser hears of a run ends with the session in which it listens, whatever ended that."""

from datetime import timedelta

import pytest

from tests.journeys.people import change
from tests.web.house import House, Person, session_of, visitor
from tests.web.pages.signing_in.test_signing_in import Later

ENDS = ("signed out", "signed out everywhere", "left", "idle")


async def end(house: House, person: Person, how: str, later: Later) -> None:
    sessions = house.scene.operations.sessions
    match how:
        case "signed out":
            http = visitor(house.scene, await session_of(person))
            assert (await http.get("/account")).status_code == 200
            await change(
                house.scene,
                "UPDATE web_sessions SET revoked_at = now() WHERE colleague_id = :id",
                id=person.actor.colleague_id,
            )
        case "signed out everywhere":
            await sessions.sign_out_everywhere(person.actor)
        case "left":
            await change(
                house.scene, "UPDATE colleagues SET deactivated_at = now() WHERE id = :id", id=person.actor.colleague_id
            )
        case _:
            later(timedelta(hours=13))


@pytest.mark.parametrize("how", ENDS)
async def test_a_stream_ends_with_its_session(house: House, later: Later, how: str):
    person = house.member
    run_id, _ = await person.scene.start()
    http = visitor(house.scene, await session_of(person))
    async with http.stream("GET", f"/activity/{run_id}/events") as stream:
        heard = stream.aiter_lines()
        assert "data:" in "".join([await anext(heard), await anext(heard)])
        await end(house, person, how, later)
        await house.admin.scene.cancel(run_id)  # there is news, which is told to nobody any more
        rest = [line async for line in heard]
    await change(
        house.scene, "UPDATE colleagues SET deactivated_at = NULL WHERE id = :id", id=person.actor.colleague_id
    )
    assert not [line for line in rest if "finished" in line]
