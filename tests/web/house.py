"""Two practices with their people, in one running product, and the browsers in which they are signed in."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from uuid import uuid4

import httpx2
from playwright.async_api import Browser, BrowserContext, Page
from pwdlib.hashers.argon2 import Argon2Hasher

from contracts.words.practices import Plan, Role
from models.access import tokens as api_tokens
from models.practices import writes as practices
from models.practices.tables import Colleague
from starter.actor import Actor
from tests.journeys.people import change
from tests.journeys.scene import Scene
from tests.journeys.serving import NO_TLS, http_of

PASSWORD = "correct horse battery staple"
KEPT = Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
"""Its hash, which says by itself how little work it takes to compare: people sign in here a hundred times. Passwords
that are chosen in a test are hashed as the product does it."""

WIDE = (1280, 800)
NARROW = (380, 780)


@dataclass(frozen=True)
class Person:
    """A colleague with a password.

    Attributes:
        email: Their address; the password is ``PASSWORD``.
        actor: Who they are to the operations.
        scene: The stack as they see it: their token, their practice.
    """

    email: str
    actor: Actor
    scene: Scene = field(repr=False)


@dataclass(frozen=True)
class House:
    """Two practices.

    Attributes:
        scene: The stack, as the first practice's admin sees it.
        admin: An admin of the first practice.
        member: A member of it.
        neighbour: An admin of the other practice.
    """

    scene: Scene
    admin: Person
    member: Person
    neighbour: Person


@dataclass(frozen=True)
class Browsers:
    """Opens browsers; all of them are closed when the test ends."""

    browser: Browser
    stack: AsyncExitStack = field(repr=False)

    async def context(
        self, scene: Scene, *, dark: bool = False, size: tuple[int, int] = WIDE, scripts: bool = True
    ) -> BrowserContext:
        """A browser in which nobody is signed in."""
        context = await self.browser.new_context(
            base_url=scene.web,
            color_scheme="dark" if dark else "light",
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=scripts,
            locale="en-GB",
            reduced_motion="reduce",  # colours are what they are going to be, at once
        )
        self.stack.push_async_callback(context.close)
        context.set_default_timeout(60_000)
        return context

    async def page(self, scene: Scene, **words: object) -> Page:
        """A page in a browser in which nobody is signed in; words as for ``context``."""
        return await (await self.context(scene, **words)).new_page()  # type: ignore[arg-type]  # passed on

    async def signed_in(self, person: Person, **words: object) -> Page:
        """A page in a browser in which a person is signed in, without the way through the form."""
        context = await self.context(person.scene, **words)  # type: ignore[arg-type]  # passed on
        await context.add_cookies([{"name": "clientsync", "value": await session_of(person), "url": person.scene.web}])
        return await context.new_page()


async def session_of(person: Person) -> str:
    """A session's secret, by the person's address and password."""
    return await person.scene.operations.sessions.sign_in(person.email, PASSWORD, ip="127.0.0.1", browser="Chrome/1")


def visitor(scene: Scene, token: str | None = None, **headers: str) -> httpx2.AsyncClient:
    """A browser without a screen: asks for pages, says where its forms come from, follows nothing by itself."""
    own = {"Accept": "text/html", "Origin": scene.web, **headers}
    client = httpx2.AsyncClient(base_url=scene.web, headers=own, timeout=60, verify=NO_TLS)
    if token is not None:
        client.cookies.set("clientsync", token)
    scene.stack.push_async_callback(client.aclose)
    return client


async def arrived(person: Person, **headers: str) -> httpx2.AsyncClient:
    """A browser without a screen in which a person is signed in."""
    return visitor(person.scene, await session_of(person), **headers)


async def made_house(scene: Scene) -> House:
    """Two new practices in a running product; addresses are new every time."""
    # All tests of a product come from one address: what others typed wrongly is not to be counted against these.
    await change(scene, "DELETE FROM sign_in_attempts")
    mark = uuid4().hex[:6]
    admin = await _person(scene, f"Harbour Lane {mark}", "Ada Harbour", f"ada@{mark}.example", Role.ADMIN)
    member = await _person(scene, admin.actor.practice_slug, "Ben Quay", f"ben@{mark}.example", Role.MEMBER)
    other = await _person(scene, f"Mill Street {mark}", "Mel Miller", f"mel@{mark}.example", Role.ADMIN)
    return House(scene=admin.scene, admin=admin, member=member, neighbour=other)


async def _person(scene: Scene, practice: str, name: str, email: str, role: Role) -> Person:
    async with scene.database.transaction() as session:
        if role is Role.ADMIN:
            made = await practices.create_practice(session, practice, plan=Plan.ADVANCED, client_allowance=2_000)
        else:
            made = await practices.find_practice(session, practice)
        colleague = await practices.create_colleague(session, made.id, email=email, name=name, role=role)
        (await session.get_one(Colleague, colleague.id)).password_hash = KEPT
        token, _ = await api_tokens.issue(session, colleague.id)
    actor = await scene.operations.colleagues.by_email(email)
    http = http_of(scene.web, token)
    scene.stack.push_async_callback(http.aclose)
    return Person(email, actor, replace(scene, actor=actor, http=http))
