"""A list that somebody is looking at before it is imported: kept sealed, for them alone, and not for long."""

import asyncio
import zlib
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlmodel import select

from contracts.words.client_accounts import ClientPatch, NewClient
from contracts.words.refusals import Refused
from models.clients import kept_imports
from models.clients.tables import ClientImport
from models.kit.columns import now
from models.practices.writes import create_colleague
from starter.clients.imports.imports import columns_of
from starter.clients.imports.packing import file_in, unpacked
from tests.journeys.people import change
from tests.journeys.scene import Scene
from tests.starter.clients.imports.test_client_imports import listed
from tests.starter.clients.imports.test_import_files import SEVERAL


async def test_a_list_is_kept_sealed_for_its_colleague_alone_and_forgotten(scene: Scene, neighbour):
    imports = scene.operations.client_imports
    first = await imports.keep(scene.actor, b"name,code,NI number\nAsh,A1,QQ123456C\n", "list.csv")
    kept = await imports.kept(scene.actor, first)
    assert kept.sheet is not None
    assert (kept.file_name, kept.sheet.rows[0].texts) == ("list.csv", ["Ash", "A1", "QQ123456C"])
    async with scene.database.session() as session:
        assert b"QQ123456C" not in ((await session.get_one(ClientImport, first)).sealed_list or b"")
    for who in (neighbour.actor, await colleague(scene)):
        with pytest.raises(Refused, match="not kept any more"):
            await imports.kept(who, first)
    second = await imports.keep(scene.actor, b"name,code\nElm,B1\n", "other.csv")
    with pytest.raises(Refused, match="not kept any more"):
        await imports.kept(scene.actor, first)
    imports.now = lambda: now() + kept_imports.VALID_FOR
    with pytest.raises(Refused, match="not kept any more"):
        await imports.kept(scene.actor, second)
    async with scene.database.transaction() as session:
        await kept_imports.delete_old(session, now() + kept_imports.VALID_FOR - timedelta(minutes=1))
        assert len((await session.exec(select(ClientImport))).all()) == 1
        await kept_imports.delete_old(session, now() + kept_imports.VALID_FOR)
        assert (await session.exec(select(ClientImport))).all() == []


async def test_a_kept_list_is_imported_once_and_its_content_goes_with_that(scene: Scene):
    imports = scene.operations.client_imports
    import_id = await imports.keep(scene.actor, b"name,code\nAsh,A1\n", "list.csv")
    sheet = (await imports.kept(scene.actor, import_id)).sheet
    assert sheet is not None
    columns = columns_of(sheet)
    plan = await imports.plan(scene.actor, sheet, columns)
    with pytest.raises(Refused, match="nothing was imported"):
        await imports.carry_out_kept(scene.actor, import_id, columns, adds_namesakes=False, expected="another")
    both = (
        imports.carry_out_kept(scene.actor, import_id, columns, adds_namesakes=False, expected=plan.fingerprint)
        for _ in range(2)
    )
    await asyncio.gather(*both)
    assert [client["code"] for client in await listed(scene)] == ["A1"]
    assert (await imports.kept(scene.actor, import_id)).sheet is None


async def colleague(scene: Scene) -> Any:
    email = f"{uuid4().hex}@x.test"
    async with scene.database.transaction() as session:
        await create_colleague(session, scene.actor.practice_id, email=email, name="Bea")
    return await scene.operations.colleagues.by_email(email)


async def test_a_list_that_is_looked_at_again_is_judged_again_only_when_something_has_changed(scene: Scene):
    imports = scene.operations.client_imports
    import_id = await imports.keep(scene.actor, b"name,code,reference\nAsh,A1,Box 7\nElm,B1,Box 8\n", "list.csv")
    kept = await imports.kept(scene.actor, import_id)
    assert kept.sheet is not None
    columns = columns_of(kept.sheet)
    first = await imports.plan_kept(scene.actor, kept, columns)
    assert await imports.plan_kept(scene.actor, kept, columns) is first
    assert await imports.plan_kept(scene.actor, kept, columns, adds_namesakes=True) is not first
    added = await scene.operations.accounts.add(scene.actor, NewClient(name="Ash", code="A1"))
    after = await imports.plan_kept(scene.actor, kept, columns)
    assert [row.verdict for row in after.rows] == ["changed", "created"]
    await scene.operations.accounts.change(scene.actor, added, ClientPatch(reference="Box 7"))
    assert [row.verdict for row in (await imports.plan_kept(scene.actor, kept, columns)).rows] == [
        "unchanged",
        "created",
    ]
    await change(scene, "UPDATE practices SET client_allowance = 1 WHERE id = :id", id=scene.actor.practice_id)
    full = await imports.plan_kept(scene.actor, kept, columns)
    assert [row.verdict for row in full.rows] == ["unchanged", "refused"]


@pytest.mark.thorough
async def test_another_sheet_of_a_kept_workbook_can_be_read_instead(scene: Scene, neighbour):
    imports = scene.operations.client_imports
    first = await imports.keep(scene.actor, SEVERAL, "list.xlsx")
    with pytest.raises(Refused, match="There is no sheet “Leavers”"):
        await imports.read_other(scene.actor, first, "Leavers")
    with pytest.raises(Refused, match="not kept any more"):
        await imports.read_other(neighbour.actor, first, "Left us")
    kept = await imports.kept(scene.actor, await imports.read_other(scene.actor, first, "Left us"))
    assert kept.file_name == "list.xlsx"
    assert kept.sheet is not None
    assert kept.sheet.read is not None
    assert (kept.sheet.read.name, [row.texts for row in kept.sheet.rows]) == ("Left us", [["Yew"]])
    back = await imports.kept(scene.actor, await imports.read_other(scene.actor, kept.id, "clients"))
    assert back.sheet is not None
    assert [row.texts for row in back.sheet.rows] == [["Ash"]]
    alone = await imports.keep(scene.actor, b"name\nAsh\n", "list.csv")
    with pytest.raises(Refused, match="no other sheet"):
        await imports.read_other(scene.actor, alone, "Clients")


def test_a_list_that_was_kept_by_an_earlier_release_is_still_read():
    before = zlib.compress(orjson.dumps((["name"], [(2, ["Ash"], [(0, "date")])])), level=1)
    sheet = unpacked(before)
    assert (sheet.rows[0].texts, sheet.rows[0].spoilt, sheet.read, file_in(before)) == (["Ash"], {0: "date"}, None, b"")
