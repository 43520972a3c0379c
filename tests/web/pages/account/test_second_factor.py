"""A second factor over HTTP: set up, asked for after every good password, good once, bounded, removed and reset."""

import asyncio
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from models.access import password_links
from models.practices.tables import Colleague
from starter.access.attempts import MOST_WITH_ADDRESS
from starter.access.first_step import HALFWAY
from tests.web.house import PASSWORD, House, Person, arrived, visitor
from tests.web.keys.authenticator import KEY, MINE, RECOVERY, App, Clock, gave, halfway, sent, with_app
from tests.web.pages.signing_in.test_signing_in import is_in, sign_in


async def events_of(own: House) -> list[str]:
    rows = await own.scene.rows(
        "SELECT kind FROM events WHERE practice_id = :id AND kind LIKE 'colleague.%' ORDER BY id",
        id=own.admin.actor.practice_id,
    )
    return [kind for (kind,) in rows]


@pytest.mark.thorough
async def test_setting_up_takes_the_password_and_a_code_and_ends_other_sessions(own: House, clock: Clock):
    http, there = await arrived(own.member), await arrived(own.member)
    refused = await sent(http, MINE, password="wrong wrong wrong")
    assert (refused.status_code, "not your password" in refused.text) == (422, True)
    assert (await http.get(f"{MINE}/set-up")).headers["location"] == MINE
    assert (await sent(http, MINE, password=PASSWORD)).status_code == 303
    page = await http.get(f"{MINE}/set-up")
    assert '<svg viewBox="0 0 ' in page.text
    assert "style=" not in page.text
    app = App(KEY.findall(page.text)[0], clock)
    assert KEY.findall((await http.get(f"{MINE}/set-up")).text) == [app.secret]  # a reload changes nothing
    refused = await sent(http, f"{MINE}/set-up", code=app.wrong())
    assert (refused.status_code, "not right" in refused.text, app.secret in refused.text) == (422, True, True)
    assert not (await visitor(own.scene).get("/")).text.count(app.secret)
    assert (await sign_in(visitor(own.scene), own.member.email)).headers["location"] == "/"  # it does not count yet
    done = await sent(http, f"{MINE}/set-up", code=app.code())
    assert len(set(RECOVERY.findall(done.text))) == 10
    assert await is_in(http)
    assert not await is_in(there)
    assert "a code of your app is asked for" in (await http.get(MINE)).text
    assert (await sent(http, MINE, password=PASSWORD)).status_code == 409
    assert (await events_of(own))[-1] == "colleague.second_factor_added"
    kept = await own.scene.rows("SELECT encode(sealed_secret, 'escape') FROM authenticators")
    assert all(app.secret not in row for (row,) in kept)


async def test_after_the_password_a_code_is_asked_for_and_nothing_is_open_before(own: House, clock: Clock):
    app = await with_app(await arrived(own.member), clock)
    http = await halfway(own.member, back="/account?tab=1")
    first = http.cookies["clientsync"]
    assert (await http.get("/account")).headers["location"].startswith("/sign-in?next=/account")
    assert (await http.get("/sign-in?next=/account")).headers["location"] == "/sign-in/code?next=/account"
    assert (await http.get("/sign-in/set-up")).headers["location"] == "/sign-in/code"
    assert (await http.get("/clients.csv")).status_code == 303
    assert own.member.email in (await http.get("/sign-in/code")).text
    assert await gave(http, app.wrong()) == 422
    assert await gave(http, app.code()) == 422  # used when it was set up
    whole = await http.post("/sign-in/code", data={"code": app.next(), "next": "/account?tab=1"})
    assert (whole.status_code, whole.headers["location"]) == (303, "/account?tab=1")
    assert await is_in(http)
    assert http.cookies["clientsync"] != first
    assert not await is_in(visitor(own.scene, first))
    assert await gave(visitor(own.scene, first), app.next()) == 303  # to the beginning: that sign-in is over
    again = await halfway(own.member)
    app.clock.at -= timedelta(seconds=30)
    assert await gave(again, app.code()) == 422  # one that was used already
    assert await gave(again, app.next()) == 303
    token = await own.member.scene.http.get("/api/v1/clients")
    assert token.status_code == 200
    assert (await arrived_page(own.admin)) == 200  # a colleague without one signs in as ever


@pytest.mark.thorough
@pytest.mark.parametrize("address", ["//evil.example", "http://evil.example", "/\\evil.example", "/sign-out"])
async def test_the_second_step_leads_to_pages_of_ours_alone(own: House, clock: Clock, address: str):
    app = await with_app(await arrived(own.member), clock)
    http = await halfway(own.member, back=address)
    page = await http.get("/sign-in/code", params={"next": address})
    assert 'name="next" value="/"' in page.text
    assert (await http.get("/sign-in/set-up", params={"next": address})).headers["location"] == "/sign-in/code"
    whole = await http.post("/sign-in/code", data={"code": app.next(), "next": address})
    assert (whole.status_code, whole.headers["location"]) == (303, "/")
    late = await visitor(own.scene).post("/sign-in/set-up", data={"code": "123456", "next": address})
    assert "evil" not in late.headers["location"]


