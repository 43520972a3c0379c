"""A platform that exists nowhere, made of the kit alone, as the next stand-in will be. Its policies are the test's."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import httpx2
import orjson
import uvloop
from starlette.types import Receive, Scope, Send

from emulators.books.countries import COUNTRIES
from emulators.books.library import Library
from emulators.books.organisations import Surroundings, organisations
from emulators.books.people import people
from emulators.kit.answers import JSON, answer
from emulators.kit.app import StandIn
from emulators.kit.clock import Clock
from emulators.kit.config import Config
from emulators.kit.control.control import Control
from emulators.kit.faults.acting import act_out
from emulators.kit.faults.faults import EDGE_PAGE, LATENCY, REVOKE_PERSON, SERVER_ERROR, Catalogue
from emulators.kit.limits import Window
from emulators.kit.oauth.authorising import SignIn
from emulators.kit.oauth.grants import Consent
from emulators.kit.oauth.identity_wire import IdentityWire, Issued
from emulators.kit.oauth.policies import Owner, Paths, Policies, RefreshTokens
from emulators.kit.server import bind, make_server
from emulators.kit.signing import SigningKey
from emulators.kit.world import World
from tests.emulators.standing_in import Form

CLIENT_ID = "an-app/of-nowhere"
CLIENT_SECRET = "worthless: anywhere"  # of a platform that exists nowhere
REDIRECT_URI = "http://127.0.0.1:5999/back"
HOUR, DAY = 3600, 86_400
POLICIES = Policies(refresh=RefreshTokens(idle=30 * DAY))
PATHS = Paths("/oauth/authorize", "/oauth/token", "/oauth/revoke", "/discovery", "/keys")


class NowhereWorld(World):
    """Its state."""

    platform: ClassVar[str] = "Nowhere"
    policies: ClassVar[Policies] = POLICIES
    catalogue: ClassVar[Catalogue] = Catalogue(refusals={})

    def make_library(self) -> Library:
        around = Surroundings(tuple(COUNTRIES.values()), ("only",), some_are_large=False)
        made = organisations(self.config.seed, self.config.organisations, around)
        return Library(made, people(self.config.seed, self.config.people), {}, kept_bytes=0)

    def windows(self) -> tuple[Window, ...]:
        return ()


class NowhereWire(IdentityWire):
    """What it writes besides the standard."""

    def came_back(self, sign_in: SignIn, consent: Consent) -> dict[str, str]:
        return {"organisation": consent.organisation_id} if consent.organisation_id else {}

    def token_answer(self, issued: Issued) -> dict[str, object]:
        more = {"refresh_expires_in": issued.refresh_seconds, "ends_in": issued.hard_seconds}
        return super().token_answer(issued) | more


class Whoami:
    """The platform's one call of its own: what an access token is good for."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        world = self._world
        world.calls.record("GET /whoami", 200)
        status = await act_out(world.faults.plan(scope["path"]), world.catalogue, world.calls, [], scope, receive, send)
        if status is not None:
            return
        token = dict(scope["headers"]).get(b"authorization", b"").removeprefix(b"Bearer ").decode()
        access = world.grants.access(token)
        is_good = access and not access.is_revoked and access.expires_at > world.clock.now()
        body = {"person": access.person_id, "organisation": access.organisation_id} if access and is_good else {}
        await answer(send, 200 if is_good else 401, [JSON], orjson.dumps(body))


class NowhereControl(Control):
    """Its controls: those of every stand-in."""

    kinds: ClassVar[Sequence[str]] = (LATENCY, SERVER_ERROR, REVOKE_PERSON, EDGE_PAGE)


