"""What nobody may do through the pages, tried on every route as the application has them.

Forms that are not ours, other practices, other roles, other people's sign-ins, names that are HTML or break headers,
secrets that leak. A new page is tried without a word here.
"""

import logging
import re
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio
from sqlmodel import select

from contracts.runs import Stage
from models import practices
from models.encryption import open_tokens
from models.grant import Grant
from starter.web.app import create_app
from tests.journeys.people import change
from tests.journeys.scene import Scene
from tests.web.house import Browsers, House, Person, arrived, session_of, visitor
from tests.web.test_forms import ELSEWHERE, OPEN
from tests.web.test_signing_in import csrf_of
from tests.web.walking import Walk, all_of, walks

HOSTILE = (
    "\"><img src=x onerror=alert(1)>\r\nX-Evil: 1 \N{RIGHT-TO-LEFT OVERRIDE}{{7*7}}\N{LATIN SMALL LETTER E WITH ACUTE}'"
)
"""Breaks out of attributes and of headers where it is not escaped."""

LEADS_ON = frozenset(
    {"next", "back", "return", "return_to", "redirect", "redirect_uri", "url", "to_url", "goto", "then"}
)
"""Inputs of such names lead to another page."""

CLOSED = {
    "content-security-policy": "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; "
    "img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
"""Headers of every page."""

BEYOND_US = ("httpx", "httpx2", "httpcore", "asyncio", "playwright", "aiohttp", "uvicorn.access")
"""Loggers of the tests' own clients, and of libraries that ``runtime.logging`` silences."""


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


@pytest.fixture(scope="module")
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
    (added,) = [row for row in run["organisations"] if row["outcome"] == "created"]
    return {
        "run_id": run["run_id"],
        "client_id": added["client_id"],
        "organisation_id": organisation,
        "team_id": str(team.id),
        "colleague_id": str(colleague.id),
        "admin_id": str(scene.actor.colleague_id),
    }


@pytest_asyncio.fixture(scope="module")
async def street(house: House) -> Street:
    """Both practices, furnished."""
    return Street(house, await furnished(house.admin, 0), await furnished(house.neighbour, 1))


async def ask(http: httpx2.AsyncClient, walk: Walk, ids: dict[str, str], **words: Any) -> httpx2.Response:
    """Walk one way; without the session's secret unless it is given."""
    return await http.request(walk.method, walk.address(ids), **(walk.sent(ids) | words))


# Forms that are not ours


async def test_no_form_does_anything_without_its_session_s_secret(street: Street, every: list[Walk]):
    http, other = await arrived(street.house.admin), await arrived(street.house.member)
    foreign, before = await csrf_of(other), await all_of(street.house.scene)
    wrong = []
    for walk in every:
        if walk.method != "POST" or walk.route in OPEN:
            continue
        nothing = walk.sent(street.own)
        for words in (nothing, walk.sent(street.own, foreign), nothing | {"headers": {"X-CSRF-Token": foreign}}):
            answer = await ask(http, walk, street.own, **words)
            if answer.status_code != 403 or "Nothing was changed" not in answer.text:
                wrong.append(f"{walk.route}: {answer.status_code}")
    assert not wrong
    assert await all_of(street.house.scene) == before


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
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


async def test_asking_for_a_page_changes_nothing(street: Street, every: list[Walk]):
    """Links can be followed by anybody's page: what changes something is a form."""
    http, before = await arrived(street.house.admin), await all_of(street.house.scene)
    for walk in every:
        if walk.method == "GET":
            assert (await ask(http, walk, street.own)).status_code < 500, walk.route
    after = await all_of(street.house.scene)
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}


# Other practices, other roles, nobody


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
        answer = await http.get(path)
        assert answer.status_code == 200, path
        assert name not in answer.text, path
        assert "Mel Miller" not in answer.text, path


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


async def test_whatever_leads_on_leads_to_pages_of_ours(street: Street, every: list[Walk]):
    """Each input that could name another site is known here and tried with every such name."""
    leading = {(walk.method, walk.route, name) for walk in every for name in walk.inputs & LEADS_ON}
    assert leading == {("GET", "/sign-in", "next"), ("POST", "/sign-in", "next")}  # tried in test_forms
    http = await arrived(street.house.admin)
    for walk in every:
        if walk.method != "GET":
            continue
        answer = await ask(http, walk, street.own, params=dict.fromkeys(LEADS_ON, "//evil.example"))
        assert not urlsplit(answer.headers.get("location", "")).netloc, walk.route
        assert not re.search(r"(href|action|src)=\"[^\"]*evil\.example", answer.text), walk.route
    assert len(ELSEWHERE) > 10


