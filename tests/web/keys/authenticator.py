"""An authenticator app and what people do with it in a browser without a screen."""

import hashlib
import hmac
import re
import struct
from base64 import b32decode
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx2

from tests.web.house import PASSWORD, Person, visitor
from tests.web.pages.signing_in.test_signing_in import csrf_of, sign_in

KEY = re.compile(r'<code class="key">([A-Z2-7]{32})</code>')
RECOVERY = re.compile(r"<li><code>([a-z2-7-]{19})</code></li>")
MINE = "/account/second-factor"


class Clock:
    """The product's clock for sign-ins, moved by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def step(self) -> None:
        """To the next code."""
        self.at += timedelta(seconds=30)


@dataclass
class App:
    """An authenticator app, by RFC 6238 and nothing of ours."""

    secret: str
    clock: Clock
    recovery_codes: list[str] = field(default_factory=list)

    def code(self) -> str:
        """What it shows now."""
        counter = struct.pack(">Q", int(self.clock().timestamp()) // 30)
        digest = hmac.new(b32decode(self.secret), counter, hashlib.sha1).digest()
        at = digest[-1] & 15
        return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"

    def next(self) -> str:
        """The next one."""
        self.clock.step()
        return self.code()

    def wrong(self) -> str:
        """One that it does not show for a while."""
        return f"{(int(self.code()) + 500_000) % 1_000_000:06}"


async def sent(http: httpx2.AsyncClient, path: str, **form: str) -> httpx2.Response:
    """A form of a session."""
    return await http.post(path, data={"csrf": await csrf_of(http), **form})


async def with_app(http: httpx2.AsyncClient, clock: Clock) -> App:
    """Set one up in a session; its first code is used."""
    begun = await sent(http, MINE, password=PASSWORD)
    assert begun.headers["location"] == f"{MINE}/set-up", begun.text
    app = App(KEY.findall((await http.get(f"{MINE}/set-up")).text)[0], clock)
    done = await sent(http, f"{MINE}/set-up", code=app.code())
    assert done.status_code == 200, done.text
    app.recovery_codes = RECOVERY.findall(done.text)
    return app


async def halfway(person: Person, back: str = "") -> httpx2.AsyncClient:
    """A browser in which the password was given."""
    http = visitor(person.scene)
    answer = await sign_in(http, person.email, back=back)
    assert answer.headers["location"].startswith("/sign-in/code"), answer.headers
    return http


async def gave(http: httpx2.AsyncClient, code: str) -> int:
    return (await http.post("/sign-in/code", data={"code": code})).status_code