async def arrived_page(person: Person) -> int:
    return (await (await arrived(person)).get("/account")).status_code


async def test_a_code_is_good_once_however_many_give_it_at_once(own: House, clock: Clock):
    app = await with_app(await arrived(own.member), clock)
    browsers = [await halfway(own.member) for _ in range(4)]
    code = app.next()
    answers = await asyncio.gather(*(http.post("/sign-in/code", data={"code": code}) for http in browsers))
    assert sorted(answer.status_code for answer in answers) == [303, 422, 422, 422]
    browsers = [await halfway(own.member) for _ in range(3)]
    one = app.recovery_codes[0].upper().replace("-", " ")
    answers = await asyncio.gather(*(http.post("/sign-in/code", data={"code": one}) for http in browsers))
    assert sorted(answer.status_code for answer in answers) == [303, 422, 422]
    told = await own.scene.rows("SELECT after FROM events WHERE kind = 'colleague.recovery_code_used'")
    assert told[-1] == ("9",)


@pytest.mark.thorough
async def test_a_sign_in_waits_for_its_code_for_a_while_and_can_be_left(own: House, clock: Clock):
    app = await with_app(await arrived(own.member), clock)
    http = await halfway(own.member)
    clock.at += HALFWAY + timedelta(seconds=1)
    late = await http.post("/sign-in/code", data={"code": app.code()})
    assert late.headers["location"] == "/sign-in?said=sign-in-too-late"
    assert not await is_in(http)
    http = await halfway(own.member)
    left = await http.post("/sign-in/over")
    assert left.headers["location"] == "/sign-in"
    assert "Your code" not in (await http.get("/sign-in")).text
    assert await own.scene.operations.sessions.living(own.member.actor)  # the session that set it up


async def test_codes_cannot_be_guessed_and_a_stranger_with_the_password_locks_nobody_out(own: House, clock: Clock):
    http = await arrived(own.member)
    app = await with_app(http, clock)
    known = await halfway(own.member)
    assert await gave(known, app.next()) == 303
    clock.step()
    stranger = await halfway(own.member)
    for _ in range(MOST_WITH_ADDRESS):
        assert await gave(stranger, app.wrong()) == 422
    assert await gave(stranger, app.next()) == 429
    assert "clientsync-known" not in stranger.cookies
    fresh = await halfway(own.member)
    assert await gave(fresh, app.code()) == 429  # another browser is no way round it
    back = visitor(own.scene)
    back.cookies.set("clientsync-known", known.cookies["clientsync-known"])
    assert (await sign_in(back, own.member.email)).status_code == 303
    assert await gave(back, app.code()) == 303
    clock.at += timedelta(minutes=16)
    assert await gave(await halfway(own.member), app.next()) == 303


@pytest.mark.thorough
async def test_links_lead_to_the_code_too(own: House, clock: Clock):
    app = await with_app(await arrived(own.member), clock)
    colleague_id = own.member.actor.colleague_id
    invitation = await own.scene.operations.sessions.invite(own.admin.actor, colleague_id)
    async with own.scene.database.transaction() as session:
        colleague = await session.get_one(Colleague, colleague_id)
        mailed = f"/forgotten-password/{await password_links.make(session, colleague, clock())}"
    for link in (urlsplit(invitation).path, mailed):
        if link == urlsplit(invitation).path:
            clock.step()
        http = visitor(own.scene)
        new = f"five quiet harbours at {len(link)}"
        answer = await http.post(link, data={"password": new, "again": new})
        assert answer.headers["location"] == "/sign-in/code", answer.text
        assert not await is_in(http)
        assert await gave(http, app.next()) == 303
        assert await is_in(http)


@pytest.mark.thorough
async def test_a_practice_may_want_one_of_everybody(own: House, clock: Clock):
    admin = await arrived(own.admin)
    assert (await sent(admin, "/team/second-factor", required="true")).headers["location"] == (
        "/team?said=second-factor-required"
    )
    assert "Everybody needs one" in (await admin.get("/team")).text
    assert await is_in(admin)  # until the next sign-in
    http = visitor(own.scene)
    answer = await sign_in(http, own.member.email, back="/account")
    assert answer.headers["location"] == "/sign-in/set-up?next=/account"
    assert (await http.get("/account")).status_code == 303
    assert (await http.get("/sign-in/code")).headers["location"] == "/sign-in/set-up"
    assert await gave(http, "000000") == 303
    page = await http.get("/sign-in/set-up?next=/account")
    app = App(KEY.findall(page.text)[0], clock)
    wrong = await http.post("/sign-in/set-up", data={"code": app.wrong(), "next": "/account"})
    assert (wrong.status_code, app.secret in wrong.text) == (422, True)
    done = await http.post("/sign-in/set-up", data={"code": app.code(), "next": "/account"})
    assert len(RECOVERY.findall(done.text)) == 10
    assert 'href="/account"' in done.text
    assert await is_in(http)
    assert await gave(await halfway(own.member), app.next()) == 303
    assert (await own.member.scene.http.get("/api/v1/clients")).status_code == 200
    people = (await own.admin.scene.http.get("/api/v1/colleagues")).json()["colleagues"]
    has = {one["email"]: one["has_second_factor"] for one in people}
    assert has == {own.admin.email: False, own.member.email: True}
    await sent(admin, "/team/second-factor", required="false")
    assert (await sign_in(visitor(own.scene), own.admin.email)).headers["location"] == "/"
    kinds = await events_of(own)
    assert kinds == [
        "colleague.second_factor_required",
        "colleague.second_factor_added",
        "colleague.second_factor_optional",
    ]


