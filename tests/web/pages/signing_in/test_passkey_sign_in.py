"""A passkey where there is no password: signing in by it alone, setting up by it alone, and an admin's help."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from starter.access.proofs import FRESH
from tests.journeys.people import change
from tests.web.house import House, arrived, visitor
from tests.web.keys.authenticator import MINE, RECOVERY, Clock, halfway, sent
from tests.web.keys.with_passkeys import ADD, added, asked, asked_on, device, proved, used
from tests.web.pages.account.test_second_factor import events_of
from tests.web.pages.signing_in.test_signing_in import is_in, sign_in


@pytest.mark.thorough
async def test_where_one_is_wanted_a_passkey_sets_it_up(own: House):
    await own.scene.operations.second_factor_rules.require(own.admin.actor, required=True)
    http, slow, kept, late = visitor(own.scene), visitor(own.scene), device(own), device(own)
    for browser in (http, slow):
        answer = await sign_in(browser, own.member.email, back="/account")
        assert answer.headers["location"] == "/sign-in/set-up?next=/account"
    page, other = await http.get("/sign-in/set-up?next=/account"), await slow.get("/sign-in/set-up")
    assert asked_on(await http.get("/sign-in/set-up")) == asked_on(page)  # a reload changes nothing
    wrong = await http.post(
        "/sign-in/set-up/passkey", data={"passkey": kept.make(asked_on(page), origin="http://evil.example")}
    )
    assert (wrong.status_code, "not accepted" in wrong.text) == (422, True)
    assert asked_on(wrong)["challenge"] != asked_on(page)["challenge"]
    done = await http.post(
        "/sign-in/set-up/passkey",
        data={"name": "Laptop", "passkey": kept.make(asked_on(wrong)), "next": "//evil.example"},
    )
    assert len(RECOVERY.findall(done.text)) == 10
    assert "evil" not in done.text
    assert await is_in(http)
    too_late = await slow.post("/sign-in/set-up/passkey", data={"passkey": late.make(asked_on(other))})
    assert too_late.headers["location"] == "/sign-in?said=sign-in-too-late"  # who was faster has one now
    assert not await is_in(slow)
    assert await used(await halfway(own.member), kept) == 303


async def test_a_passkey_alone_signs_in_who_it_made_sure_of(own: House):
    await own.scene.operations.second_factor_rules.require(own.admin.actor, required=True)
    kept, http = device(own), visitor(own.scene)
    await sign_in(http, own.member.email)
    page = await http.get("/sign-in/set-up")
    await http.post("/sign-in/set-up/passkey", data={"passkey": kept.make(asked_on(page))})
    fresh, elsewhere = visitor(own.scene), visitor(own.scene)
    told = await asked(fresh, "/sign-in/passkey/begin")
    assert (told["allowCredentials"], told["userVerification"]) == ([], "required")
    assert await alone(elsewhere, kept.use(told)) == 422  # another browser was asked
    whole = await fresh.post("/sign-in/passkey", data={"passkey": kept.use(told), "next": "/account"})
    assert (whole.status_code, whole.headers["location"]) == (303, "/account")
    assert await is_in(fresh)
    assert await alone(visitor(own.scene), kept.use(told)) == 422
    for lies in ({"origin": "https://evil.example"}, {"handle": b""}, {"handle": b"x" * 32}):
        assert await alone(fresh, kept.use(await asked(fresh, "/sign-in/passkey/begin"), **lies)) == 422, lies
    kept.verifies = False
    assert await alone(fresh, kept.use(await asked(fresh, "/sign-in/passkey/begin"))) == 422
    kept.verifies = True
    stranger = device(own)
    stranger.handle = kept.handle
    refused = await fresh.post(
        "/sign-in/passkey", data={"passkey": stranger.use(await asked(fresh, "/sign-in/passkey/begin"))}
    )
    assert (refused.status_code, "not known here" in refused.text) == (422, True)
    led = await fresh.post(
        "/sign-in/passkey",
        data={"passkey": kept.use(await asked(fresh, "/sign-in/passkey/begin")), "next": "//evil.example"},
    )
    assert led.headers["location"] == "/"
    await change(own.scene, "UPDATE colleagues SET deactivated_at = now() WHERE id = :id", id=member_id(own))
    assert await alone(fresh, kept.use(await asked(fresh, "/sign-in/passkey/begin"))) == 422


def member_id(own: House) -> Any:
    return own.member.actor.colleague_id


async def alone(http: httpx2.AsyncClient, answer: str) -> int:
    return (await http.post("/sign-in/passkey", data={"passkey": answer})).status_code


@pytest.mark.thorough
async def test_who_has_no_password_is_asked_to_have_signed_in_just_now(own: House, clock: Clock):
    http = await arrived(own.member)
    await change(own.scene, "UPDATE colleagues SET password_hash = NULL WHERE id = :id", id=member_id(own))
    clock.at += FRESH
    late = await sent(http, f"{MINE}/passkeys")
    assert (late.status_code, "signed in a while ago" in late.text) == (422, True)
    clock.at -= timedelta(seconds=1)
    assert 'type="password"' not in (await http.get(MINE)).text
    assert (await sent(http, f"{MINE}/passkeys")).headers["location"] == ADD
    kept = device(own)
    assert (await sent(http, ADD, passkey=kept.make(asked_on(await http.get(ADD))))).status_code == 200
    assert (await sent(http, f"{MINE}/passkeys")).status_code == 422  # and a second factor, where there is one
    assert (await sent(http, f"{MINE}/passkeys", passkey=await proved(http, kept))).status_code == 303


@pytest.mark.thorough
async def test_an_admin_s_help_removes_passkeys_too(own: House):
    kept, http = device(own), await arrived(own.member)
    await added(http, kept)
    admin, page = await arrived(own.admin), f"/team/colleagues/{member_id(own)}"
    assert "Remove their second factor" in (await admin.get(page)).text
    await sent(admin, f"{page}/second-factor/reset")
    assert not await is_in(http)
    fresh = visitor(own.scene)
    assert await alone(fresh, kept.use(await asked(fresh, "/sign-in/passkey/begin"))) == 422
    assert (await sign_in(fresh, own.member.email)).headers["location"] == "/"
    letters = await own.scene.rows("SELECT body FROM notices WHERE colleague_id = :id", id=member_id(own))
    assert "passkeys and recovery codes" in letters[0][0]
    assert (await events_of(own))[-1] == "colleague.second_factor_reset"
