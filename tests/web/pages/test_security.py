"""What nobody may do through the pages, tried on every route as the application has them.

Forms that are not ours, other practices, other roles, nobody at all, and addresses that lead elsewhere. A new page is
tried without a word here. Names, sign-ins at the provider, headers and secrets are in ``test_leaks``.
"""

import re
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from tests.web.house import arrived, visitor
from tests.web.kit.test_forms import ELSEWHERE, OPEN
from tests.web.pages.signing_in.test_signing_in import csrf_of
from tests.web.street import Street, ask
from tests.web.walking import Walk, all_of
from web.pages.clients.many import list_at

LEADS_ON = frozenset(
    {"next", "back", "return", "return_to", "redirect", "redirect_uri", "url", "to_url", "goto", "then"}
)
"""Inputs of such names lead to another page."""

# Forms that are not ours


@pytest.mark.parametrize(
    "secret",
    [
        "another session's",
        pytest.param("none", marks=pytest.mark.thorough),
        pytest.param("another session's in a header", marks=pytest.mark.thorough),
    ],
)
async def test_no_form_does_anything_without_its_session_s_secret(street: Street, every: list[Walk], secret: str):
    http, other = await arrived(street.house.admin), await arrived(street.house.member)
    foreign, before = await csrf_of(other), await all_of(street.house.scene)
    wrong = []
    for walk in every:
        if walk.method != "POST" or walk.route in OPEN:
            continue
        words = walk.sent(street.own, foreign if secret == "another session's" else None)
        if secret == "another session's in a header":
            words |= {"headers": {"X-CSRF-Token": foreign}}
        answer = await ask(http, walk, street.own, **words)
        if answer.status_code != 403 or "Nothing was changed" not in answer.text:
            wrong.append(f"{walk.route}: {answer.status_code}")
    assert not wrong
    assert await all_of(street.house.scene) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        pytest.param({"Origin": "null"}, marks=pytest.mark.thorough),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, marks=pytest.mark.thorough),
    ],
)
async def test_no_form_of_another_site_does_anything(street: Street, every: list[Walk], headers: dict[str, str]):
    http = await arrived(street.house.admin)
    csrf, before = await csrf_of(http), await all_of(street.house.scene)
    wrong = []
    for walk in every:
        if walk.method == "POST":
            words = walk.sent(street.own, csrf)
            answer = await ask(http, walk, street.own, **(words | {"headers": words.get("headers", {}) | headers}))
            if answer.status_code != 403:
                wrong.append(f"{walk.route}: {answer.status_code}")
    assert not wrong
    assert await all_of(street.house.scene) == before


@pytest.mark.thorough
async def test_asking_for_a_page_changes_nothing(street: Street, every: list[Walk]):
    """Links can be followed by anybody's page: what changes something is a form."""
    http, before = await arrived(street.house.admin), await all_of(street.house.scene)
    for walk in every:
        if walk.method == "GET":
            assert (await ask(http, walk, street.own)).status_code < 500, walk.route
    after = await all_of(street.house.scene)
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}


# Other practices, other roles, nobody


@pytest.mark.thorough  # every day in test_authorisation, without the ids of both in one address
async def test_what_belongs_to_another_practice_does_not_exist(street: Street, every: list[Walk]):
    mine, theirs = await all_of(street.house.scene), await all_of(street.house.neighbour.scene)
    wrong = []
    for person in (street.house.admin, street.house.member):
        http = await arrived(person)
        mixed = [street.other | {thing: street.own[thing]} for thing in ("client_id", "run_id", "colleague_id")]
        csrf = await csrf_of(http)
        for walk in every:
            if not walk.things:
                continue
            expected = {403, 404} if walk.is_for_admins and person is street.house.member else {404}
            for ids in [street.other, *mixed] if len(walk.things) > 1 else [street.other]:
                answer = await ask(http, walk, ids, **walk.sent(ids, csrf))
                if answer.status_code not in expected:
                    wrong.append(f"{walk.method} {walk.route} as {person.actor.role}: {answer.status_code}")
    assert not wrong
    assert await all_of(street.house.neighbour.scene) == theirs
    assert strip(await all_of(street.house.scene)) == strip(mine)


def strip(rows: dict[str, list[str]]) -> dict[str, list[str]]:
    """Rows without those that signing in makes."""
    return {name: found for name, found in rows.items() if name not in {"web_sessions", "events"}}