# Sign-ins at the provider


async def begun(person: Person) -> tuple[str, str]:
    """Begin a run; gives its id and the authorize URL."""
    answer = await person.scene.http.post("/api/v1/client-sync/xero/reconnect-all")
    assert answer.status_code == 201, answer.text
    return answer.json()["run_id"], answer.json()["authorize_url"]


async def callback_of(person: Person, authorize_url: str) -> str:
    """The address to which the provider sends the browser back, not followed."""
    state = parse_qs(urlsplit(authorize_url).query)["state"][0]
    return f"/connect/xero/callback?state={state}&code=made-up"


async def signals_of(scene: Scene, run_id: str) -> int:
    """How often a run has been told of a sign-in."""
    history = await scene.handle(run_id).fetch_history()
    return sum(event.HasField("workflow_execution_signaled_event_attributes") for event in history.events)


async def test_a_sign_in_that_came_back_once_does_nothing_again(street: Street):
    person = street.house.admin
    run_id, authorize_url = await begun(person)
    page = await allowed(person.scene, authorize_url)
    assert page.status_code == 200
    await person.scene.until_stage(run_id, "finished")
    browsers = await arrived(person), visitor(person.scene)
    exchanged, before = person.scene.world.calls.token_exchanges, await all_of(person.scene)
    for http in browsers:
        assert (await http.get(f"{page.url.path}?{page.url.query.decode()}")).status_code < 400
    assert person.scene.world.calls.token_exchanges == exchanged
    assert await all_of(person.scene) == before
    assert await signals_of(person.scene, run_id) == 1


async def test_a_sign_in_is_finished_by_whoever_began_it(street: Street):
    """Else who sends a colleague the address of a sign-in gets the login with which it is followed."""
    person = street.house.admin
    run_id, authorize_url = await begun(person)
    path = await callback_of(person, authorize_url)
    for stranger in (street.house.member, street.house.neighbour):
        answer = await (await arrived(stranger)).get(path)
        assert (answer.status_code, "begun by somebody else" in answer.text) == (403, True)
        assert run_id not in answer.text
    assert await signals_of(person.scene, run_id) == 0
    page = await allowed(person.scene, authorize_url)  # nothing of it was used up
    assert page.status_code == 200
    assert (await person.scene.until_stage(run_id, "finished"))["stage"] == Stage.FINISHED


async def test_a_sign_in_belongs_to_its_provider(street: Street):
    person = street.house.admin
    run_id, authorize_url = await begun(person)
    path = await callback_of(person, authorize_url)
    http = await arrived(person)
    for wrong in (path.replace("/xero/", "/sage/"), path.replace("state=", "state=x"), "/connect/xero/callback"):
        answer = await http.get(wrong)
        assert (answer.status_code, "not known" in answer.text) == (404, True)
    assert await signals_of(person.scene, run_id) == 0
    await person.scene.cancel(run_id)


# Names from outside


@pytest_asyncio.fixture(scope="module")
async def hostile(street: Street) -> Street:
    """The first practice, whose every name is hostile."""
    own = {"id": street.house.admin.actor.practice_id, "name": HOSTILE}
    for statement in (
        "UPDATE practices SET name = :name WHERE id = :id",
        "UPDATE colleagues SET name = :name WHERE practice_id = :id",
        "UPDATE teams SET name = :name WHERE practice_id = :id",
        "UPDATE clients SET name = :name WHERE practice_id = :id",
        "UPDATE connections SET organisation_name = :name, cause_detail = :name WHERE practice_id = :id",
        "UPDATE runs SET message = :name WHERE practice_id = :id",
        "UPDATE run_organisations SET name = :name, message = :name, verdict_message = :name WHERE run_id IN "  # noqa: ISC004
        "(SELECT id FROM runs WHERE practice_id = :id)",
        "UPDATE events SET before = :name, after = :name WHERE practice_id = :id",
        "UPDATE contacts SET name = :name WHERE connection_id IN (SELECT id FROM connections WHERE practice_id = :id)",
        "UPDATE accounts SET name = :name WHERE connection_id IN (SELECT id FROM connections WHERE practice_id = :id)",
    ):
        await change(street.house.scene, statement, **own)
    return street


