"""Choices as a file: out with what the page has, changed, and in again; on the page and by the API."""

import csv
import re
from io import StringIO
from pathlib import Path

import httpx2
import pytest_asyncio
from playwright.async_api import expect

from contracts.words.runs import RunKind
from models.runs.tables import RunOrganisation
from tests.journeys.scene import Scene
from tests.web.house import Browsers, House, arrived, made_house
from tests.web.looking import looked_at
from tests.web.one_client import added
from tests.web.pages.runs.adding import many_listed
from tests.web.run_steps import row


@pytest_asyncio.fixture(scope="module")
async def own(product: Scene) -> House:
    """A practice with one client, and so with a login."""
    own = await made_house(product)
    await added(own.admin, list(product.world.library.organisations)[:1])
    return own


def rows_of(answer: httpx2.Response) -> list[dict[str, str]]:
    assert answer.headers["Content-Type"].startswith("text/csv"), answer.text
    return list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))


def file_of(rows: list[dict[str, str]]) -> dict[str, tuple[str, bytes, str]]:
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return {"file": ("choices.csv", text.getvalue().encode(), "text/csv")}


async def test_a_list_goes_out_of_the_page_and_comes_back_changed(own: House):
    run_id = await many_listed(own.admin, RunKind.ADD_CLIENTS, 4)
    http = await arrived(own.admin)
    page = (await http.get(f"/activity/{run_id}")).text
    first = min(page.index('form="selection"'), page.index("formaction="))
    assert page[first:].startswith('form="selection" hidden disabled>')  # what Enter presses: nothing
    csrf = {"csrf": re.findall(r'name="csrf" value="([^"]+)"', page)[0]}
    member = own.member.actor
    form = csrf | {"choose": "organisation-2", "code.organisation-2": "two", "owner.organisation-2": ""}
    form["owner.organisation-2"] = str(member.colleague_id)
    rows = rows_of(await http.post(f"/activity/{run_id}/choices.csv", data=form))
    assert [one["chosen"] for one in rows] == ["no", "no", "yes", "no"]
    assert (rows[2]["code"], rows[2]["owner_email"]) == ("two", own.member.email)
    assert re.fullmatch(r"CLIE\d{4}", rows[0]["code"])

    rows[0] |= {"chosen": "yes", "code": "ONE"}
    rows[1] |= {"chosen": "perhaps"}
    answer = await http.post(f"/activity/{run_id}/choices", data=csrf, files=file_of(rows[:3]))
    assert answer.status_code == 200
    assert "2 chosen, 0 left out, 1 refused. 1 organisation of this page is not in the file and left out." in re.sub(
        r"<[^>]+>|\s+(?= )", "", answer.text
    )
    assert "Write yes or no." in answer.text
    assert re.findall(r'value="(organisation-\d)" checked', answer.text) == ["organisation-0", "organisation-2"]
    assert re.findall(r'name="code.organisation-[02]" value="(\w+)"', answer.text) == ["ONE", "TWO"]
    assert f'name="owner.organisation-2" value="{member.colleague_id}"' in answer.text

    asked = csrf | {"choose": "organisation-2", "settings": "on", "refresh_hours": "0", "contacts": "both"}
    again = await http.post(f"/activity/{run_id}/selection", data=asked)
    assert "Settings of the new clients: Give 1 or more." in again.text
    assert (again.status_code, 'value="0"' in again.text) == (422, True)

    wrong = await http.post(
        f"/activity/{run_id}/choices", data=csrf, files={"file": ("a.csv", b"name\nAsh", "text/csv")}
    )
    assert "The list has no column organisation_id" in wrong.text
    again = await http.get(f"/activity/{run_id}/choices")  # such as after a session has ended in between
    assert (again.status_code, again.headers["Location"]) == (303, f"/activity/{run_id}")


async def test_what_was_allowed_before_is_told_where_the_provider_tells_what_was_allowed_now(own: House):
    run_id = await many_listed(own.admin, RunKind.ADD_CLIENTS, 3)
    http = await arrived(own.admin)
    assert "Not allowed this time" not in (await http.get(f"/activity/{run_id}")).text
    async with own.admin.scene.database.transaction() as session:
        found = await session.get_one(RunOrganisation, (run_id, "organisation-1"))
        found.is_just_allowed = True
        session.add(found)
    page = (await http.get(f"/activity/{run_id}")).text
    assert page.count("Not allowed this time") == 2
    assert 'aria-label="Sign in again for Client 0000 of many Ltd"' in page


async def test_the_api_tells_what_a_list_would_choose_and_chooses_nothing(own: House):
    run_id = await many_listed(own.admin, RunKind.ADD_CLIENTS, 3)
    scene = own.admin.scene
    at = f"/api/v1/runs/{run_id}/choices"
    rows = rows_of(await scene.http.get(f"{at}.csv"))
    rows[0] |= {"chosen": "yes", "code": "SAME"}
    rows[1] |= {"chosen": "yes", "code": "SAME"}
    rows[2] |= {"chosen": "yes"}
    told = (await scene.http.post(at, files=file_of(rows))).json()
    assert [one["field"] for one in told["rows"]] == ["code", "code", None]
    assert (told["chosen"], told["refused"], told["missing"]) == (1, 2, 0)
    assert [one["organisation_id"] for one in told["selection"]["organisations"]] == [rows[2]["organisation_id"]]
    run = await scene.show(run_id)
    assert run["stage"] == "awaiting_selection"

    other = await many_listed(own.admin, RunKind.REASSIGN_CLIENTS, 1)
    refused = await scene.http.get(f"/api/v1/runs/{other}/choices.csv")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "wrong_stage")


async def test_in_a_browser_what_a_list_chooses_is_set_and_kept(own: House, browsers: Browsers, tmp_path: Path):
    run_id = await many_listed(own.admin, RunKind.ADD_CLIENTS, 20)
    page = await browsers.signed_in(own.admin)
    await page.goto(f"/activity/{run_id}")
    await row(page, "organisation-3").locator("input.code").fill("three")
    await row(page, "organisation-4").get_by_role("checkbox").check()
    await page.get_by_role("button", name="Change ticked").click()
    await page.locator("#change").get_by_label("Owner").select_option(own.member.actor.colleague_name)
    await page.get_by_role("button", name="Use this").click()
    await page.get_by_text("Choose in a spreadsheet").click()
    async with page.expect_download() as begun:
        await page.get_by_role("button", name="Download the list").click()
    file = tmp_path / "choices.csv"
    await (await begun.value).save_as(file)
    found = file.read_text("utf-8-sig")
    assert found.count(f",yes,THREE,{own.member.email},") + found.count(f",yes,three,{own.member.email},") == 1
    file.write_text(found.replace(",no,CLIE0002", ",yes,two").replace(",no,CLIE0003", ",soon,"))
    await page.get_by_label("The changed list").set_input_files(file)
    await page.get_by_role("button", name="Take choices from it").click()
    await expect(page.locator("#from-file")).to_contain_text("3 chosen, 16 left out, 1 refused.")
    await looked_at(page, "add-clients-from-file")
    do = page.locator("#do")
    for _ in range(2):  # and after a reload, which asks for the run's page
        await expect(do).to_have_text("Create accounts (3)")
        await expect(row(page, "organisation-3").locator(".own")).to_have_text(own.member.actor.colleague_name)
        await expect(row(page, "organisation-0").locator("input.code")).to_have_value("TWO")
        assert page.url.endswith(f"/activity/{run_id}")
        await page.reload()