@dataclass
class Nowhere:
    """One running stand-in, an app of it, and its people's browser."""

    world: World
    http: httpx2.Client
    address: str

    @property
    def clock(self) -> Clock:
        return self.world.clock

    @property
    def people(self) -> list[str]:
        return list(self.world.library.people)

    @property
    def organisations(self) -> list[str]:
        return list(self.world.library.organisations)

    def authorize(self, **asked: str) -> httpx2.Response:
        usual = {"client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI, "response_type": "code", "scope": "books"}
        return self.http.get(PATHS.authorize, params=usual | {"state": "the-state"} | asked)

    def signed_in(self, person: int = 0, /, **asked: str) -> httpx2.Response:
        """What somebody sees next who has signed in, be it the app's address."""
        return self.signed_in_at(self.authorize(**asked), person)

    def signed_in_at(self, page: httpx2.Response, person: int = 0) -> httpx2.Response:
        form = Form(page.text)
        data = form.hidden | {"person": form.choices["person"][person], "password": "sandbox", "action": "sign_in"}
        return self.http.get(self.http.post(form.action, data=data).headers["location"])

    def press(self, page: httpx2.Response, action: str, *chosen: str) -> httpx2.Response:
        form = Form(page.text)
        chosen = chosen or tuple(one for name, one in form.hidden.items() if name == "organisation")
        return self.http.post(form.action, data=form.hidden | {"action": action, "organisation": list(chosen)})

    def code(self, *chosen: str, person: int = 0, **asked: str) -> str:
        page = self.signed_in(person, **asked)
        return returned(page if page.status_code == 303 else self.press(page, "allow", *chosen))["code"]

    def token(self, **form: str) -> httpx2.Response:
        return self.http.post(PATHS.token, data=form, auth=(httpx_quoted(CLIENT_ID), httpx_quoted(CLIENT_SECRET)))

    def exchange(self, code: str, **more: str) -> httpx2.Response:
        return self.token(grant_type="authorization_code", code=code, redirect_uri=REDIRECT_URI, **more)

    def connect(self, *chosen: str, person: int = 0, **asked: str) -> dict[str, str]:
        found: dict[str, str] = self.exchange(self.code(*chosen, person=person, **asked)).json()
        return found

    def refresh(self, tokens: dict[str, str]) -> httpx2.Response:
        return self.token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])

    def whoami(self, tokens: dict[str, str]) -> httpx2.Response:
        return self.http.get("/whoami", headers={"Authorization": f"Bearer {tokens['access_token']}"})

    def revoke(self, token: str, *, as_json: bool = False) -> httpx2.Response:
        client = (httpx_quoted(CLIENT_ID), httpx_quoted(CLIENT_SECRET))
        if as_json:
            return self.http.post(PATHS.revocation, json={"token": token}, auth=client)
        return self.http.post(PATHS.revocation, data={"token": token}, auth=client)


def httpx_quoted(text: str) -> str:
    """An id or secret as it stands in a Basic header, where the standard has it form-encoded."""
    return str(httpx2.QueryParams({"x": text})).removeprefix("x=")


def returned(response: httpx2.Response) -> dict[str, str]:
    """What the browser brings back to the app."""
    assert response.status_code == 303, response.text
    assert response.headers["location"].startswith(REDIRECT_URI + "?")
    return {name: one[0] for name, one in parse_qs(urlsplit(response.headers["location"]).query).items()}


def of_organisations(policies: Policies, **changes: object) -> Policies:
    """The same with grants that belong to organisations."""
    return replace(policies, owner=Owner.ORGANISATION, **changes)  # type: ignore[arg-type]  # by the caller


def stand_in(world: World) -> StandIn:
    """The whole of it."""
    return StandIn(NowhereControl(world), NowhereWire(world), PATHS, {"/whoami": Whoami(world)})


@contextmanager
def running(key: SigningKey, policies: Policies) -> Iterator[Nowhere]:
    """A stand-in on a socket, with a clock that stands still."""
    clock = Clock()
    clock.stop()
    kind = type("World", (NowhereWorld,), {"policies": policies})
    config = Config(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, organisations=6, people=3)
    world = kind(config, clock, key)
    listening = bind("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    server = make_server(stand_in(world), world.platform, address)

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(server.serve(sockets=[listening]))

    thread = threading.Thread(target=run, name="nowhere")
    thread.start()
    try:
        with httpx2.Client(base_url=address, timeout=60) as http:
            yield Nowhere(world, http, address)
    finally:
        server.should_exit = True
        thread.join(10)
    assert not thread.is_alive()
