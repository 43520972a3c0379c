"""What people do with a passkey in a browser without a screen."""

import json
import re
from typing import Any

import httpx2

from tests.web.house import PASSWORD, House, Person
from tests.web.keys.authenticator import MINE, RECOVERY, halfway, sent
from tests.web.keys.passkey_device import Device
from tests.web.pages.signing_in.test_signing_in import csrf_of

ADD = f"{MINE}/passkeys/add"
ASKED = re.compile(r'<script type="application/json" data-asked>(.*?)</script>', re.DOTALL)
REMOVE = re.compile(r'action="(/account/second-factor/passkeys/[0-9a-f-]{36}/remove)"')
CODE = "/sign-in/code"


def device(own: House, **words: Any) -> Device:
    party = own.scene.operations.passkeys.party
    assert party is not None
    return Device(party.origin, **words)


def asked_on(page: httpx2.Response) -> dict[str, Any]:
    asked: dict[str, Any] = json.loads(ASKED.findall(page.text)[0])
    return asked


async def asked(http: httpx2.AsyncClient, path: str, csrf: str = "") -> dict[str, Any]:
    answer = await http.post(path, headers={"Accept": "application/json", "X-CSRF-Token": csrf})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def added(http: httpx2.AsyncClient, kept: Device, name: str = "Laptop", **proof: str) -> list[str]:
    """Add a passkey in a session; gives the recovery codes that came with it."""
    begun = await sent(http, f"{MINE}/passkeys", password=PASSWORD, **proof)
    assert begun.headers.get("location") == ADD, begun.text
    done = await sent(http, ADD, name=name, passkey=kept.make(asked_on(await http.get(ADD))))
    assert done.status_code in {200, 303}, done.text
    return RECOVERY.findall(done.text)


async def proved(http: httpx2.AsyncClient, kept: Device) -> str:
    """A passkey in place of a code, in a session."""
    return kept.use(await asked(http, f"{MINE}/passkey", await csrf_of(http)))


async def gave(http: httpx2.AsyncClient, answer: str) -> int:
    return (await http.post(CODE, data={"passkey": answer})).status_code


async def used(http: httpx2.AsyncClient, kept: Device, **lies: Any) -> int:
    return await gave(http, kept.use(await asked(http, f"{CODE}/passkey"), **lies))


async def arrived_by(person: Person, kept: Device) -> httpx2.AsyncClient:
    """A browser in which somebody has signed in by password and passkey."""
    http = await halfway(person)
    assert await used(http, kept) == 303
    return http
