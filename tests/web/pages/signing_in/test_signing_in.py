"""Signing in, staying signed in, and signing out: what a browser is given, and what ends it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from http.cookies import Morsel, SimpleCookie

import httpx2
import pytest
from httpx2 import ASGITransport

from models.access import sessions
from starter.access.attempts import MOST_FROM_IP, MOST_WITH_ADDRESS, SLOW_DOWN
from starter.access.first_step import LONGEST
from starter.access.sessions import IDLE, WRONG
from tests.journeys.people import change
from tests.web.house import PASSWORD, House, arrived, made_house, session_of, visitor
from web.app import create_app

Later = Callable[[timedelta], None]
HTTP_SESSION = "clientsync"


async def sign_in(http: httpx2.AsyncClient, email: str, password: str = PASSWORD, back: str = "") -> httpx2.Response:
    return await http.post("/sign-in", data={"email": email, "password": password, "next": back})


def cookie_in(answer: httpx2.Response, name: str) -> Morsel[str]:
    """A cookie that an answer sets, beside others."""
    [line] = [line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{name}=")]
    return SimpleCookie(line)[name]


async def is_in(http: httpx2.AsyncClient) -> bool:
    return (await http.get("/account")).status_code == 200


async def test_the_page_that_was_asked_for_comes_after_signing_in(house: House):
    http = visitor(house.scene)
    asked = await http.get("/account?tab=1")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=/account%3Ftab%3D1")
    form = await http.get(asked.headers["location"])
    assert 'name="next" value="/account?tab=1"' in form.text
    answer = await sign_in(http, house.admin.email, back="/account?tab=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account?tab=1")
    page = await http.get("/account")
    assert house.admin.actor.practice_name in page.text
    assert (await http.get("/sign-in")).headers["location"] == "/"


async def test_unknown_addresses_and_wrong_passwords_get_the_same_answer(house: House):
    answers = [
        await sign_in(visitor(house.scene), email, password)
        for email, password in (
            (house.admin.email, "wrong wrong wrong"),
            ("nobody@nowhere.example", "wrong wrong wrong"),
            ("nobody@nowhere.example", PASSWORD),
            ("", ""),
            ("nul\x00@nowhere.example", PASSWORD),
        )
    ]
    plain = {answer.text.replace(house.admin.email, "").replace("nobody@nowhere.example", "") for answer in answers[:3]}
    assert len(plain) == 1
    assert {answer.status_code for answer in answers} == {401}
    assert all(WRONG in answer.text and "set-cookie" not in answer.headers for answer in answers)


async def test_who_has_left_or_has_no_password_cannot_sign_in(house: House):
    own = await made_house(house.scene)
    http = await arrived(own.member)
    assert await is_in(http)
    await change(
        house.scene, "UPDATE colleagues SET deactivated_at = now() WHERE email = :email", email=own.member.email
    )
    assert not await is_in(http)
    assert (await sign_in(visitor(house.scene), own.member.email)).status_code == 401
    await change(house.scene, "UPDATE colleagues SET password_hash = NULL WHERE email = :email", email=own.admin.email)
    assert (await sign_in(visitor(house.scene), own.admin.email)).status_code == 401
    assert (await sign_in(visitor(house.scene), own.admin.email, "nobody has this password")).status_code == 401


@pytest.mark.thorough
async def test_too_many_attempts_with_an_address_end_also_for_the_right_password(house: House, later: Later):
    own = await made_house(house.scene)
    places = [visitor(house.scene, **{"X-Forwarded-For": f"203.0.113.{number}"}) for number in range(MOST_WITH_ADDRESS)]
    tried = await asyncio.gather(*(sign_in(http, own.admin.email, "wrong wrong wrong") for http in places))
    assert {answer.status_code for answer in tried} == {401}
    refused = await sign_in(places[0], own.admin.email.upper())
    assert (refused.status_code, SLOW_DOWN in refused.text) == (429, True)
    assert (await sign_in(places[0], own.member.email)).status_code == 303
    later(timedelta(minutes=16))
    assert (await sign_in(places[0], own.admin.email)).status_code == 303


@pytest.mark.thorough
async def test_a_good_sign_in_forgets_the_wrong_ones_before(house: House):
    own = await made_house(house.scene)
    http = visitor(house.scene, **{"X-Forwarded-For": "198.51.100.1"})
    for _ in range(2):
        for _ in range(MOST_WITH_ADDRESS - 1):
            assert (await sign_in(http, own.admin.email, "wrong wrong wrong")).status_code == 401
        assert (await sign_in(http, own.admin.email)).status_code == 303


@pytest.mark.thorough
async def test_too_many_attempts_from_one_place_end_whatever_the_address(house: House):
    place = "198.51.100.77"
    async with house.scene.database.transaction() as session:
        for number in range(MOST_FROM_IP):
            at = house.scene.operations.sessions.clock()
            await sessions.attempt(session, f"guess-{number}@nowhere.example", place, at)
    there = visitor(house.scene, **{"X-Forwarded-For": place})
    assert (await sign_in(there, house.admin.email)).status_code == 429
    assert (await sign_in(visitor(house.scene), house.admin.email)).status_code == 303


async def test_a_session_from_before_signing_in_is_worth_nothing(house: House):
    """Session fixation: what somebody else put into the browser is not what the colleague is signed in with."""
    planted = "planted-by-somebody-else"
    http = visitor(house.scene, planted)
    answer = await sign_in(http, house.admin.email)
    given = SimpleCookie(answer.headers["set-cookie"])[HTTP_SESSION].value
    assert given != planted
    assert not await is_in(visitor(house.scene, planted))
    assert await is_in(visitor(house.scene, given))
    stored = await house.scene.rows("SELECT encode(token_hash, 'escape') FROM web_sessions")
    assert all(given not in row[0] for row in stored)


async def test_signing_in_as_somebody_else_ends_the_session_before(house: House):
    before = await session_of(house.admin)
    answer = await sign_in(visitor(house.scene, before), house.member.email)
    assert answer.status_code == 303
    assert not await is_in(visitor(house.scene, before))


async def test_the_cookie_is_for_the_server_and_this_site_alone(house: House):
    plain = cookie_in(await sign_in(visitor(house.scene), house.admin.email), HTTP_SESSION)
    assert (plain["httponly"], plain["samesite"], plain["secure"], plain["path"]) == (True, "lax", "", "/")
    app = create_app(house.scene.operations, ring=house.scene.settings.key_ring(), is_secure=True)
    headers = {"Origin": "https://sync.example", "Accept": "text/html"}
    async with httpx2.AsyncClient(
        transport=ASGITransport(app), base_url="https://sync.example", headers=headers
    ) as behind_tls:
        secure = cookie_in(await sign_in(behind_tls, house.admin.email), "__Host-clientsync")
        assert (secure["httponly"], secure["samesite"], secure["secure"]) == (True, "lax", True)
        assert (secure["path"], secure["domain"]) == ("/", "")
        assert await is_in(behind_tls)
        behind_tls.cookies.clear()
        behind_tls.cookies.set("clientsync", secure.value)  # the name that another site on the host could set
        assert not await is_in(behind_tls)


async def test_the_api_takes_no_cookie(house: House):
    http = await arrived(house.admin, Accept="application/json")
    assert await is_in(http)
    for path in ("/api/v1/clients", "/api/v1/runs", "/api/v1/connections"):
        assert (await http.get(path)).status_code == 401
    started = await http.post("/api/v1/client-sync/xero/add-clients")
    assert (started.status_code, started.headers["www-authenticate"]) == (401, "Bearer")
    bearer = visitor(house.scene, Authorization=house.admin.scene.http.headers["authorization"])
    assert (await bearer.get("/account")).status_code == 303


async def test_sessions_end_by_themselves(house: House, later: Later):
    token = await session_of(house.admin)
    http = visitor(house.scene, token)
    later(IDLE - timedelta(minutes=1))
    assert await is_in(http)  # and is in use, from here on
    later(IDLE + timedelta(minutes=1))
    assert await is_in(http)
    later(IDLE * 2 + timedelta(minutes=2))
    over = await http.get("/account")
    assert over.headers["location"] == "/sign-in?next=/account&said=session-over"
    assert "Your session is over" in (await http.get(over.headers["location"])).text


async def test_a_page_that_looks_again_by_itself_keeps_no_session_going(house: House, later: Later):
    http = await arrived(house.admin)
    later(IDLE - timedelta(minutes=1))
    assert (await http.get("/clients", headers={"X-By-Itself": "yes"})).status_code == 200
    later(IDLE + timedelta(minutes=1))
    assert not await is_in(http)


async def test_sessions_end_after_two_weeks_however_busy(house: House, later: Later):
    http = await arrived(house.admin)
    passed = timedelta()
    while passed < LONGEST - IDLE:
        passed += IDLE / 2
        later(passed)
        assert await is_in(http)
    later(LONGEST + timedelta(seconds=1))
    assert not await is_in(http)


async def test_signing_out_ends_this_session_alone(house: House):
    here, there = await arrived(house.admin), await arrived(house.admin)
    answer = await here.post("/sign-out", data={"csrf": await csrf_of(here)})
    assert answer.headers["location"] == "/sign-in?said=signed-out"
    assert 'clientsync=""' in answer.headers["set-cookie"]
    assert not await is_in(here)
    assert await is_in(there)


@pytest.mark.thorough
async def test_signing_out_everywhere_ends_all_of_ones_own(house: House):
    here, there = (
        await arrived(house.admin),
        await arrived(house.admin),
    )
    others = await arrived(house.member)
    await here.post("/account/sign-out-everywhere", data={"csrf": await csrf_of(here)})
    assert not await is_in(here)
    assert not await is_in(there)
    assert await is_in(others)


async def test_changing_the_password_ends_the_other_sessions(house: House):
    own = await made_house(house.scene)
    here, there = await arrived(own.admin), await arrived(own.admin)
    new = "five quiet harbours at night"
    words = {"csrf": await csrf_of(here), "current_password": PASSWORD, "new_password": new, "again": new}
    for wrong, sentence in (
        ({"current_password": "wrong wrong wrong"}, "not your current password"),
        ({"again": "other"}, "not the same"),
        ({"new_password": "short", "again": "short"}, "12 to 200"),
        ({"new_password": "aaaaaaaaaaaaaaa", "again": "aaaaaaaaaaaaaaa"}, "too easy"),
    ):
        refused = await here.post("/account", data=words | wrong)
        assert (refused.status_code, sentence in refused.text) == (422, True)
    assert await is_in(there)
    done = await here.post("/account", data=words)
    assert (done.status_code, done.headers["location"]) == (303, "/account?said=password-changed")
    assert await is_in(here)
    assert not await is_in(there)
    assert (await sign_in(visitor(house.scene), own.admin.email)).status_code == 401
    assert (await sign_in(visitor(house.scene), own.admin.email, new)).status_code == 303


async def csrf_of(http: httpx2.AsyncClient) -> str:
    """The secret in the forms of a session."""
    return (await http.get("/account")).text.partition('name="csrf" value="')[2].partition('"')[0]
