"""What gets where it does not belong: hostile names, missing headers, secrets.

Every route is tried as the application has it. Forms, practices and roles are in ``test_security``, other
people's sign-ins in ``test_sign_in_links``.
"""

import logging
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from sqlmodel import col, select

from models.connections.tables import Connection
from models.grants.tables import Grant
from models.kit.sealing import open_secret
from providers.kit.oauth.token_sets import unpacked
from providers.xero.settings import XeroSettings
from tests.journeys.people import change
from tests.web.house import Browsers, Person, arrived, session_of, visitor
from tests.web.pages.signing_in.test_signing_in import csrf_of
from tests.web.street import Street, allowed, ask
from tests.web.walking import Walk

HOSTILE = (
    "\"><img src=x onerror=alert(1)>\r\nX-Evil: 1 \N{RIGHT-TO-LEFT OVERRIDE}{{7*7}}\N{LATIN SMALL LETTER E WITH ACUTE}'"
)
"""Breaks out of attributes and of headers where it is not escaped."""

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
"""Loggers of the tests' own clients, and of libraries that ``runtime.observability.logging`` silences."""


async def begun(person: Person) -> tuple[str, str]:
    """Begin a run; gives its id and the authorize URL."""
    answer = await person.scene.http.post("/api/v1/client-sync/xero/reconnect-all")
    assert answer.status_code == 201, answer.text
    return answer.json()["run_id"], answer.json()["authorize_url"]


# Names from outside


@pytest_asyncio.fixture(scope="module")
async def hostile(own_street: Street) -> Street:
    """The first practice, whose every name is hostile."""
    street = own_street
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


@pytest.mark.thorough
async def test_names_are_text_on_every_page_and_stay_out_of_headers(hostile: Street, every: list[Walk]):
    http = await arrived(hostile.house.admin)
    for walk in every:
        if walk.method != "GET" or walk.route == "/forgotten-password":  # there is nothing of anybody on it
            continue
        answer = await ask(http, walk, hostile.own)
        assert "x-evil" not in answer.headers, walk.route
        assert all(value.isascii() and value.isprintable() for value in answer.headers.values()), walk.route
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert "<img" not in answer.text, walk.route
            assert "49" not in re.findall(r"X-Evil: 1 .(\d+)", answer.text), walk.route
            assert "&lt;img src=x" in answer.text or answer.status_code >= 300, walk.route


@pytest.mark.thorough
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
            words = set(cookie.split("; "))
            assert {"HttpOnly", "Path=/"} <= words, walk.route
            assert words & {"SameSite=lax", "SameSite=strict"}, walk.route


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
        "client secret": XeroSettings.among(scene.settings.providers).secret(),
        "keys": scene.settings.required("encryption_keys"),
        "API token": scene.http.headers["authorization"].partition(" ")[2],
        "state": returned["state"][0],
        "code": returned["code"][0],
    }
    async with scene.database.session() as session:
        (kept,) = await scene.rows("SELECT password_hash FROM colleagues WHERE id = :id", id=person.actor.colleague_id)
        secrets["password"] = kept[0]
        own = select(Connection.grant_id).where(Connection.practice_id == person.actor.practice_id)
        grants = (await session.exec(select(Grant).where(col(Grant.id).in_(own)))).all()
        assert grants
        for grant in grants:
            sealer = scene.settings.key_ring().for_purpose("database")
            tokens = unpacked(open_secret(sealer, grant.id, grant.sealed_secret))
            secrets |= {f"access {grant.id}": tokens.access_token, f"refresh {grant.id}": tokens.refresh_token}
    log = lines_of(caplog)
    assert [name for name, secret in secrets.items() if any(secret in page for page in pages)] == []
    secrets |= {"csrf": csrf, "invitation": urlsplit(invitation).path.rpartition("/")[2]}
    assert "GET /account 200" in log
    told = [line for line in log.splitlines() for secret in secrets.values() if secret in line]
    assert told == []
