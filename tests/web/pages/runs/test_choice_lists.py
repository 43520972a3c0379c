"""Choices as a file: out with what the page has, changed, and in again; on the page and by the API."""

import csv
import re
from io import StringIO
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import expect
from sqlmodel import select

from contracts.words.client_accounts import NewClient
from contracts.words.runs import RunKind, Stage, Verdict
from models.connections.tables import Connection
from models.night.endings import purge_choices
from models.runs.tables import ChoiceDraft, Run, RunOrganisation
from tests.journeys.promises import OPEN_RUN
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
    for_all = {"owner_id": str(member.colleague_id), "settings": "on", "refresh_hours": "48", "contacts": "suppliers"}
    sent = csrf | for_all | {"choose": "organisation-3", "code.organisation-3": "four", "code.organisation-0": "other"}
    answer = await http.post(f"/activity/{run_id}/choices", data=sent, files=file_of(rows[:3]))
    assert answer.status_code == 200
    assert "2 chosen, 0 left out, 1 refused. 1 organisation of this page is not in the file and left out." in re.sub(
        r"<[^>]+>|\s+(?= )", "", answer.text
    )
    assert "Write yes or no." in answer.text
    assert re.findall(r'value="(organisation-\d)" checked', answer.text) == ["organisation-0", "organisation-2"]
    assert re.findall(r'name="code.organisation-[02]" value="(\w+)"', answer.text) == ["ONE", "TWO"]
    assert f'name="owner.organisation-2" value="{member.colleague_id}"' in answer.text
    assert_keeps_what_is_for_all(answer.text, member.colleague_id)
    assert 'name="code.organisation-3" value="four"' in answer.text  # the list says nothing of this one

    asked = csrf | {"choose": "organisation-2", "settings": "on", "refresh_hours": "0", "contacts": "both"}
    again = await http.post(f"/activity/{run_id}/selection", data=asked)
    assert "Settings of the new clients: Give 1 or more." in again.text
    assert (again.status_code, 'value="0"' in again.text) == (422, True)

    wrong = await http.post(
        f"/activity/{run_id}/choices", data=sent, files={"file": ("a.csv", b"name\nAsh", "text/csv")}
    )
    assert "The list has no column organisation_id" in wrong.text
    assert_keeps_what_is_for_all(wrong.text, member.colleague_id)
    assert re.findall(r'value="(organisation-\d)" checked', wrong.text) == ["organisation-3"]
    again = await http.get(f"/activity/{run_id}/choices")  # such as after a session has ended in between
    assert (again.status_code, again.headers["Location"]) == (303, f"/activity/{run_id}")


def assert_keeps_what_is_for_all(page: str, owner_id: UUID) -> None:
    assert f'<option value="{owner_id}" selected>' in page
    assert '<option value="suppliers" selected>' in page
    assert re.search(r'name="refresh_hours"[^>]* value="48"', page)


async def test_what_is_chosen_is_there_again_after_another_sign_in_without_scripts(own: House):
    run_id = await many_listed(own.admin, RunKind.ADD_CLIENTS, 3)
    http, owner_id = await arrived(own.admin), own.member.actor.colleague_id
    page = (await http.get(f"/activity/{run_id}")).text
    [leads] = re.findall(r"<button[^>]*><svg.*?</svg><span>(?:Sign in with another login|Add next organisation)", page)
    assert 'form="selection"' in leads
    assert f'formaction="/activity/{run_id}/sign-in"' in leads
    form = {"csrf": re.findall(r'name="csrf" value="([^"]+)"', page)[0], "choose": "organisation-1", "settings": "on"}
    form |= {"owner_id": str(owner_id), "refresh_hours": "48", "contacts": "suppliers", "code.organisation-1": "ASH\0"}
    form |= {"code.organisation-0": "OAK", "team.organisation-1": str(uuid4())}
    left = await http.post(f"/activity/{run_id}/sign-in", data=form)
    assert "Continue to Xero" in left.text or "leaving" in left.text, left.text
    await http.post(f"/activity/{run_id}/sign-in", data={"csrf": form["csrf"]})  # any other form chooses nothing
    back = (await http.get(f"/activity/{run_id}")).text
    assert re.findall(r'value="(organisation-\d)" checked', back) == ["organisation-1"]
    assert 'name="code.organisation-0" value="OAK"' in back
    assert_keeps_what_is_for_all(back, owner_id)

    other = await arrived(own.member)
    assert not re.findall(r"checked", (await other.get(f"/activity/{run_id}")).text.split("<tbody")[1])
    async with own.admin.scene.database.transaction() as session:
        await purge_choices(session, own.admin.actor.practice_id)
        kept = (run_id, own.admin.actor.colleague_id)
        assert await session.get(ChoiceDraft, kept) is not None
        run = await session.get_one(Run, run_id)
        run.stage = Stage.FINISHED
        await session.flush()
        await purge_choices(session, own.admin.actor.practice_id)
        assert await session.get(ChoiceDraft, kept, populate_existing=True) is None


