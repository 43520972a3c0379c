"""The practice's page and call: what everybody sees, and what admins change; the night moves with the time zone."""

import pytest

from tests.activities.delivery.test_month_meters import Metered
from tests.journeys.people import change
from tests.second_provider import Second
from tests.web.house import Browsers, House, Person, arrived
from tests.web.looking import looked_at
from tests.web.practices.crowd import crowded

API = "/api/v1/practice"


async def hour_of_night(house: House) -> str | None:
    slug = house.admin.actor.practice_slug
    described = await house.scene.temporal.get_schedule_handle(f"check-connections-{slug}").describe()
    return described.schedule.spec.time_zone_name


async def posted(person: Person, path: str, **sent: str) -> tuple[int, str]:
    browser = await arrived(person)
    csrf = (await person.scene.operations.sessions.by_token(browser.cookies["clientsync"])).csrf
    answer = await browser.post(path, data={"csrf": csrf, **sent})
    return answer.status_code, answer.text


async def test_everybody_sees_what_is_used_and_archived_clients_do_not_count(own: House):
    await crowded(own.scene.database, own.admin.actor, 3)
    archived = """
        UPDATE clients SET archived_at = now()
        WHERE id = (SELECT id FROM clients WHERE practice_id = :id ORDER BY code LIMIT 1)
    """
    await change(own.scene, archived, id=own.admin.actor.practice_id)
    found = (await own.member.scene.http.get(API)).json()
    assert (found["plan"], found["client_allowance"], found["clients"]) == ("advanced", 2_000, 2)
    (software,) = [one for one in found["software"] if one["is_on"]]
    assert software["callback"].endswith(f"/connect/{software['provider']}/callback")
    assert [queue["name"].rpartition("-")[2] for queue in software["queues"]] == [software["provider"]] * 2
    page = await (await arrived(own.member)).get("/practice")
    assert "Clients: 2 of 2,000" in page.text
    assert 'name="time_zone"' not in page.text
    assert "Check now" not in page.text


async def test_the_nightly_check_follows_the_time_zone(own: House):
    renamed = await own.admin.scene.http.patch(API, json={"name": " Quay & Co ", "time_zone": "Australia/Perth"})
    assert (renamed.json()["name"], renamed.json()["time_zone"]) == ("Quay & Co", "Australia/Perth")
    assert await hour_of_night(own) == "Australia/Perth"
    assert (await own.admin.scene.http.patch(API, json={"time_zone": "Europe/Dublin"})).status_code == 200
    assert await hour_of_night(own) == "Europe/Dublin"
    kinds = "SELECT kind, after FROM events WHERE practice_id = :id AND kind LIKE 'practice.%' ORDER BY id"
    assert await own.scene.rows(kinds, id=own.admin.actor.practice_id) == [
        ("practice.name_changed", "Quay & Co"),
        ("practice.time_zone_changed", "Australia/Perth"),
        ("practice.time_zone_changed", "Europe/Dublin"),
    ]


@pytest.mark.parametrize("sent", [{"name": " "}, {"time_zone": "Mars/Olympus"}])
async def test_what_cannot_be_used_changes_nothing(own: House, sent: dict[str, str]):
    async def shown() -> dict[str, object]:
        words = (await own.admin.scene.http.get(API)).json()
        return {name: value for name, value in words.items() if name != "software"}  # which workers are heard of now

    before = await shown()
    answer = await own.admin.scene.http.patch(API, json={"name": "Other", "time_zone": "Europe/Dublin"} | sent)
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, next(iter(sent)))
    status, page = await posted(own.admin, "/practice", **({"name": "Other", "time_zone": "Europe/Dublin"} | sent))
    assert (status, 'aria-invalid="true"' in page) == (422, True)
    refused = await own.admin.scene.http.patch(API, json={"client_allowance": 9_000})
    assert refused.status_code == 422
    refused = await own.member.scene.http.patch(API, json={"name": "Mine"})
    assert refused.json()["error"]["message"] == "Only an admin can change the practice. Ask one of yours."
    assert await shown() == before


async def test_a_test_mail_is_written_once_to_who_asks(own: House):
    for _ in range(2):
        await own.scene.operations.practices.send_test_mail(own.admin.actor)
    written = "SELECT colleague_id, subject FROM notices WHERE practice_id = :id AND kind = 'mail.test'"
    mine = (own.admin.actor.colleague_id, f"{own.admin.actor.practice_name}: a test mail")
    assert await own.scene.rows(written, id=own.admin.actor.practice_id) == [mine]
    assert (await posted(own.admin, "/practice/test-mail"))[0] == 422


@pytest.mark.thorough
async def test_an_admin_looks_at_the_practice_and_has_the_software_checked(own: House, browsers: Browsers):
    page = await browsers.signed_in(own.admin)
    await page.goto("/practice")
    await looked_at(page, "practice")
    await page.get_by_role("button", name="Check now").click()
    await page.get_by_text("its id and secret are taken").wait_for()
    await looked_at(page, "practice-checked")
    await page.get_by_label("Time zone", exact=True).fill("Europe/Paris")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("The practice is changed.").wait_for()
    await page.get_by_text("Times are in Europe/Paris").wait_for()


async def test_admins_see_how_far_the_month_s_calls_are_used(own: House, monkeypatch: pytest.MonkeyPatch):
    states = own.scene.operations.software_states
    monkeypatch.setattr(states, "_apps", [Metered()])
    monkeypatch.setattr(states, "_providers", {"metered": Second(name="metered")})
    for used, said in (
        (0, None),
        (81, "More than 80% of the month"),
        (100, "budget is used up: calls wait for the next month."),
    ):
        await change(
            own.scene,
            """INSERT INTO call_windows (provider, scope_key, unit, window_start, used)
               VALUES ('metered', 'app', 'month', date_trunc('month', now(), 'UTC'), :used)
               ON CONFLICT (provider, scope_key, unit) DO UPDATE SET used = :used""",
            used=used,
        )
        page = (await (await arrived(own.admin)).get("/practice")).text
        assert "Calls this month" in page
        assert f"{used} of 100 (small), of all practices here together" in page
        assert ("used up" in page) is (said is not None)
        assert said is None or said in page
    page = (await (await arrived(own.member)).get("/practice")).text
    assert ("Metered Books" in page, "Calls this month" in page) == (True, False)
