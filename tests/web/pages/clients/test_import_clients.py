"""Clients out of a file, on the pages: seen row by row, mended, imported; by keyboard, without scripts, narrow."""

import re
from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.async_api import Page, expect

from tests.starter.clients.imports.test_import_files import SEVERAL
from tests.web.house import NARROW, Browsers, House, arrived
from tests.web.looking import assert_accessible, assert_fits, looked_at
from tests.web.pages.signing_in.test_signing_in import csrf_of

LIST = (
    "Ref;Client name;Client manager;VAT number;UTR\r\n"
    "A1;Alder & Finch;;GB 123 4567 82;1234567890\r\n"
    '00042;"=Beech, ""B"" & Söhne";{member};;\r\n'
    "A3;Cedar Ltd;nobody@nowhere.example;;\r\n"
    "A4;;;;\r\n"
)


async def chosen(page: Page, content: str | bytes, name: str = "clients from IRIS.csv") -> None:
    raw = content.encode("cp1252") if isinstance(content, str) else content
    await page.get_by_label("File", exact=True).set_input_files({"name": name, "mimeType": "text/csv", "buffer": raw})
    await page.get_by_role("button", name="Look at the list").press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Look before you import")


@pytest.mark.thorough
async def test_a_list_is_looked_at_mended_and_imported(own: House, browsers: Browsers):
    page = await browsers.signed_in(own.admin)
    await page.goto("/clients")
    await page.get_by_role("link", name="Import from a file").press("Enter")
    await looked_at(page, "import-upload")
    await page.get_by_label("File", exact=True).set_input_files(
        {"name": "notes.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n\x81\x8d\x8f\x90\x00"}
    )
    await page.get_by_role("button", name="Look at the list").click()
    await expect(page.get_by_text("The file is neither CSV nor .xlsx.")).to_be_visible()
    await expect(page.get_by_label("File", exact=True)).to_be_focused()
    await looked_at(page, "import-upload-wrong")

    await chosen(page, LIST.format(member=own.member.email))
    await expect(page.get_by_label("Code", exact=True)).to_have_value("none")
    await expect(page.get_by_label("Your reference")).to_have_value("0")
    await page.get_by_label("Code", exact=True).select_option(label="Ref (A1)")
    await page.get_by_label("Your reference").select_option("none")
    await page.get_by_role("button", name="Use these columns").press("Enter")
    await expect(page.get_by_label("Code", exact=True)).to_have_value("0")
    await expect(page.get_by_role("row", name=re.compile("^2 Alder"))).to_contain_text("A1")
    await expect(page.get_by_text("2 clients will be added. 2 rows will be left out.")).to_be_visible()
    await looked_at(page, "import-look")
    await page.get_by_role("link", name=re.compile("^Refused")).press("Enter")
    await expect(page.locator("tbody tr")).to_have_count(2)
    await expect(page.get_by_text("has the address nobody@nowhere.example")).to_be_visible()
    await expect(page.get_by_text("The name is missing.")).to_be_visible()
    await looked_at(page, "import-refused")
    await page.get_by_role("button", name="Import", exact=True).press("Enter")
    await expect(page.get_by_text("The list is imported.")).to_be_visible()
    await expect(page.get_by_role("row", name='=Beech, "B" & Söhne')).to_contain_text("00042")
    await expect(page.get_by_role("row", name='=Beech, "B" & Söhne')).to_contain_text(own.member.actor.colleague_name)
    await page.go_back()
    await expect(page.get_by_text("The list is imported.")).to_be_visible()

    await page.get_by_text("Actions", exact=True).click()
    async with page.expect_download() as downloaded:
        await page.get_by_role("link", name="Export for Excel").click()
    book = load_workbook(BytesIO((await (await downloaded.value).path()).read_bytes()))
    sheet = book["Clients"]
    sheet["C3"] = "Alder Ltd"
    target = BytesIO()
    book.save(target)
    await page.goto("/clients/import")
    await chosen(page, target.getvalue(), "clients.xlsx")
    await expect(page.get_by_text("1 client will be changed.")).to_be_visible()
    await page.get_by_role("link", name=re.compile("^Changed")).click()
    await expect(page.get_by_role("row", name="Alder Ltd")).to_contain_text("Name: Alder & Finch → Alder Ltd")
    await looked_at(page, "import-changed")
    await page.get_by_role("button", name="Import", exact=True).click()
    await page.get_by_role("link", name="Alder Ltd", exact=True).click()
    await page.get_by_role("link", name="Timeline", exact=True).click()
    await expect(page.get_by_text("changed the client's name from Alder & Finch to Alder Ltd.")).to_be_visible()
    await expect(page.get_by_text("added the client from a list, as Alder & Finch.")).to_be_visible()