@pytest.mark.thorough
@pytest.mark.leaves(OPEN_RUN, because="nobody works on the run that is begun")
async def test_connect_leads_to_a_list_that_knows_the_client(own: House):
    actor, http = own.admin.actor, await arrived(own.admin)
    client_id = await own.scene.operations.accounts.add(actor, NewClient(name="Ash & Oak Ltd", code="ASH1"))
    assert f'href="/client-sync?client={client_id}"' in (await http.get("/clients?search=ASH1")).text
    asked = (await http.get(f"/client-sync?client={client_id}")).text
    assert "<bdi>Connect Ash &amp; Oak Ltd</bdi>" in asked
    assert "(ASH1)" in asked
    form = {"csrf": re.findall(r'name="csrf" value="([^"]+)"', asked)[0], "client": str(client_id), "key": "one"}
    assert f'name="client" value="{client_id}"' in asked
    assert (await http.post("/client-sync/xero/add-clients", data=form)).status_code == 200
    async with own.scene.database.transaction() as session:
        query = select(Run).where(Run.practice_id == actor.practice_id, Run.stage == Stage.AWAITING_CONSENT)
        run = (await session.exec(query)).one()
        run.stage, run_id = Stage.AWAITING_SELECTION, run.id
        grant_id = (await session.exec(select(Connection.grant_id))).all()[0]
        for place, found in enumerate((None, client_id)):
            organisation = RunOrganisation(
                run_id=run_id,
                organisation_id=f"o-{place}",
                position=place,
                name=f"Books {place}",
                grant_id=grant_id,
                verdict=Verdict.LOOKS_LIKE_CLIENT if found else Verdict.NEW,
                matched_client_id=found,
            )
            session.add(organisation)
    page = (await http.get(f"/activity/{run_id}")).text
    assert "You are connecting <bdi>Ash &amp; Oak Ltd</bdi>." in page
    assert "The organisation that looks like it is chosen" in page
    assert re.findall(r'value="(o-\d)" checked', page) == ["o-1"]
    assert f'name="for_client" value="{client_id}"' in page
    options = re.findall(r'name="as.o-0"[^>]*>(.*?)</select>', page)
    assert options == [
        f'<option value="create">New client</option><option value="{client_id}">Link to Ash &amp; Oak Ltd</option>'
    ]


@pytest.mark.thorough
async def test_a_client_s_page_tells_of_a_run_that_lists_its_new_books(own: House):
    run_id, http = await many_listed(own.admin, RunKind.ADD_CLIENTS, 2), await arrived(own.admin)
    async with own.scene.database.transaction() as session:
        of_practice = select(Connection).where(Connection.practice_id == own.admin.actor.practice_id)
        client_id = (await session.exec(of_practice)).one().client_id
    assert "new books" not in (await http.get(f"/clients/{client_id}")).text
    async with own.scene.database.transaction() as session:
        found = await session.get_one(RunOrganisation, (run_id, "organisation-1"))
        found.verdict, found.matched_client_id = Verdict.LOOKS_LIKE_CLIENT, client_id
    page = (await http.get(f"/clients/{client_id}")).text
    assert "These may be its new books." in page
    assert f'href="/activity/{run_id}"' in page
    async with own.scene.database.transaction() as session:
        (await session.get_one(Run, run_id)).stage = Stage.FINISHED
    assert "new books" not in (await http.get(f"/clients/{client_id}")).text


@pytest.mark.thorough
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


@pytest.mark.thorough
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


@pytest.mark.thorough
async def test_in_a_browser_what_a_list_chooses_is_set_and_kept(own: House, browsers: Browsers, tmp_path: Path):
    run_id = await many_listed(own.admin, RunKind.ADD_CLIENTS, 20)
    page = await browsers.signed_in(own.admin)
    await page.goto(f"/activity/{run_id}")
    await row(page, "organisation-3").locator("input.code").fill("three")
    await row(page, "organisation-4").get_by_role("checkbox").check()
    await page.get_by_role("button", name="Change chosen").click()
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