@pytest.mark.thorough
async def test_members_do_not_get_the_pages_of_admins(street: Street, every: list[Walk]):
    http, before = await arrived(street.house.member), await all_of(street.house.scene)
    csrf, wrong = await csrf_of(http), []
    for walk in every:
        if not walk.is_for_admins:
            continue
        answer = await ask(http, walk, street.own, **walk.sent(street.own, csrf))
        if answer.status_code != 403 or "Only admins" not in answer.text:
            wrong.append(f"{walk.method} {walk.route}: {answer.status_code}")
    assert not wrong
    assert await all_of(street.house.scene) == before


def test_who_is_in_the_practice_is_for_admins_to_decide(every: list[Walk]):
    deciding = [walk for walk in every if walk.method == "POST" and walk.route.startswith("/team")]
    assert len(deciding) > 5
    assert [walk.route for walk in deciding if not walk.is_for_admins] == []
    assert [walk.is_for_admins for walk in every if walk.route == "/outbox"] == [True]


@pytest.mark.thorough
async def test_forms_take_nothing_of_another_practice(street: Street):
    http, own, other = await arrived(street.house.admin), street.own, street.other
    csrf, mine = await csrf_of(http), await all_of(street.house.scene)
    theirs = await all_of(street.house.neighbour.scene)
    for path, form in (
        (f"/team/teams/{own['team_id']}/members", {"member": other["admin_id"]}),
        (f"/team/colleagues/{own['colleague_id']}/hand-over", {"to": other["admin_id"]}),
        (f"/client-sync/{other['client_id']}/add-clients", {}),
    ):
        answer = await http.post(path, data=form | {"csrf": csrf})
        assert answer.status_code in {404, 422}, path
    assert await all_of(street.house.scene) == mine
    assert await all_of(street.house.neighbour.scene) == theirs


async def test_filters_find_nothing_of_another_practice(street: Street):
    http, other = await arrived(street.house.admin), street.other
    ((name,),) = await street.house.scene.rows("SELECT name FROM clients WHERE id = :id", id=UUID(other["client_id"]))
    assert name in (await (await arrived(street.house.neighbour)).get("/clients")).text
    for path in (
        "/clients",
        f"/clients?owner={other['admin_id']}",
        f"/clients?team={other['team_id']}",
        f"/clients.csv?owner={other['admin_id']}",
        f"/activity?colleague={other['admin_id']}",
        f"/clients/{street.own['client_id']}/connection?run={other['run_id']}",
        f"/team/colleagues/{street.own['colleague_id']}/hand-over?to={other['admin_id']}",
    ):
        answer = await http.get(path, follow_redirects=True)  # what is not known here is left out of the address
        assert answer.status_code == 200, path
        assert name not in answer.text, path
        assert "Mel Miller" not in answer.text, path


@pytest.mark.thorough  # every day in test_authorisation, without where it leads
async def test_nobody_gets_anything_without_signing_in(street: Street, every: list[Walk]):
    http, before = visitor(street.house.scene), await all_of(street.house.scene)
    for walk in every:
        if walk.route in OPEN or walk.route.startswith("/connect/"):
            continue
        answer = await ask(http, walk, street.own)
        assert answer.status_code in {303, 403}, walk.route  # a form without a session is nobody's
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/sign-in"), walk.route
    assert await all_of(street.house.scene) == before


# Where addresses lead


@pytest.mark.thorough
async def test_whatever_leads_on_leads_to_pages_of_ours(street: Street, every: list[Walk]):
    """Each input that could name another site is known here and tried with every such name."""
    leading = {(walk.method, walk.route, name) for walk in every for name in walk.inputs & LEADS_ON}
    first, second = {"/sign-in"}, {"/sign-in/code", "/sign-in/set-up"}  # tried in test_forms and test_second_factor
    sent = {("POST", f"{path}/passkey", "next") for path in ("/sign-in", "/sign-in/set-up")}  # tried in test_passkeys
    sent |= {("POST", "/sign-in/provider", "next")}  # tried in test_identity_attacks
    sent |= {("POST", f"/clients/many{rest}", "back") for rest in ("", "/done")}  # tried below
    assert leading == sent | {(method, path, "next") for method in ("GET", "POST") for path in first | second}
    http = await arrived(street.house.admin)
    for walk in every:
        if walk.method != "GET":
            continue
        answer = await ask(http, walk, street.own, params=dict.fromkeys(LEADS_ON, "//evil.example"))
        assert not urlsplit(answer.headers.get("location", "")).netloc, walk.route
        assert not re.search(r"(href|action|src)=\"[^\"]*evil\.example", answer.text), walk.route
    assert len(ELSEWHERE) > 10


@pytest.mark.parametrize("address", [*ELSEWHERE, "/clients?search=a\r\nLocation: //evil.example"])
def test_from_many_clients_the_way_back_leads_to_the_list_alone(address: str):
    assert list_at(address) == "/clients"
