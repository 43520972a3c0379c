"""An import of clients over HTTP: what is shown is done, once, whole or not at all; and what goes out comes back in."""

import asyncio
import csv
import time
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import select

from contracts.words.access import Scope
from contracts.words.practices import Plan
from contracts.words.refusals import RefusalCode, Refused
from models.access import tokens as api_tokens
from models.clients.tables import Client
from models.kit.columns import now
from models.practices.tables import Colleague, Practice
from models.practices.writes import create_colleague, create_team
from runtime.embedded.stack import environment_of
from starter.clients.imports.imports import columns_of
from tests.cli.test_cli import data, run
from tests.journeys.scene import Json, Scene
from tests.journeys.serving import http_of
from tests.starter.clients.imports.test_import_files import SEVERAL
from tests.starter.clients.test_accounts import told

IMPORT = "/api/v1/clients/import"
LIST = (
    "Client code;Client name;Client manager;Company number\n"
    "A1;Ash Ltd;;01234567\n"
    'A2;"\'=Elm; & Co";nobody@x.test;\n'
    "A3;Oak Ltd;;1234567\n"
    "A4;Fir Ltd;;\n"
)


async def asked(scene: Scene, content: bytes | str, **words: Any) -> Json:
    raw = content.encode() if isinstance(content, str) else content
    answer = await scene.http.post(IMPORT, files={"file": ("list.csv", raw)}, params=words)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def sent(scene: Scene, *rows: Json, **words: Any) -> Json:
    answer = await scene.http.post(IMPORT, json={"rows": list(rows)}, params=words)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def verdicts(answer: Json) -> list[str]:
    return [row["verdict"] for row in answer["rows"]]


async def listed(scene: Scene) -> list[Json]:
    found: list[Json] = (await scene.http.get("/api/v1/clients?sort=code&limit=500")).json()["clients"]
    return found


async def on_plan(scene: Scene, plan: Plan, allowance: int = 6_000) -> None:
    async with scene.database.transaction() as session:
        practice = await session.get_one(Practice, scene.actor.practice_id)
        practice.plan, practice.client_allowance = plan, allowance


async def test_what_is_shown_is_done_and_the_second_time_nothing(scene: Scene):
    shown = await asked(scene, LIST, dry_run=True)
    assert await listed(scene) == []
    assert verdicts(shown) == ["refused", "refused", "refused", "created"]
    assert shown["counts"] == {"created": 1, "changed": 0, "unchanged": 0, "refused": 3}
    assert [row["row"] for row in shown["rows"]] == [2, 3, 4, 5]
    assert "No colleague of your practice has the address nobody@x.test." in shown["rows"][1]["message"]
    assert [(one["heading"], one["field"]) for one in shown["columns"]] == [
        ("Client code", "code"),
        ("Client name", "name"),
        ("Client manager", "owner_email"),
        ("Company number", "company_number"),
    ]
    done = await asked(scene, LIST, expected=shown["plan"])
    assert done["rows"] == shown["rows"]
    (fir,) = await listed(scene)
    assert (fir["code"], fir["name"], fir["owner_id"]) == ("A4", "Fir Ltd", str(scene.actor.colleague_id))
    assert await told(scene.database, fir["client_id"]) == [("client.imported", None, "Fir Ltd")]
    again = await asked(scene, LIST)
    assert (verdicts(again)[3], again["counts"]["created"]) == ("unchanged", 0)
    assert await listed(scene) == [fir]


@pytest.mark.thorough
async def test_a_change_is_told_field_by_field_as_by_hand(scene: Scene):
    await on_plan(scene, Plan.ADVANCED)
    async with scene.database.transaction() as session:
        bea = await create_colleague(session, scene.actor.practice_id, email=f"{uuid4().hex}@x.test", name="Bea Quay")
        await create_team(session, scene.actor.practice_id, "Payroll")
    await sent(scene, {"code": "A1", "name": "Ash", "reference": "Box 7"}, {"name": "Elm"})
    row = {"code": "a1", "name": "Ash Ltd", "owner_email": bea.email, "team": "payroll", "tax_number": "GB123456782"}
    answer = await sent(scene, row | {"reference": None})
    assert [(one["field"], one["before"], one["after"]) for one in answer["rows"][0]["changes"]] == [
        ("name", "Ash", "Ash Ltd"),
        ("tax_number", None, "GB123456782"),
        ("owner_email", "admin@harbour-lane.example.com", bea.email),
        ("team", None, "Payroll"),
    ]
    (ash, elm) = await listed(scene)
    assert (ash["owner"], ash["team"], ash["reference"], elm["code"]) == ("Bea Quay", "Payroll", "Box 7", "ELM0001")
    assert sorted((await told(scene.database, ash["client_id"]))[1:]) == [
        ("client.owner_changed", scene.actor.colleague_name, "Bea Quay"),
        ("client.renamed", "Ash", "Ash Ltd"),
        ("client.tax_number_changed", None, "GB123456782"),
        ("client.team_changed", None, "Payroll"),
    ]
    assert verdicts(await sent(scene, row)) == ["unchanged"]