@pytest.mark.thorough
async def test_what_changed_meanwhile_is_shown_and_nothing_imported(own: House, browsers: Browsers):
    page = await browsers.signed_in(own.admin)
    await page.goto("/clients/import")
    await chosen(page, "Code,Client name\nA1,Ash\nB1,Birch\n")
    added = await own.admin.scene.http.post("/api/v1/clients", json={"name": "Ash Ltd", "code": "A1"})
    assert added.status_code == 201
    await page.get_by_role("button", name="Import", exact=True).click()
    await expect(page.get_by_text("The clients have changed since this was shown")).to_be_visible()
    await expect(page.get_by_text("1 client will be added and 1 client will be changed.")).to_be_visible()
    await looked_at(page, "import-meanwhile")
    assert (await own.admin.scene.http.get("/api/v1/clients")).json()["total"] == 1
    await page.get_by_role("button", name="Import", exact=True).click()
    await expect(page.get_by_text("The list is imported.")).to_be_visible()


@pytest.mark.thorough
async def test_it_works_without_scripts_on_a_telephone_with_five_thousand_rows(own: House, browsers: Browsers):
    """Refused for their number, which is told at the end of the list."""
    page = await browsers.signed_in(own.admin, size=NARROW, dark=True, scripts=False)
    await page.goto("/clients/import")
    rows = "".join(f"C{number},Client {number} Ltd\n" for number in range(5_000))
    await chosen(page, f"Code,Client name\n{rows}")
    await expect(page.get_by_text("50 of 5,000 rows")).to_be_visible()
    await assert_fits(page)
    await page.get_by_role("link", name=re.compile("^Refused")).click()
    await expect(page.get_by_text("The practice would have more than its allowance").first).to_be_visible()
    await page.get_by_role("link", name="Next").click()
    await expect(page.get_by_text(re.compile("^51.100 of"))).to_be_visible()
    await page.get_by_role("button", name="Import", exact=True).click()
    await expect(page.get_by_text("The list is imported.")).to_be_visible()


async def test_a_form_sent_twice_imports_once_and_a_colleague_s_list_is_not_there(own: House):
    http, colleague = await arrived(own.admin), await arrived(own.member)
    data = {"csrf": await csrf_of(http)}
    answer = await http.post("/clients/import", data=data, files={"file": ("a.csv", b"Code,Client name\nA1,Ash\n")})
    here = answer.headers["location"]
    assert (await colleague.get(here)).status_code == 404
    page = (await http.get(here)).text
    expected = re.search(r'name="expected" value="([0-9a-f]+)"', page)
    assert expected is not None
    for _ in range(2):
        done = await http.post(here, data=data | {"expected": expected[1]})
        assert (done.status_code, done.headers["location"]) == (303, "/clients?said=clients-imported")
    assert (await own.admin.scene.http.get("/api/v1/clients")).json()["total"] == 1
    without = await http.post("/clients/import", files={"file": ("a.csv", b"Code,Client name\nB1,Elm\n")})
    assert without.status_code == 403
    nothing = await http.post("/clients/import", data=data, files={"file": ("", b"")})
    assert (nothing.status_code, "Choose a file." in nothing.text) == (422, True)
    too_large = await http.post("/clients/import", data=data, files={"file": ("a.csv", b"x" * (5 * 2**20 + 1))})
    assert (too_large.status_code, "larger than 5 MB" in too_large.text) == (422, True)


@pytest.mark.thorough
async def test_a_list_without_known_headings_can_be_mended(own: House, browsers: Browsers):
    page = await browsers.signed_in(own.admin, size=NARROW)
    await page.goto("/clients/import")
    await chosen(page, "Who\nAsh\nElm\n")
    await expect(page.get_by_text("No row can be used.")).to_be_visible()
    await page.get_by_label("Name", exact=True).select_option("0")
    await page.get_by_role("button", name="Use these columns").click()
    await expect(page.get_by_text("2 clients will be added.")).to_be_visible()
    await assert_accessible(page)


@pytest.mark.thorough
async def test_the_sheet_of_a_workbook_is_said_and_another_one_can_be_read(own: House):
    http = await arrived(own.admin)
    csrf = {"csrf": await csrf_of(http)}
    answer = await http.post("/clients/import", data=csrf, files={"file": ("clients.xlsx", SEVERAL)})
    here = answer.headers["location"]
    page = (await http.get(here)).text
    assert "Read from the sheet “Clients”; “Cover” is empty; “Sheet” is hidden." in page
    assert "<option>Left us</option>" in page
    wrong = await http.post(f"{here}/sheet", data=csrf | {"sheet": "Leavers"})
    assert wrong.status_code == 422
    assert "There is no sheet “Leavers” in the file." in wrong.text
    other = await http.post(f"{here}/sheet", data=csrf | {"sheet": "Left us"})
    assert (other.status_code, other.headers["location"] != here) == (303, True)
    page = (await http.get(other.headers["location"])).text
    assert "Read from the sheet “Left us”." in page
    assert "<option>Clients</option>" in page
    plain = await http.post("/clients/import", data=csrf, files={"file": ("a.csv", b"Code,Client name\nA1,Ash\n")})
    assert "Read from the sheet" not in (await http.get(plain.headers["location"])).text
