"""The demo tells the truth about a real run, tells no secret, and leaves nothing behind, however it ends.

No token, code, verifier, contact name or e-mail address is in any workflow history or log.
"""

import asyncio
import json
import signal
from pathlib import Path

import pytest
import pytest_asyncio

from cli.demo import FEWEST
from cli.demo.stand_ins.xero import PARTS
from contracts.words.causes import Cause
from contracts.words.runs import Outcome
from tests.cli.demo.demo_process import command_line, is_starting, start_demo
from tests.cli.demo.performed import Aftermath, Performed, performed
from tests.cli.demo.written_down import found_in

TAKES_AT_MOST = 240.0
"""Seconds after which it hangs, on however slow a machine."""

KINDS = {"access_token", "refresh_token", "id_token", "code", "code_verifier", "contact_name", "email"}


@pytest_asyncio.fixture(scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> Performed:
    """The demo from its beginning to its end."""
    async with asyncio.timeout(TAKES_AT_MOST):
        return await performed(tmp_path_factory.mktemp("demo"))


@pytest.fixture
def aftermath(whole: Performed) -> Aftermath:
    return whole.aftermath


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Where the demo may put its files."""
    directory = tmp_path / "files"
    directory.mkdir()
    return directory


def left_in(directory: Path) -> list[Path]:
    return list(directory.iterdir())


def test_the_demo_ends_well_and_its_totals_add_up(whole: Performed):
    assert whole.status == 0, whole.told
    report = json.loads(whole.output)
    assert report["ok"]
    assert report["unmet"] == []
    assert report["listed"] == FEWEST == sum(report["counts"].values())
    ordinary = FEWEST - len(PARTS)
    assert report["counts"] == {
        "created": ordinary + 7,  # trial, namesakes, many and no contacts, the faulty one, the minute's limit
        "linked": 1,
        "already_client": 1,
        "failed": 1,
        "retrying": 2,
        "skipped": 1,
    }
    endings = {row["part"]: (row["outcome"], row["cause"]) for row in report["awkward"]}
    assert len(endings) == len(PARTS)
    assert endings["access_lost"] == ("failed", "access_lost")
    assert endings["offline"] == ("retrying", "provider_unavailable")
    assert endings["out_of_calls"] == ("retrying", "rate_limited")
    assert endings["colleagues"] == ("already_client", None)
    assert endings["lookalike"] == ("linked", None)
    assert report["second_run"]["counts"]["created"] == report["second_run"]["counts"]["linked"] == 0
    assert whole.left == []


@pytest.mark.long
async def test_ctrl_c_leaves_nothing_behind(files: Path):
    """In the middle of a start, when some of it runs already and the rest is on its way."""
    process = await start_demo(files, "--organisations", str(FEWEST))
    async with asyncio.timeout(TAKES_AT_MOST):
        started = await is_starting(process, "-m web")
        process.send_signal(signal.SIGINT)
        output, told = await process.communicate()
    assert process.returncode == 128 + signal.SIGINT
    assert output == b""
    assert b"Traceback" not in told
    for part in ("temporal", "postgres", "emulators.xero", "worker", "-m web"):
        assert any(part in command for command in started.values()), f"{part} was not running: {started}"
    assert {pid: now for pid, command in started.items() if (now := command_line(pid)) == command} == {}
    assert left_in(files) == []


@pytest.mark.thorough
async def test_too_few_organisations_are_refused(files: Path):
    process = await start_demo(files, "--organisations", str(FEWEST - 1))
    _, told = await process.communicate()
    assert process.returncode == 2
    assert b"--organisations" in told


def test_the_run_had_secrets_to_tell(aftermath: Aftermath):
    outcomes = {organisation.outcome for organisation in aftermath.run.organisations}
    assert outcomes >= {Outcome.CREATED, Outcome.FAILED}
    assert Cause.ACCESS_LOST in aftermath.run.causes
    assert set(aftermath.secrets) == KINDS
    assert len(aftermath.secrets["refresh_token"]) >= 3, "the tokens were not refreshed twice"
    assert len(aftermath.secrets["contact_name"]) > 200
    assert all(aftermath.secrets.values())


def test_no_secret_is_written_down(aftermath: Aftermath):
    assert found_in(aftermath.places, aftermath.secrets) == set()


def test_the_search_reaches_what_is_written_down(aftermath: Aftermath):
    """A name that may be told is found decoded, and not raw: payloads are sealed, and opened for the search."""
    run_id, name = aftermath.run.run_id, aftermath.chosen[-1]
    found = found_in(aftermath.places, {"id": [run_id], "name": [name]})
    assert {("id", f"{run_id}, raw"), ("id", f"{run_id}, decoded"), ("name", f"{run_id}, decoded")} <= found
    assert {place.rpartition(", ")[2] for kind, place in found if kind == "name"} == {"decoded"}
    assert ("id", "logs/web.log") in found
    assert {"logs/worker.log", "logs/xero-sandbox.log", "logs/temporal.log", "temporal/temporal.db"} <= set(
        aftermath.places
    )


def test_the_search_finds_what_should_not_be_there(aftermath: Aftermath):
    for kind, texts in aftermath.secrets.items():
        planted = {"logs/planted.log": f"a line with {texts[-1]} in it".encode()}
        assert (kind, "logs/planted.log") in found_in(planted, aftermath.secrets)
