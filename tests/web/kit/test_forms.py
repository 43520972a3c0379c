"""Nothing changes because of a form that is not ours: other sites, other sessions, sessions that are over."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote

import pytest
from fastapi.routing import APIRoute

from starter.access.first_step import LONGEST
from tests.web.house import PASSWORD, House, arrived, session_of, visitor
from tests.web.pages.signing_in.test_signing_in import csrf_of, is_in, sign_in
from web import pages
from web.kit.addresses import HOME, behind, local
from web.kit.viewing import from_own_form, from_own_page

OPEN = {
    "/sign-in",
    "/sign-in/passkey",
    "/sign-in/passkey/begin",
    "/sign-in/provider",
    "/sign-in/provider/callback",
    "/sign-in/code",
    "/sign-in/code/passkey",
    "/sign-in/set-up",
    "/sign-in/set-up/passkey",
    "/sign-in/over",
    "/invitation/{token}",
    "/forgotten-password",
    "/forgotten-password/{token}",
    "/sign-in-link/{token}",
    "/client-sign-in/{token}",
}
"""Forms for people who are not signed in: they need a password, a passkey, an account elsewhere, or a link's secret."""


@pytest.mark.parametrize("csrf", [None, "", "made-up", "of another session"])
async def test_a_form_needs_the_secret_of_its_own_session(house: House, csrf: str | None):
    http, other = await arrived(house.admin), await arrived(house.admin)
    sent = await csrf_of(other) if csrf == "of another session" else csrf
    assert sent != await csrf_of(http)
    answer = await http.post("/account/sign-out-everywhere", data={} if sent is None else {"csrf": sent})
    assert (answer.status_code, "Nothing was changed" in answer.text) == (403, True)
    header = await http.post("/account/sign-out-everywhere", headers={"X-CSRF-Token": sent or "x"})
    assert header.status_code == 403
    assert await is_in(http)


async def test_a_script_of_ours_sends_the_secret_in_a_header(house: House):
    http = await arrived(house.admin)
    answer = await http.post("/sign-out", headers={"X-CSRF-Token": await csrf_of(http)})
    assert answer.status_code == 303
    assert not await is_in(http)


async def test_a_form_may_name_thousands_of_organisations(house: House):
    http = await arrived(house.admin)
    data = {"csrf": await csrf_of(http), "organisation": [str(number) for number in range(5000)]}
    assert (await http.post("/sign-out", data=data)).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://127.0.0.1.evil.example"},
    ],
)
async def test_a_form_on_another_site_does_nothing_even_with_the_secret(house: House, headers: dict[str, str]):
    http = await arrived(house.admin)
    answer = await http.post("/sign-out", data={"csrf": await csrf_of(http)}, headers=headers)
    assert answer.status_code == 403
    assert await is_in(http)
    signed_in = await visitor(house.scene).post(
        "/sign-in", data={"email": house.admin.email, "password": PASSWORD}, headers=headers
    )
    assert (signed_in.status_code, "set-cookie" in signed_in.headers) == (403, False)


def test_no_page_forgets_to_look_where_a_form_comes_from():
    routes = [route for router in pages.ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    changing = [route for route in routes if (route.methods or set()) - {"GET", "HEAD"}]
    assert changing
    for route in changing:
        looked_at = {depends.dependency for depends in route.dependencies}
        assert from_own_page in looked_at, route.path
        assert from_own_form in looked_at or route.path in OPEN, route.path


async def test_a_session_that_ends_before_a_form_is_sent_leads_to_the_sign_in_and_does_nothing(
    house: House, later: Callable[[timedelta], None]
):
    http = await arrived(house.admin)
    other = await session_of(house.admin)
    csrf = await csrf_of(http)
    later(LONGEST + timedelta(seconds=1))
    referrer = {"Referer": f"{house.scene.web}/account?tab=2"}
    answer = await http.post("/account/sign-out-everywhere", data={"csrf": csrf}, headers=referrer)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/account%3Ftab%3D2&said=session-over"
    later(timedelta())
    assert await is_in(visitor(house.scene, other))
    script = await http.post(
        "/account/sign-out-everywhere", headers={"Accept": "application/json", "X-CSRF-Token": "x"}
    )
    assert script.status_code == 403


async def test_scripts_are_told_that_a_session_is_over(house: House):
    answer = await visitor(house.scene, "over", Accept="application/json").get("/account")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthenticated")


ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "http://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "evil.example",
    "/%0d%0aLocation: //evil.example".replace("%0d%0a", "\r\n"),
    "/sign-in?next=//evil.example",
    "/sign-out",
    "/api/v1/clients",
    "/\u2028/evil.example",
    "",
]


@pytest.mark.parametrize("address", ELSEWHERE)
async def test_signing_in_leads_to_pages_of_ours_alone(house: House, address: str):
    assert local(address) == HOME
    form = await visitor(house.scene).get(f"/sign-in?next={quote(address, safe='')}")
    assert 'name="next" value="/"' in form.text
    answer = await sign_in(visitor(house.scene), house.admin.email, back=address)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    "address", ["/clients", "/clients?search=a%2Fb&offset=50", "/%2F%2Fevil.example", "/clients/1#x"]
)
def test_pages_of_ours_are_kept(address: str):
    assert local(address) == address


@pytest.mark.parametrize(
    ("referrer", "page"),
    [
        ("http://here.test/clients?page=2", "/clients?page=2"),
        ("http://evil.example/clients", HOME),
        ("http://here.test//evil.example", HOME),
        ("http://[", HOME),
        (None, HOME),
    ],
)
def test_the_page_behind_a_form(referrer: str | None, page: str):
    assert behind(referrer, "here.test") == page


async def test_an_address_cannot_put_words_on_a_page(house: House):
    page = await visitor(house.scene).get("/sign-in?said=Call+0900+123")
    assert "0900" not in page.text