async def test_names_are_text_on_every_page_and_stay_out_of_headers(hostile: Street, every: list[Walk]):
    http = await arrived(hostile.house.admin)
    for walk in every:
        if walk.method != "GET":
            continue
        answer = await ask(http, walk, hostile.own)
        assert "x-evil" not in answer.headers, walk.route
        assert all(value.isascii() and value.isprintable() for value in answer.headers.values()), walk.route
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert "<img" not in answer.text, walk.route
            assert "49" not in re.findall(r"X-Evil: 1 .(\d+)", answer.text), walk.route
            assert "&lt;img src=x" in answer.text or answer.status_code >= 300, walk.route


async def test_names_are_text_in_a_browser_and_no_page_breaks_its_own_policy(
    hostile: Street, every: list[Walk], browsers: Browsers
):
    page, http = await browsers.signed_in(hostile.house.admin), await arrived(hostile.house.admin)
    said: list[str] = []
    page.on("dialog", lambda dialog: said.append(f"{page.url}: {dialog.message}"))
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    page.on("console", lambda line: said.append(f"{page.url}: {line.text}") if line.type == "error" else None)
    for walk in every:
        if walk.method != "GET" or walk.route.startswith(("/connect/", "/invitation/")):
            continue
        answer = await ask(http, walk, hostile.own)
        is_page = answer.headers.get("content-type", "").startswith("text/html")
        if answer.status_code != 200 or not is_page or "attachment" in answer.headers.get("content-disposition", ""):
            continue
        await page.goto(walk.address(hostile.own), wait_until="load")
        assert await page.locator("img").count() == 0, walk.route
    assert said == []


# Headers and secrets


async def test_every_page_has_every_header(street: Street, every: list[Walk]):
    http = await arrived(street.house.admin)
    for walk in every:
        answer = await ask(http, walk, street.own)  # forms are refused, in a page
        assert {name: answer.headers.get(name) for name in CLOSED} == CLOSED, f"{walk.method} {walk.route}"
        assert answer.headers["referrer-policy"] in {"same-origin", "no-referrer"}, walk.route
        assert "access-control-allow-origin" not in answer.headers, walk.route
        for cookie in answer.headers.get_list("set-cookie"):
            assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; ")), walk.route


def lines_of(caplog: pytest.LogCaptureFixture) -> str:
    """The log of our own process, every level of it."""
    return "\n".join(
        f"{record.name} {record.getMessage()} {record.exc_text or ''}"
        for record in caplog.records
        if not record.name.startswith(BEYOND_US)
    )


async def test_no_secret_stands_in_a_page_or_in_the_log(
    street: Street, every: list[Walk], caplog: pytest.LogCaptureFixture
):
    person = street.house.admin
    scene, session_secret = person.scene, await session_of(person)
    http = visitor(scene, session_secret)
    with caplog.at_level(logging.DEBUG):
        run_id, authorize_url = await begun(person)
        back = await allowed(scene, authorize_url)
        await scene.until_stage(run_id, "finished")
        invitation = await scene.operations.sessions.invite_by_email(street.house.member.email)
        pages = [(await ask(http, walk, street.own)).text for walk in every]
        pages += [back.text, (await visitor(scene).get(urlsplit(invitation).path)).text]
    csrf = await csrf_of(http)
    returned = parse_qs(back.url.query.decode())
    secrets = {
        "session": session_secret,
        "client secret": scene.settings.required("xero_client_secret"),
        "keys": scene.settings.required("encryption_keys"),
        "API token": scene.http.headers["authorization"].partition(" ")[2],
        "state": returned["state"][0],
        "code": returned["code"][0],
    }
    async with scene.database.session() as session:
        (kept,) = await scene.rows("SELECT password_hash FROM colleagues WHERE id = :id", id=person.actor.colleague_id)
        secrets["password"] = kept[0]
        for grant in (await session.exec(select(Grant))).all():
            tokens = open_tokens(scene.settings.key_ring().for_purpose("database"), grant.id, grant.sealed_tokens)
            secrets |= {f"access {grant.id}": tokens.access_token, f"refresh {grant.id}": tokens.refresh_token}
    log = lines_of(caplog)
    assert [name for name, secret in secrets.items() if any(secret in page for page in pages)] == []
    secrets |= {"csrf": csrf, "invitation": urlsplit(invitation).path.rpartition("/")[2]}
    assert "GET /account 200" in log
    told = [line for line in log.splitlines() for secret in secrets.values() if secret in line]
    assert told == []