async def test_what_was_shown_is_done_or_nothing(scene: Scene):
    await sent(scene, {"code": "A1", "name": "Ash"})
    row, other = {"code": "A1", "name": "Ash Ltd"}, {"code": "B1", "name": "Birch"}
    shown = await sent(scene, row, other, dry_run=True)
    ash = (await listed(scene))[0]
    await scene.http.patch(f"/api/v1/clients/{ash['client_id']}", json={"name": "Ash LLP"})
    refused = await scene.http.post(IMPORT, json={"rows": [row, other]}, params={"expected": shown["plan"]})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "wrong_stage")
    assert [(one["code"], one["name"]) for one in await listed(scene)] == [("A1", "Ash LLP")]
    await scene.http.patch(f"/api/v1/clients/{ash['client_id']}", json={"name": "Ash"})
    await sent(scene, {"code": "C1", "name": "Cedar"})  # which is in nobody's way
    assert verdicts(await sent(scene, row, other, expected=shown["plan"])) == ["changed", "created"]


@pytest.mark.thorough
async def test_two_imports_at_once_create_nothing_twice(scene: Scene):
    rows = [{"code": f"A{number}", "name": f"Ash {number}"} for number in range(20)] + [{"name": "Elm"}]
    answers = await asyncio.gather(*(sent(scene, *rows) for _ in range(2)))
    assert sorted(answer["counts"]["created"] for answer in answers) == [0, 21]
    assert len(await listed(scene)) == 21


async def test_a_client_that_changes_in_the_last_moment_refuses_the_whole(scene: Scene, monkeypatch):
    """An owner changes without the practice's lock when a run moves a client: what was read is compared once more."""
    await sent(scene, {"code": "A1", "name": "Ash"})
    imports = scene.operations.client_imports
    judged = imports._judged

    async def moved_meanwhile(*words: Any, **more: Any) -> Any:
        plan = await judged(*words, **more)
        async with scene.database.transaction() as session:
            client = (await session.exec(select(Client))).one()
            client.reference = "Box 1"
            session.add(client)
        return plan

    monkeypatch.setattr(imports, "_judged", moved_meanwhile)
    sheet = await imports.read(b"code,name\nA1,Ash Ltd\nB1,Birch\n")
    with pytest.raises(Refused) as refused:
        await imports.carry_out(scene.actor, sheet, columns_of(sheet))
    assert refused.value.refusal.code is RefusalCode.WRONG_STAGE
    assert [(one["name"], one["reference"]) for one in await listed(scene)] == [("Ash", "Box 1")]


async def test_columns_are_named_by_hand(scene: Scene):
    shown = await asked(scene, "Who;Ref\nAsh;A1\n", column=["name=who", "code=Ref"], dry_run=True)
    assert [row["code"] for row in shown["rows"]] == ["A1"]
    for column, said in (
        ("name=Whom", "There is no column 'Whom'. The list has: Who, Ref."),
        ("nome=Who", "Write a column as FIELD=HEADING"),
    ):
        answer = await scene.http.post(IMPORT, files={"file": b"Who;Ref\nAsh;A1\n"}, params={"column": column})
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, "column"), answer.text
        assert answer.json()["error"]["message"].startswith(said)
    answer = await scene.http.post(IMPORT, files={"file": b"Who;What\nAsh;A1\n"})
    assert "None of the columns is known by its heading (Who, What)." in answer.json()["error"]["message"]


