"""A stranger who tries passwords locks nobody out of a browser in which they have signed in."""

import httpx2
import pytest

from models.access import sessions
from starter.access.attempts import MOST_FROM_IP, MOST_WITH_ADDRESS, SLOW_DOWN
from tests.journeys.people import change
from tests.web.house import PASSWORD, House, made_house, visitor
from tests.web.pages.signing_in.test_signing_in import csrf_of, is_in, sign_in


async def tried(house: House, email: str, times: int) -> httpx2.Response:
    """A stranger tries an address; gives the last answer."""
    stranger = visitor(house.scene)
    for _ in range(times):
        answer = await sign_in(stranger, email, "wrong wrong wrong")
    return answer


async def without_session(house: House, http: httpx2.AsyncClient) -> httpx2.AsyncClient:
    """The same browser after its session: what it was known by is all that it keeps."""
    left = visitor(house.scene)
    left.cookies.set("clientsync-known", http.cookies["clientsync-known"])
    return left


async def test_a_stranger_locks_nobody_out_of_a_browser_that_they_use(house: House):
    own = await made_house(house.scene)
    http = visitor(own.scene)
    assert (await sign_in(http, own.admin.email)).status_code == 303
    assert (await tried(own, own.admin.email, MOST_WITH_ADDRESS + 1)).status_code == 429
    assert (await sign_in(visitor(own.scene), own.admin.email)).status_code == 429  # a browser that is not known
    known = await without_session(own, http)
    assert (await sign_in(known, own.admin.email)).status_code == 303
    assert await is_in(known)


@pytest.mark.thorough
async def test_a_known_browser_has_its_own_limit_and_for_its_own_people_alone(house: House):
    own = await made_house(house.scene)
    http = visitor(own.scene)
    assert (await sign_in(http, own.admin.email)).status_code == 303
    known = await without_session(own, http)
    for _ in range(MOST_WITH_ADDRESS):
        assert (await sign_in(known, own.admin.email, "wrong wrong wrong")).status_code == 401
    answer = await sign_in(known, own.admin.email)
    assert (answer.status_code, SLOW_DOWN in answer.text) == (429, True)
    assert (await sign_in(visitor(own.scene), own.admin.email)).status_code == 303
    await tried(own, own.member.email, MOST_WITH_ADDRESS + 1)
    assert (await sign_in(known, own.member.email)).status_code == 429  # nobody has signed in as them here


@pytest.mark.thorough
async def test_an_office_that_shares_an_address_is_not_locked_out_where_it_is_known(house: House):
    own = await made_house(house.scene)
    http = visitor(own.scene)
    assert (await sign_in(http, own.admin.email)).status_code == 303
    async with own.scene.database.transaction() as session:
        for number in range(MOST_FROM_IP + 1):
            await sessions.attempt(
                session, f"{number}@nowhere.example", "127.0.0.1", own.scene.operations.sessions.clock()
            )
    try:
        assert (await sign_in(visitor(own.scene), own.member.email)).status_code == 429
        assert (await sign_in(await without_session(own, http), own.admin.email)).status_code == 303
    finally:
        await change(own.scene, "DELETE FROM sign_in_attempts WHERE ip = '127.0.0.1'")


@pytest.mark.thorough
async def test_a_stranger_keeps_nobody_from_changing_their_password(house: House):
    own = await made_house(house.scene)
    http = visitor(own.scene)
    await sign_in(http, own.admin.email)
    await tried(own, own.admin.email, MOST_WITH_ADDRESS + 1)
    new = "four calm ferries waiting"
    form = {"current_password": PASSWORD, "new_password": new, "again": new, "csrf": await csrf_of(http)}
    assert (await http.post("/account", data=form)).status_code == 303


@pytest.mark.thorough
async def test_who_signs_out_everywhere_or_gets_a_new_password_is_known_nowhere(house: House):
    for ends in ("everywhere", "link"):
        own = await made_house(house.scene)
        http = visitor(own.scene)
        await sign_in(http, own.admin.email)
        known = await without_session(own, http)
        if ends == "everywhere":
            await own.scene.operations.sessions.sign_out_everywhere(own.admin.actor)
        else:
            link = await own.scene.operations.sessions.invite_by_email(own.admin.email)
            token = link.rpartition("/")[2]
            await own.scene.operations.sessions.invitations.choose(token, PASSWORD, browser="")
        await tried(own, own.admin.email, MOST_WITH_ADDRESS + 1)
        assert (await sign_in(known, own.admin.email)).status_code == 429, ends


@pytest.mark.thorough
async def test_the_mark_is_kept_from_scripts_and_other_sites(house: House):
    answer = await sign_in(visitor(house.scene), house.admin.email)
    [mark] = [line for line in answer.headers.get_list("set-cookie") if line.startswith("clientsync-known=")]
    assert "HttpOnly" in mark
    assert "SameSite=strict" in mark


@pytest.mark.thorough
async def test_who_is_of_several_practices_chooses_one(house: House):
    own = await made_house(house.scene)
    await change(
        own.scene,
        "UPDATE colleagues SET email = :email WHERE id = :id",
        email=own.admin.email,
        id=own.neighbour.actor.colleague_id,
    )
    http = visitor(own.scene)
    asked = await sign_in(http, own.admin.email)
    assert (asked.status_code, "You are a colleague of several" in asked.text) == (200, True)
    assert "set-cookie" not in asked.headers
    chosen = {"email": own.admin.email, "password": PASSWORD, "practice": str(own.neighbour.actor.practice_id)}
    assert (await http.post("/sign-in", data=chosen)).status_code == 303
    assert own.neighbour.actor.practice_name in (await http.get("/account")).text
    chosen["practice"] = str(own.scene.actor.colleague_id)  # of no practice
    assert (await visitor(own.scene).post("/sign-in", data=chosen)).status_code == 401
