"""No token, code, verifier, contact name or e-mail address in any workflow history or log.

A run on the real servers, with everything in it that tempts to write one down: a declined sign-in, a refresh whose
answer is lost, bodies that cannot be read, faults, lost access. Then all that was written down is searched.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest_asyncio

from cli.demo import cast, journey
from cli.demo.api import Api
from cli.demo.browser import Browser
from cli.demo.sandbox import Fault, Sandbox
from contracts.payloads.selection import Selection
from contracts.words.causes import Cause
from contracts.words.runs import Outcome, Stage
from models.kit.database import Database
from runtime.settings.settings import Settings
from starter.answers.runs import RunAnswer
from starter.embedded import Product, embedded_product
from tests.starter.written_down import found_in, written_down

KINDS = {"access_token", "refresh_token", "id_token", "code", "code_verifier", "contact_name", "email"}
WAIT = 120.0


@dataclass(frozen=True)
class Aftermath:
    """What is left after the run.

    Attributes:
        run: The run, finished.
        secrets: What the sandbox handed out, by kind.
        places: What was written down, by where.
    """

    run: RunAnswer
    secrets: dict[str, list[str]]
    places: dict[str, bytes]


@pytest_asyncio.fixture(scope="module")
async def aftermath(tmp_path_factory) -> AsyncIterator[Aftermath]:
    directory: Path = tmp_path_factory.mktemp("secrets")
    settings = Settings.model_construct(data_dir=directory / "data", log_level="DEBUG")
    plain = ["--organisations", "8", "--scenario", "plain"]
    async with AsyncExitStack() as stack:
        product = await stack.enter_async_context(embedded_product(settings, sandbox=plain))
        yield await perform(product)


async def perform(product: Product) -> Aftermath:
    database = Database(product.settings.required("database_url"), pool_size=1)
    people = await cast.set_up(database, allowance=50)
    await database.close()
    async with (
        Sandbox(product.sandbox_url or "") as sandbox,
        Api(product.web_url, people.ada_token) as api,
        Browser() as browser,
    ):
        email = (await sandbox.state()).people[0].email
        await decline(api, browser, email)
        run = await add_all(api, browser, email, sandbox, product)
        async with httpx2.AsyncClient(base_url=product.sandbox_url or "") as http:
            secrets: dict[str, list[str]] = (await http.get("/sandbox/api/secrets")).json()
    secrets["email"] += [cast.ADA, cast.BEN, cast.CLEO]
    return Aftermath(run, private(secrets, run), await written_down(product.settings))


async def decline(api: Api, browser: Browser, email: str) -> None:
    """A sign-in that is declined ends its run."""
    started = await api.start()
    page = await browser.press(await browser.open(started.authorize_url or ""), "Agree and continue")
    page = await browser.press(page, "Sign in", fill={"email": email})
    await browser.press(page, "Cancel")
    await journey.until(api, started.run_id, Stage.FINISHED, WAIT)


async def add_all(api: Api, browser: Browser, email: str, sandbox: Sandbox, product: Product) -> RunAnswer:
    """A run in which tokens expire, an answer to a refresh is lost, and organisations answer badly."""
    started = await api.start()
    await journey.sign_in(browser, started.authorize_url or "", email, None)
    listed = await journey.until(api, started.run_id, Stage.AWAITING_SELECTION, WAIT)
    bad, gone, faulty = (organisation.organisation_id for organisation in listed.organisations[:3])
    await sandbox.add_fault(Fault("malformed_body", organisation_id=bad, path="/Contacts"))
    await sandbox.add_fault(Fault("access_removed", organisation_id=gone))
    await sandbox.add_fault(Fault("server_error", organisation_id=faulty, path="/Contacts", times=1))
    await sandbox.add_fault(Fault("drop_refresh_response", times=1))
    async with httpx2.AsyncClient(base_url=product.sandbox_url or "") as http:
        (await http.post("/sandbox/api/clock", json={"advance_seconds": 31 * 60})).raise_for_status()
    await api.select(
        started.run_id,
        Selection.model_validate(
            {
                "organisations": [
                    {"organisation_id": organisation.organisation_id} for organisation in listed.organisations
                ]
            }
        ),
    )
    return await journey.until(api, started.run_id, Stage.FINISHED, WAIT)


def private(secrets: dict[str, list[str]], run: RunAnswer) -> dict[str, list[str]]:
    """The secrets without contacts that are called as an organisation or a colleague is: those names may be told."""
    public = " ".join([*(organisation.name for organisation in run.organisations), "Ada Harbour", cast.PRACTICE])
    return {kind: [text for text in texts if text not in public] for kind, texts in secrets.items()}


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
    run_id, name = aftermath.run.run_id, aftermath.run.organisations[3].name
    found = found_in(aftermath.places, {"id": [run_id], "name": [name]})
    assert {("id", f"{run_id}, raw"), ("id", f"{run_id}, decoded"), ("name", f"{run_id}, decoded")} <= found
    assert {place for kind, place in found if kind == "name"} == {f"{run_id}, decoded"}
    assert ("id", "logs/web.log") in found
    assert {"logs/worker.log", "logs/xero-sandbox.log", "logs/temporal.log", "temporal/temporal.db"} <= set(
        aftermath.places
    )


def test_the_search_finds_what_should_not_be_there(aftermath: Aftermath):
    for kind, texts in aftermath.secrets.items():
        planted = {"logs/planted.log": f"a line with {texts[-1]} in it".encode()}
        assert (kind, "logs/planted.log") in found_in(planted, aftermath.secrets)
