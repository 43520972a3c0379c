"""The command line: data alone on standard output, one sentence when it fails, and statuses that scripts rely on."""

import asyncio
import csv
import io
import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from typer.testing import CliRunner, Result

from cli.kit.lazily import Announced
from cli.main import PANELS, app
from contracts.words.practices import Role
from contracts.words.runs import Stage
from models.clients.tables import Client
from models.kit.columns import now
from models.runs.tables import Run
from runtime.embedded.ports import HOST, Ports
from runtime.embedded.processes import Command, Supervisor
from runtime.embedded.stack import environment_of
from tests.conftest import administer, sibling
from tests.journeys.scene import Scene
from tests.journeys.serving import NO_TLS

COMMANDS = """
up,doctor,db upgrade,practice create,colleague create,colleague invite,team create,token create,
runs start,runs list,runs show,runs select,runs retry,runs cancel,clients list,clients show,
clients export,clients import,connections list,connections check,schedules apply,practice change
"""
NOTHING_SET = {name: "" for name in os.environ if name.startswith("CLIENTSYNC_")}


async def run(environment: dict[str, str], *arguments: str) -> Result:
    """Run a command in a thread, which gives it an event loop of its own."""
    runner = CliRunner(env=NOTHING_SET | environment)
    return await asyncio.to_thread(runner.invoke, app, list(arguments), catch_exceptions=False)