NO_LISTS: list[tuple[Json, str]] = [
    ({"json": {"rows": []}}, "Give 1 or more."),
    ({"json": {"rows": [{"nome": "Ash"}]}}, "There is no such field."),
    ({"content": b"{", "headers": {"Content-Type": "application/json"}}, "This is not valid JSON."),
    ({"content": b"name\nAsh\n", "headers": {"Content-Type": "text/csv"}}, "Send the file as multipart/form-data"),
    ({"data": {"file": "Ash"}, "files": {"other": b"x"}}, "Choose a file."),
    ({"files": {"file": ("x.xlsx", b"PK")}}, "cannot be read as an Excel workbook"),
    ({"files": {"file": ("x.csv", b"name\n" + b"x" * 5 * 2**20)}}, "larger than 5 MB"),
]


@pytest.mark.thorough
async def test_what_brings_no_list_is_told(scene: Scene):
    for body, said in NO_LISTS:
        answer = await scene.http.post(IMPORT, **body)
        assert answer.status_code == 422, answer.text
        assert said in answer.json()["error"]["message"]


async def test_a_token_has_to_be_for_both_adding_and_changing(scene: Scene):
    for scopes in ({Scope.ADD, Scope.READ}, {Scope.MANAGE, Scope.READ}):
        async with scene.database.transaction() as session:
            secret, _ = await api_tokens.issue(session, scene.actor.colleague_id, scopes=frozenset(scopes))
        async with http_of(scene.web, secret) as http:
            answer = await http.post(IMPORT, json={"rows": [{"name": "Ash"}]}, params={"dry_run": True})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")


async def test_another_practice_s_clients_are_not_there(scene: Scene, neighbour):
    await sent(scene, {"code": "A1", "name": "Ash", "company_number": "01234567"})
    row = {"code": "A1", "name": "Theirs", "company_number": "1234567", "owner_email": "admin@harbour-lane.example.com"}
    answer = (await neighbour.http.post(IMPORT, json={"rows": [row]})).json()
    assert "No colleague of your practice" in answer["rows"][0]["message"]
    assert verdicts((await neighbour.http.post(IMPORT, json={"rows": [row | {"owner_email": ""}]})).json()) == [
        "created"
    ]
    assert [client["name"] for client in await listed(scene)] == ["Ash"]


AWKWARD = (
    ('Ash "the" & Söhne; Ltd, plc', "00123", "'=x", "00042"),
    ("=HYPERLINK(1)", "1E5", "+44 20", "1E5"),
    ("  two\n lines\tand  blanks ", "A-1", "'", "-"),
    ("'=already", "A/2", "''", "TRUE"),
    ("@東京 株式会社", "2026-03", "2026-03-01", "é"),
    ("with\x07bell and \u202e turned", "X", None, None),
    ("0001", "0001", "0001", "0001"),
)


async def awkward(scene: Scene) -> None:
    """Clients as runs, hands and earlier versions may have left them, one of a colleague who has gone."""
    await on_plan(scene, Plan.STANDARD)
    async with scene.database.transaction() as session:
        team = await create_team(session, scene.actor.practice_id, '=Team; "A"')
        gone = await create_colleague(session, scene.actor.practice_id, email=f"{uuid4().hex}@X.test", name="=Cy")
        await session.merge(Colleague.model_validate(gone, update={"deactivated_at": now()}))
        for name, code, reference, number in AWKWARD:
            session.add(
                Client(
                    practice_id=scene.actor.practice_id,
                    name=name,
                    code=code,
                    owner_id=gone.id if code == "X" else scene.actor.colleague_id,
                    team_id=team.id if code == "A-1" else None,
                    reference=reference,
                    company_number=number,
                    tax_number=number,
                )
            )


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_what_goes_out_comes_back_in_and_changes_nothing(scene: Scene, kind: str):
    await awkward(scene)
    file = await scene.http.get(f"/api/v1/clients.{kind}")
    assert file.headers["content-disposition"].endswith(f'.{kind}"')
    answer = await asked(scene, file.content, dry_run=True)
    assert verdicts(answer) == ["unchanged"] * len(AWKWARD), answer["rows"]
    assert [one["heading"] for one in answer["columns"] if one["field"]] == [
        *("code", "name", "owner_email", "team", "company_number", "tax_number", "reference"),
    ]
    before = await listed(scene)
    assert (await asked(scene, file.content))["counts"]["unchanged"] == len(AWKWARD)
    assert await listed(scene) == before


