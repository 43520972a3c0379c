"""Passkeys over HTTP, by a device of the tests' own: added, used in place of a code, bound, counted, and removed."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from starter.access.first_step import HALFWAY
from starter.factors.passkey_answers import WAITS_FOR
from tests.web.house import PASSWORD, House, arrived, visitor
from tests.web.keys.authenticator import MINE, RECOVERY, Clock, halfway, sent, with_app
from tests.web.keys.passkey_device import text
from tests.web.keys.with_passkeys import (
    ADD,
    CODE,
    REMOVE,
    added,
    arrived_by,
    asked,
    asked_on,
    device,
    gave,
    proved,
    used,
)
from tests.web.pages.account.test_second_factor import events_of
from tests.web.pages.signing_in.test_signing_in import csrf_of, is_in, sign_in


async def test_adding_one_takes_the_password_and_the_first_brings_recovery_codes(own: House):
    http, there = await arrived(own.member), await arrived(own.member)
    kept = device(own)
    wrong = await sent(http, f"{MINE}/passkeys", password="wrong wrong wrong")
    assert (wrong.status_code, "not your password" in wrong.text) == (422, True)
    assert (await http.get(ADD)).headers["location"] == f"{MINE}?said=passkey-too-late"
    assert (await sent(http, f"{MINE}/passkeys", password=PASSWORD)).headers["location"] == ADD
    assert (await there.get(ADD)).status_code == 303  # begun in the other session
    page = await http.get(ADD)
    user = asked_on(page)["user"]
    assert own.member.email in user["name"]
    assert own.member.email not in user["id"]
    assert str(own.member.actor.colleague_id) not in user["id"]
    answer = kept.make(asked_on(page))
    assert (await sent(there, ADD, name="Mine now", passkey=answer)).status_code == 422
    assert "has_second_factor" in (await own.member.scene.http.get("/api/v1/colleagues")).text
    done = await sent(http, ADD, name=" Ben's  laptop <b>", passkey=answer)
    assert len(set(RECOVERY.findall(done.text))) == 10
    assert await is_in(http)
    assert not await is_in(there)
    page = await http.get(MINE)
    assert "Ben&#39;s laptop &lt;b&gt;" in page.text
    assert "not used yet" in page.text
    again = await sent(http, ADD, name="Twice", passkey=answer)
    assert (again.status_code, "Try again" in again.text) == (422, True)
    assert await events_of(own) == ["colleague.passkey_added"]
    people = (await own.admin.scene.http.get("/api/v1/colleagues")).json()["colleagues"]
    assert [one["has_second_factor"] for one in people if one["email"] == own.member.email] == [True]


@pytest.mark.thorough
async def test_a_passkey_finishes_a_sign_in_in_place_of_a_code(own: House):
    kept, mine = device(own), await arrived(own.member)
    codes = await added(mine, kept)
    http = await halfway(own.member, back="/account")
    first = http.cookies["clientsync"]
    told = await asked(http, f"{CODE}/passkey")
    assert [one["id"] for one in told["allowCredentials"]] == [text(kept.credential_id)]
    assert not await is_in(http)
    whole = await http.post(CODE, data={"passkey": kept.use(told), "next": "/account"})
    assert (whole.status_code, whole.headers["location"]) == (303, "/account")
    assert await is_in(http)
    assert not await is_in(visitor(own.scene, first))
    assert "last used" in (await http.get(MINE)).text
    assert (await (await halfway(own.member)).post(CODE, data={"code": codes[0]})).status_code == 303
    assert (await visitor(own.scene).post(f"{CODE}/passkey")).status_code in {303, 401}  # nobody is halfway in


@pytest.mark.thorough
@pytest.mark.parametrize(
    "lies",
    [
        {"origin": "https://evil.example"},
        {"party": "evil.example"},
        {"signature": b"made up"},
        {"kind": "webauthn.create"},
        {"challenge": text(b"x" * 32)},
        {"handle": b"somebody else"},
        {"crossOrigin": True},
    ],
    ids=str,
)
async def test_what_a_passkey_did_not_sign_here_and_now_opens_nothing(own: House, lies: dict[str, Any]):
    kept = device(own)
    await added(await arrived(own.member), kept)
    http = await halfway(own.member)
    assert await used(http, kept, **lies) == 422
    assert not await is_in(http)
    assert await used(http, kept) == 303


@pytest.mark.thorough
async def test_a_challenge_is_for_one_answer_in_one_session_for_a_while(own: House, clock: Clock):
    kept, other = device(own), device(own)
    await added(await arrived(own.member), kept)
    await added(await arrived(own.admin), other)
    http, there, admin = await halfway(own.member), await halfway(own.member), await halfway(own.admin)
    told = await asked(http, f"{CODE}/passkey")
    assert await gave(there, kept.use(told)) == 422
    assert await gave(admin, other.use({**told, "allowCredentials": []})) == 422
    assert await gave(http, kept.use(told, signature=b"no")) == 422
    assert await gave(http, kept.use(told)) == 422  # it was answered
    told = await asked(http, f"{CODE}/passkey")
    assert await gave(http, other.use({**told, "allowCredentials": []})) == 422  # another's passkey
    told = await asked(http, f"{CODE}/passkey")
    clock.at += WAITS_FOR + timedelta(seconds=1)
    assert WAITS_FOR < HALFWAY
    late = await http.post(CODE, data={"passkey": kept.use(told)})
    assert (late.status_code, "took too long" in late.text) == (422, True)
    assert await used(http, kept) == 303


@pytest.mark.thorough
async def test_a_count_that_goes_back_is_refused_and_told(own: House):
    kept = device(own)
    await added(await arrived(own.member), kept, "Key ring")
    copy = kept.copied()
    assert await used(await halfway(own.member), kept) == 303
    http = await halfway(own.member)
    unsigned = await http.post(
        CODE, data={"passkey": copy.copied().use(await asked(http, f"{CODE}/passkey"), signature=b"made up")}
    )
    assert "copied" not in unsigned.text
    refused = await http.post(CODE, data={"passkey": copy.use(await asked(http, f"{CODE}/passkey"))})
    assert (refused.status_code, "may have been copied" in refused.text) == (422, True)
    assert not await is_in(http)
    assert await events_of(own) == ["colleague.passkey_added", "colleague.passkey_refused"]
    assert "Key ring" in (await (await arrived_by(own.member, kept)).get("/activity")).text
    assert await used(http, kept) == 303


async def test_a_passkey_that_does_not_count_is_good_again_and_again(own: House):
    kept = device(own, counts=False)
    await added(await arrived(own.member), kept)
    for _ in range(2):
        assert await used(await halfway(own.member), kept) == 303
    assert await events_of(own) == ["colleague.passkey_added"]


@pytest.mark.thorough
async def test_a_further_one_takes_more_than_the_password_and_so_does_removing(own: House, clock: Clock):
    http, kept, second = await arrived(own.member), device(own), device(own)
    codes = await added(http, kept)
    alone = await sent(http, f"{MINE}/passkeys", password=PASSWORD)
    assert (alone.status_code, "used already" in alone.text) == (422, True)
    assert (await sent(http, MINE, password=PASSWORD)).status_code == 422
    clock.step()
    assert await added(http, second, "Key ring", passkey=await proved(http, kept)) == []
    page = await http.get(MINE)
    first_one, second_one = REMOVE.findall(page.text)
    assert page.text.index("Laptop") < page.text.index("Key ring")
    wrong = await sent(http, first_one, password="wrong wrong wrong", passkey=await proved(http, kept))
    assert (wrong.status_code, "not your password" in wrong.text) == (422, True)
    wrong = await sent(http, first_one, password=PASSWORD, passkey=second.use(await asked_wrong(http)))
    assert wrong.status_code == 422
    there = await arrived_by(own.member, second)
    gone = await sent(http, first_one, password=PASSWORD, passkey=await proved(http, second))
    assert gone.headers["location"] == f"{MINE}?said=passkey-removed"
    assert await is_in(http)
    assert not await is_in(there)
    assert (await sent(http, first_one, password=PASSWORD, code=codes[0])).status_code == 404
    foreign = await sent(await arrived(own.admin), second_one, password=PASSWORD)
    assert foreign.status_code == 404
    halfway_in = await halfway(own.member)
    told = await asked(halfway_in, f"{CODE}/passkey")
    assert await gave(halfway_in, kept.use({**told, "allowCredentials": []})) == 422  # removed
    await sent(http, second_one, password=PASSWORD, code=codes[1])
    assert (await sign_in(visitor(own.scene), own.member.email)).headers["location"] == "/"
    assert "Recovery codes" not in (await http.get(MINE)).text
    assert (await events_of(own))[-2:] == ["colleague.recovery_code_used", "colleague.passkey_removed"]


async def asked_wrong(http: httpx2.AsyncClient) -> dict[str, Any]:
    """A challenge of the session, with another in its place."""
    return await asked(http, f"{MINE}/passkey", await csrf_of(http)) | {"challenge": text(b"x" * 32)}


@pytest.mark.thorough
async def test_app_and_passkey_stand_beside_each_other(own: House, clock: Clock):
    http, kept = await arrived(own.member), device(own)
    app = await with_app(http, clock)
    assert await added(http, kept, code=app.next()) == []
    assert await used(await halfway(own.member), kept) == 303
    assert (await (await halfway(own.member)).post(CODE, data={"code": app.next()})).status_code == 303
    await own.scene.operations.second_factor_rules.require(own.admin.actor, required=True)
    gone = await sent(http, f"{MINE}/remove", password=PASSWORD, passkey=await proved(http, kept))
    assert gone.headers["location"] == f"{MINE}?said=second-factor-removed"
    page = await http.get(MINE)
    assert "this is your only one" in page.text
    assert REMOVE.findall(page.text) == []
    [(passkey_id,)] = await own.scene.rows(
        "SELECT id FROM passkeys WHERE colleague_id = :id", id=own.member.actor.colleague_id
    )
    last = await sent(http, f"{MINE}/passkeys/{passkey_id}/remove", password=PASSWORD, passkey=await proved(http, kept))
    assert (last.status_code, "this is your only one" in last.text) == (422, True)
    assert await used(await halfway(own.member), kept) == 303
    assert (await (await halfway(own.member)).post(CODE, data={"code": app.recovery_codes[0]})).status_code == 303