async def data(environment: dict[str, str], *arguments: str) -> Any:
    result = await run(environment, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


async def refused(environment: dict[str, str], *arguments: str, status: int = 2) -> str:
    result = await run(environment, *arguments, "--json")
    assert (result.exit_code, result.stdout) == (status, ""), result.output
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.fixture
def environment(scene: Scene) -> dict[str, str]:
    return environment_of(scene.settings)


@pytest.mark.parametrize(
    "announced", [one for commands in PANELS.values() for one in commands], ids=lambda one: one.name
)
def test_the_overview_says_what_a_command_says_of_itself(announced: Announced):
    said: str = announced.imported().help
    assert said.partition("\n")[0] == announced.said


def test_asking_for_help_imports_no_server_and_no_database():
    asks = "import sys; from cli.main import app; app(['--help'], standalone_mode=False); print(*sys.modules)"
    heavy = {"sqlalchemy", "temporalio", "fastapi", "pydantic"}
    said = subprocess.run([sys.executable, "-c", asks], check=True, capture_output=True, text=True).stdout
    assert "schedules" in said
    assert not heavy & set(said.split())


@pytest.mark.parametrize("command", [words.strip() for words in COMMANDS.split(",")])
async def test_every_command_explains_itself(command: str):
    result = await run({}, *command.split(), "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.stdout


async def test_a_first_set_up(postgres_url: str):
    name = f"cli_{uuid4().hex}"
    await administer(postgres_url, f"CREATE DATABASE {name}")
    environment = {"CLIENTSYNC_DATABASE_URL": sibling(postgres_url, name)}
    new = ("practice", "create", "--name", "Mill Street", "--admin-email", "bo@mill.example")
    assert "clientsync db upgrade" in await refused(environment, *new, status=1)
    assert (await data(environment, "db", "upgrade"))["applied"]
    assert (await data(environment, "db", "upgrade"))["applied"] == []
    plan = ("--plan", "advanced", "--allowance", "2000", "--time-zone", "Europe/London")
    assert {"practice_id", "colleague_id"} <= set(made := await data(environment, *new, *plan))
    assert made["invitation_link"] is None  # nobody said where this installation is
    assert "CLIENTSYNC_PUBLIC_URL" in await refused(
        environment, "colleague", "invite", "--email", "bo@mill.example", status=1
    )
    there = environment | {"CLIENTSYNC_PUBLIC_URL": "https://sync.example"}
    link = (await data(there, "colleague", "invite", "--email", "BO@mill.example"))["link"]
    assert link.startswith("https://sync.example/invitation/")
    assert "exists already" in await refused(environment, *new)
    assert "time_zone" in await refused(environment, *new, "--time-zone", "Europe/Mars")
    member = ("colleague", "create", "--email", "mel@mill.example", "--name", "Mel")
    assert set(await data(environment, *member)) == {"colleague_id"}
    team = ("team", "create", "--name", "Night", "--member", "mel@mill.example")
    assert set(await data(environment, *team)) == {"team_id"}
    assert len((await data(environment, "token", "create", "--email", "bo@mill.example"))["token"]) > 40
    assert "No active colleague" in await refused(environment, "token", "create", "--email", "no@mill.example")
    await administer(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


async def test_wrong_usage_and_missing_settings(tmp_path):
    assert (await run({}, "practice", "create", "--name", "X")).exit_code == 2
    assert (await run({}, "runs", "show")).exit_code == 2
    assert "CLIENTSYNC_DATABASE_URL" in await refused({}, "token", "create", "--email", "a@b.example", status=1)
    assert "CLIENTSYNC_WEB_PORT" in await refused({"CLIENTSYNC_WEB_PORT": "x"}, "db", "upgrade")
    port = Ports(tmp_path / "ports.json").get("nobody")
    unreachable = {"CLIENTSYNC_DATABASE_URL": f"postgresql://nobody@{HOST}:{port}/nothing"}
    assert "cannot be reached" in await refused(unreachable, "token", "create", "--email", "a@b.example", status=1)


async def test_a_mistyped_database_or_role_is_told_as_such(postgres_url: str):
    """By commands and by doctor; a database without tables is another thing."""
    nobody = postgres_url.replace("//", "//nobody_", 1)
    name = f"cli_{uuid4().hex}"
    await administer(postgres_url, f"CREATE DATABASE {name}")
    for url, said, found in (
        (sibling(postgres_url, "mistyped"), "has no database of that name", "has no database of that name"),
        (nobody, "does not let us in: correct the role", "does not let us in"),
        (sibling(postgres_url, name), "is not up to date. Run `clientsync db upgrade`.", "lacks "),
    ):
        environment = {"CLIENTSYNC_DATABASE_URL": url}
        assert said in await refused(environment, "token", "create", "--email", "a@b.example", status=1)
        findings = json.loads((await run(environment, "doctor", "--json")).stdout)["findings"]
        assert found in next(one["said"] for one in findings if one["check"] == "database")
    await administer(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.thorough
async def test_runs(scene: Scene, environment: dict[str, str]):
    me = ("--as", "admin@harbour-lane.example.com")
    started = await data(environment, "runs", "start", *me, "--key", "once")
    assert started["authorize_url"].startswith(f"{scene.web}/sign-in-link/")
    assert (await data(environment, "runs", "start", *me, "--key", "once"))["run_id"] == started["run_id"]
    said = await refused(environment, "runs", "start", *me, "--region", "GB")
    assert "Xero has no countries to choose from." in said, "the country that was said is asked for"
    [listed] = (await data(environment, "runs", "list", *me))["runs"]
    shown = await data(environment, "runs", "show", started["run_id"], *me)
    assert (listed["run_id"], shown["stage"]) == (started["run_id"], "awaiting_consent")
    assert "Choose at least one" in await refused(environment, "runs", "select", started["run_id"], *me)
    async with scene.worker():
        await scene.sign_in(started["authorize_url"])
        await scene.until_stage(started["run_id"], "awaiting_selection")
        assert (await data(environment, "runs", "select", started["run_id"], "--all-new", *me))["chosen"] == 5
        await scene.until_stage(started["run_id"], "finished")
    assert "nothing to retry" in await refused(environment, "runs", "retry", started["run_id"], *me)
    assert "ended already" in await refused(environment, "runs", "cancel", started["run_id"], *me)
    assert "no run" in await refused(environment, "runs", "show", "unknown", *me)
    for command in (("list",), ("show", started["run_id"])):
        shown = await run(environment, "runs", *command, *me)
        assert (shown.exit_code, "5 created" in shown.stdout) == (0, True)
    assert "All 5 clients are added, with their standard information." in shown.stdout
    found = await data(environment, "clients", "list", *me, "--limit", "2")
    assert (len(found["clients"]), found["total"]) == (2, 5)
    client = await data(environment, "clients", "show", found["clients"][0]["client_id"], *me)
    assert client["connection"]["status"] == "connected"


@pytest.mark.thorough
async def test_a_run_that_waits_for_a_limit_says_so(scene: Scene, environment: dict[str, str]):
    run_id, _ = await scene.start()
    me = ("--as", "admin@harbour-lane.example.com")
    assert "limit" not in (await run(environment, "runs", "show", run_id, *me)).stdout
    async with scene.database.transaction() as session:
        paused = await session.get_one(Run, run_id)
        paused.paused_until, paused.stage = now() + timedelta(minutes=1), Stage.PULLING
    shown = " ".join((await run(environment, "runs", "show", run_id, *me)).stdout.split())
    assert "Pulling standard information: 0 of 0 clients done. Waiting for Xero's limit of this minute." in shown


async def test_an_export_is_whole_and_safe_in_a_spreadsheet(scene: Scene, environment: dict[str, str]):
    actor = scene.actor
    async with scene.database.transaction() as session:
        for number in range(501):
            name = '=HYPERLINK("http://evil.example")' if number == 0 else f"Client {number:03}"
            session.add(
                Client(practice_id=actor.practice_id, owner_id=actor.colleague_id, name=name, code=f"C{number:04}")
            )
    exported = await run(environment, "clients", "export", "--as", "admin@harbour-lane.example.com")
    rows = list(csv.DictReader(io.StringIO(exported.stdout)))
    assert len({row["code"] for row in rows}) == 501
    assert [row["name"] for row in rows if row["code"] == "C0000"] == ['\'=HYPERLINK("http://evil.example")']
    assert len(await data(environment, "clients", "export", "--as", "admin@harbour-lane.example.com")) == 501


@pytest.mark.thorough
async def test_whom_to_act_as(scene: Scene, environment: dict[str, str]):
    assert await data(environment, "runs", "list") == {"runs": []}
    assert "No active colleague" in await refused(environment, "runs", "list", "--as", "nobody@example.com")
    await scene.operations.colleagues.create(practice=None, email="boss@harbour.example", name="Boss", role=Role.ADMIN)
    assert "--as EMAIL" in await refused(environment, "runs", "list")  # there are two admins now


async def test_the_doctor(scene: Scene, environment: dict[str, str]):
    without = json.loads((await run(environment, "doctor", "--json")).stdout)["findings"]
    assert [found["what_to_do"] for found in without if not found["ok"]] == ["Run: clientsync schedules apply"]
    await data(environment, "schedules", "apply")
    result = await run(environment, "doctor", "--json")
    findings = {found["check"]: found["ok"] for found in json.loads(result.stdout)["findings"]}
    assert result.exit_code == 0, findings
    assert len(findings) == 8
    assert findings["Xero app"]
    wrong = await run(environment | {"CLIENTSYNC_XERO_CLIENT_SECRET": "replaced"}, "doctor", "--json")
    assert wrong.exit_code == 1
    [found] = [found for found in json.loads(wrong.stdout)["findings"] if not found["ok"]]
    assert (found["check"], "secret is refused" in found["said"]) == ("Xero app", True)
    assert "CLIENTSYNC_XERO_CLIENT_SECRET" in found["what_to_do"]
    half = await run(environment | {"CLIENTSYNC_XERO_CLIENT_SECRET": ""}, "doctor", "--json")
    [found] = [found for found in json.loads(half.stdout)["findings"] if not found["ok"]]
    assert (found["check"], found["said"]) == ("settings", "not set: CLIENTSYNC_XERO_CLIENT_SECRET")
    off = await run(environment | {"CLIENTSYNC_XERO_CLIENT_ID": ""}, "doctor", "--json")
    [found] = [found for found in json.loads(off.stdout)["findings"] if not found["ok"]]
    sage = "CLIENTSYNC_SAGE_CLIENT_ID and CLIENTSYNC_SAGE_CLIENT_SECRET"
    quickbooks = "CLIENTSYNC_QUICKBOOKS_CLIENT_ID and CLIENTSYNC_QUICKBOOKS_CLIENT_SECRET"
    assert found["said"] == f"not set: CLIENTSYNC_XERO_CLIENT_ID, or {sage}, or {quickbooks}"
    await scene.temporal.get_schedule_handle("check-connections-harbour-lane").delete()
    ill = await run({"CLIENTSYNC_ENCRYPTION_KEYS": "short"}, "doctor", "--json")
    assert ill.exit_code == 1
    assert [found["what_to_do"] != "" for found in json.loads(ill.stdout)["findings"]] == [True, True]


@pytest.mark.thorough
@pytest.mark.parametrize("program", ["worker", "web"])
async def test_a_secret_that_is_missing_is_named_at_the_start(environment: dict[str, str], program: str):
    ill = environment | {"CLIENTSYNC_XERO_CLIENT_SECRET": ""}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", program), env=dict(os.environ) | ill, stderr=asyncio.subprocess.PIPE
    )
    _, told = await process.communicate()
    assert process.returncode == 1
    said = told.decode().removeprefix("This cannot start: ")
    assert said.startswith("CLIENTSYNC_XERO_CLIENT_SECRET is not set. Set it in the environment or in .env")


@pytest.mark.thorough
async def test_a_url_s_parameter_that_cannot_be_had_is_refused_by_name_at_the_start(environment: dict[str, str]):
    url = environment["CLIENTSYNC_DATABASE_URL"]
    ill = environment | {"CLIENTSYNC_DATABASE_URL": f"{url}?channel_binding=require"}
    result = await run(ill, "db", "upgrade")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "channel_binding=require cannot be had" in result.stderr
    found = json.loads((await run(ill, "doctor", "--json")).stdout)["findings"]
    assert "channel_binding" in next(one["said"] for one in found if one["check"] == "database")
    for program in ("worker", "web"):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", program), env=dict(os.environ) | ill, stderr=asyncio.subprocess.PIPE
        )
        _, told = await process.communicate()
        assert process.returncode == 1
        assert told.decode().removeprefix("This cannot start: ").startswith("channel_binding=require cannot be had")


async def test_the_web_process_serves_and_ends_in_order(scene: Scene, environment: dict[str, str], tmp_path):
    port = Ports(tmp_path / "ports.json").get("web")
    argv = [sys.executable, "-m", "cli.main", "web", "--port", str(port)]

    async with httpx2.AsyncClient(base_url=f"http://{HOST}:{port}", verify=NO_TLS) as http:

        async def answers() -> bool:
            try:
                return (await http.get("/readyz")).status_code == 200
            except httpx2.TransportError:
                return False

        async with Supervisor(tmp_path / "logs") as supervisor:
            web = await supervisor.start(Command("web", argv, environment=dict(os.environ) | environment), answers)
            await http.get("/connect/xero/callback?state=s3cret&code=c0de")
            web.send(signal.SIGTERM)
            assert await web.wait() == 0
    log = web.log.read_text()
    assert "GET /connect/xero/callback 404" in log
    assert "s3cret" not in log
    assert "c0de" not in log
