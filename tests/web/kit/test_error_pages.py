"""What people read when something goes wrong, and that programs go on reading JSON."""

import logging
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from contracts.words.refusals import RefusalCode, Refused
from models.kit.database_away import DatabaseAway
from tests.journeys.scene import Scene
from tests.journeys.serving import listening, serving
from tests.web.house import House, session_of, visitor
from web.app import create_app
from web.kit.viewing import Admin, Viewer, page_router

SECRET = "a-secret-in-an-error"


@pytest_asyncio.fixture(scope="module")
async def web(product: Scene) -> AsyncIterator[str]:
    """The web backend with pages that go wrong."""
    app = create_app(product.operations, ring=product.settings.key_ring())
    router = page_router()

    @router.get("/test/fault")
    async def fault(_: Viewer) -> None:
        raise ValueError(SECRET)

    @router.get("/test/offline")
    async def offline(_: Viewer) -> None:
        raise DatabaseAway(SECRET)

    @router.get("/test/waits")
    async def waits(_: Viewer) -> None:
        raise Refused(RefusalCode.UNAVAILABLE, "Xero cannot be reached just now. Nothing was changed.")

    @router.get("/test/admins")
    async def admins(_: Admin) -> None:
        """For admins."""

    @router.get("/test/number/{number}")
    async def number(number: int, _: Viewer) -> None:
        """Takes a number."""

    app.include_router(router)
    socket, url = listening()
    async with serving(app, socket):
        yield url


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nothing", 404, ["There is nothing here", "mistyped", 'href="/"']),
        ("/test/fault", 500, ["went wrong on our side", "reference"]),
        ("/test/offline", 503, ["Our database does not answer", 'href=""', "Try again"]),
        ("/test/waits", 503, ["Nothing was changed", 'href=""']),
        ("/test/admins", 403, ["Only admins", "You cannot do this"]),
        ("/test/number/x", 422, ["This could not be done"]),
        ("/%00", 404, ["There is nothing here"]),
    ],
)
async def test_a_page_says_what_happened_and_what_next(
    house: House, web: str, caplog: pytest.LogCaptureFixture, path: str, status: int, words: list[str]
):
    http = visitor(house.scene, await session_of(house.member))
    with caplog.at_level(logging.CRITICAL):
        page = await http.get(f"{web}{path}")
        answer = await http.get(f"{web}{path}", headers={"Accept": "application/json"})
    assert (page.status_code, page.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert all(word in page.text for word in words), page.text
    assert SECRET not in page.text
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()["error"]) >= {"code", "message"}


async def test_calls_of_the_api_answer_in_json_also_to_browsers(house: House):
    http = visitor(house.scene)
    for path, status in (("/api/v1/clients", 401), ("/api/nothing", 404), ("/codec/nothing", 404)):
        answer = await http.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")


async def test_a_page_that_is_asked_for_in_the_wrong_way_is_explained(house: House):
    answer = await visitor(house.scene).put("/sign-in")
    assert (answer.status_code, "This address is not a page" in answer.text) == (405, True)
    huge = await visitor(house.scene).post("/sign-in", data={"email": "x" * 3_000_000})
    assert (huge.status_code, "too much at once" in huge.text) == (413, True)


async def test_going_back_leads_to_the_page_before_and_never_elsewhere(house: House):
    http = visitor(house.scene)
    for referrer, shown in ((f"{house.scene.web}/account", True), ("http://evil.example/account", False)):
        page = await http.get("/nothing", headers={"Referer": referrer})
        assert ('href="/account"' in page.text) is shown
        assert "evil" not in page.text


async def test_files_are_kept_by_browsers_until_they_change_and_pages_are_not(house: House):
    http = visitor(house.scene)
    page = await http.get("/sign-in")
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"
    address = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert "immutable" in (await http.get(address)).headers["cache-control"]
    assert "immutable" not in (await http.get(address.partition("?")[0])).headers.get("cache-control", "")