@pytest.mark.thorough
async def test_removing_it_and_new_recovery_codes_take_password_and_code(own: House, clock: Clock):
    http = await arrived(own.member)
    app = await with_app(http, clock)
    for path in (f"{MINE}/remove", f"{MINE}/recovery-codes"):
        wrong = await sent(http, path, password="wrong wrong wrong", code=app.next())
        assert (wrong.status_code, "not your password" in wrong.text) == (422, True)
        wrong = await sent(http, path, password=PASSWORD, code=app.wrong())
        assert (wrong.status_code, "used already" in wrong.text) == (422, True)
    renewed = await sent(http, f"{MINE}/recovery-codes", password=PASSWORD, code=app.next())
    codes = RECOVERY.findall(renewed.text)
    assert not set(codes) & set(app.recovery_codes)
    assert await gave(await halfway(own.member), app.recovery_codes[3]) == 422
    there = await halfway(own.member)
    assert await gave(there, codes[3]) == 303
    gone = await sent(http, f"{MINE}/remove", password=PASSWORD, code=codes[4])
    assert gone.headers["location"] == f"{MINE}?said=second-factor-removed"
    assert await is_in(http)
    assert not await is_in(there)
    assert (await sign_in(visitor(own.scene), own.member.email)).headers["location"] == "/"
    assert "colleague.second_factor_removed" in await events_of(own)


@pytest.mark.thorough
async def test_where_it_is_wanted_the_last_one_stays(own: House, clock: Clock):
    http = await arrived(own.member)
    app = await with_app(http, clock)
    await own.scene.operations.second_factor_rules.require(own.admin.actor, required=True)
    assert f'action="{MINE}/remove"' not in (await http.get(MINE)).text
    kept = await sent(http, f"{MINE}/remove", password=PASSWORD, code=app.next())
    assert (kept.status_code, "this is your only one" in kept.text) == (422, True)
    assert (await sign_in(visitor(own.scene), own.member.email)).headers["location"] == "/sign-in/code"
    assert await gave(await halfway(own.member), app.recovery_codes[0]) == 303


@pytest.mark.thorough
async def test_an_admin_helps_out_who_has_lost_theirs_who_is_told_by_mail(own: House, clock: Clock):
    http = await arrived(own.member)
    await with_app(http, clock)
    admin = await arrived(own.admin)
    page = f"/team/colleagues/{own.member.actor.colleague_id}"
    assert "Remove their second factor" in (await admin.get(page)).text
    done = await sent(admin, f"{page}/second-factor/reset")
    assert done.headers["location"] == f"{page}?said=second-factor-reset"
    assert not await is_in(http)
    assert (await sign_in(visitor(own.scene), own.member.email)).headers["location"] == "/"
    assert "Remove their second factor" not in (await admin.get(page)).text
    letters = "SELECT subject, body FROM notices WHERE colleague_id = :id"
    notices = await own.scene.rows(letters, id=own.member.actor.colleague_id)
    assert [subject for subject, _ in notices] == [
        f"{own.member.actor.practice_name}: Your second factor for Clientsync was removed"
    ]
    assert "Ada Harbour removed the second factor" in notices[0][1]
    assert "colleague.second_factor_reset" in await events_of(own)
    await sent(admin, f"{page}/second-factor/reset")  # the same again changes nothing
    assert await own.scene.rows(letters, id=own.member.actor.colleague_id) == notices
    mine = await sent(admin, f"/team/colleagues/{own.admin.actor.colleague_id}/second-factor/reset")
    assert (mine.status_code, "ask another admin" in mine.text) == (422, True)


@pytest.mark.thorough
async def test_whoever_runs_the_installation_can_help_out_the_last_admin(own: House, clock: Clock):
    http = await arrived(own.admin)
    await with_app(http, clock)
    rules = own.scene.operations.second_factor_rules
    assert await rules.reset_by_email(own.admin.email)
    assert not await rules.reset_by_email(own.admin.email)
    assert not await is_in(http)
    assert await rules.require_in(own.admin.actor.practice_slug, required=True) == own.admin.actor.practice_slug
    assert (await sign_in(visitor(own.scene), own.admin.email)).headers["location"] == "/sign-in/set-up"