@pytest.mark.thorough
async def test_a_file_from_windows_with_semicolons_comes_back_in_too(scene: Scene):
    await sent(scene, {"code": "00123", "name": '=Ash; "é"'}, {"code": "B1", "name": "Birch"})
    rows = list(
        csv.reader(StringIO((await scene.http.get("/api/v1/clients.csv")).content.decode("utf-8-sig"), newline=""))
    )
    text = StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(rows)
    assert verdicts(await asked(scene, text.getvalue().encode("cp1252"), dry_run=True)) == ["unchanged"] * 2


@pytest.mark.thorough
async def test_commands_answer_the_same(scene: Scene, tmp_path):
    environment, me = environment_of(scene.settings), ("--as", "admin@harbour-lane.example.com")
    file, out = tmp_path / "list.csv", tmp_path / "clients.xlsx"
    file.write_text("Who;Code\nAsh;A1\n=Elm;B 1\n")
    shown = await run(environment, "clients", "import", str(file), "--dry-run", "--column", "name=Who", *me)
    assert (shown.exit_code, await listed(scene)) == (2, [])
    assert "1 would be created, 0 would be changed, 0 left as they are, 1 refused." in " ".join(shown.stdout.split())
    assert "A code has 1 to 20 letters" in " ".join(shown.stdout.split())
    file.write_text("Who;Code\nAsh;A1\n=Elm;B1\n")
    done = await data(environment, "clients", "import", str(file), "--column", "name=Who", *me)
    assert (done["is_dry_run"], done["counts"]["created"]) == (False, 2)
    assert [client["name"] for client in await listed(scene)] == ["Ash", "=Elm"]
    assert (await run(environment, "clients", "export", "-o", str(out), *me)).exit_code == 0
    again = await data(environment, "clients", "import", str(out), "--dry-run", *me)
    assert again["counts"] == {"created": 0, "changed": 0, "unchanged": 2, "refused": 0}
    out.write_bytes(SEVERAL)
    of_sheet = " ".join((await run(environment, "clients", "import", str(out), "--dry-run", *me)).stdout.split())
    assert "Read from the sheet “Clients”; “Cover” is empty; “Sheet” is hidden." in of_sheet
    assert "--sheet reads another one: Left us" in of_sheet
    left = await data(environment, "clients", "import", str(out), "--sheet", "Left us", "--dry-run", *me)
    assert (left["sheet"]["name"], left["rows"][0]["name"]) == ("Left us", "Yew")


@pytest.mark.thorough
async def test_a_sheet_of_a_workbook_is_read_by_its_name(scene: Scene):
    answer = await asked(scene, SEVERAL, dry_run=True)
    assert answer["sheet"] == {"name": "Clients", "others": ["Left us"], "empty": ["Cover"], "hidden": ["Sheet"]}
    other = await asked(scene, SEVERAL, dry_run=True, sheet="Left us")
    assert (other["sheet"]["name"], [row["name"] for row in other["rows"]]) == ("Left us", ["Yew"])
    assert (await asked(scene, "name\nAsh\n", dry_run=True))["sheet"] is None
    for sent_as in ({"files": {"file": ("list.xlsx", SEVERAL)}}, {"json": {"rows": [{"name": "Ash"}]}}):
        answer = (await scene.http.post(IMPORT, params={"sheet": "Leavers"}, **sent_as)).json()
        assert answer["error"]["field"] == "sheet"


@pytest.mark.parametrize("size", [500, pytest.param(5_000, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
async def test_a_long_list_is_shown_done_and_taken_back(scene: Scene, size: int, record_property):
    await on_plan(scene, Plan.ADVANCED)
    heading = "Client code,Client name,Company number,VAT number,Your reference"
    rows = [
        f"C{number:05d},Client {number} Ltd,{number + 1:08d},GB{number + 1:09d},Ref {number}" for number in range(size)
    ]
    content, took = "\n".join([heading, *rows]), {}
    for step, words in (("shown", {"dry_run": True}), ("done", {}), ("again", {"dry_run": True})):
        began = time.monotonic()
        answer = await asked(scene, content, **words)
        took[step] = round(time.monotonic() - began, 2)
        assert answer["counts"]["unchanged" if step == "again" else "created"] == size
    began = time.monotonic()
    book = (await scene.http.get("/api/v1/clients.xlsx")).content
    took["workbook"] = round(time.monotonic() - began, 2)
    began = time.monotonic()
    assert (await asked(scene, book, dry_run=True))["counts"]["unchanged"] == size
    took["workbook again"] = round(time.monotonic() - began, 2)
    record_property("seconds", took)
    print(took)  # noqa: T201  # seen with -s
