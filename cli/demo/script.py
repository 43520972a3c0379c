"""The demo from beginning to end: what happens, in which order, and what is read afterwards."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from cli.demo import cast, expectations, journey, report
from cli.demo.api import Api
from cli.demo.awkward import Casting, Part, When, cast_parts
from cli.demo.browser import Browser
from cli.demo.cast import Cast
from cli.demo.expectations import MADE, Lacking, Lists
from cli.demo.failure import DemoError
from cli.demo.progress import Steps
from cli.demo.report import Report
from cli.demo.sandbox import Sandbox, SandboxState
from cli.demo.selection import choose, same_again
from cli.demo.stand_ins import StandIn, stand_in_of
from contracts.payloads.selection import SelectedOrganisation, Selection
from contracts.words.client_accounts import NewClient
from contracts.words.lists import ListName
from contracts.words.runs import Stage
from starter.access.tokens import Tokens
from starter.answers.clients import ListAnswer
from starter.answers.runs import RunAnswer
from starter.bootstrap import open_database
from starter.embedded import Product
from starter.people.colleagues import Colleagues

LISTS_OF_AT_MOST = 40
"""Clients whose nine lists are looked at one by one; for the others the connection tells."""

SPARE_ALLOWANCE = 10
LISTING_SECONDS = 300.0
PULLING_SECONDS = 1200.0


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that the demo uses.

    Attributes:
        provider: The accounting software that is signed in to.
        stand_in: What is to be known of its stand-in.
        sandbox: The stand-in's control calls.
        state: The stand-in's people and organisations: the first person can open everything, the second a part.
        casting: Which organisation plays which awkward part.
        people: The practice's people and teams.
        ada: Ada's access to the API; she starts the run.
        ben: Ben's access to the API.
    """

    provider: str
    stand_in: StandIn
    sandbox: Sandbox
    state: SandboxState
    casting: Casting
    people: Cast
    ada: Api
    ben: Api


async def play(product: Product, progress: Steps) -> Report:
    """Play the whole demo on a product that is running and empty.

    Raises:
        DemoError: It cannot go on.
    """
    async with _scene(product, progress) as scene:
        with progress.step("A colleague adds one client first"):
            await _colleague_adds_one(scene)
        before = len(await scene.ada.clients())
        await _let_happen(scene, When.BEFORE_SIGN_IN)
        with progress.step("Signed in, access allowed, organisations listed"):
            listed = await _sign_in(scene)
        progress.tell(report.verdict_table(listed, scene.casting))
        await _let_happen(scene, When.AFTER_LISTING)
        selection = choose(listed, scene.casting, scene.people.teams)
        run = await _create(scene, listed, selection, progress)
        with progress.step("Looked at every client and its lists"):
            clients = await scene.ada.clients()
            read = await _read_lists(scene, run)
        left = await scene.sandbox.faults()
        with progress.step("Signed in and chose the same once more"):
            again = await _once_more(scene, selection)
        after = len(await scene.ada.clients())
        lacking = _lacking(scene)
    unmet = [
        *expectations.endings(run, scene.casting),
        *expectations.day_limit(run, scene.casting, datetime.now(UTC)),
        *expectations.sums(run, len(scene.state.organisations)),
        *expectations.happened(left, scene.casting),
        *expectations.accounts(run, clients, before, selection, lacking),
        *expectations.lists(run, scene.casting, read, lacking),
        *expectations.nothing_new(again, len(clients), after),
    ]
    rows = sum(answer.total for theirs in read.values() for answer in theirs.values())
    return Report(run, scene.casting, len(clients), len(read), rows, again, unmet, progress.seconds)


@asynccontextmanager
async def _scene(product: Product, progress: Steps) -> AsyncIterator[Scene]:
    if not product.stand_ins:
        raise DemoError("The demo runs against the stand-in alone, never against real accounting software.")
    ((provider, address),) = product.stand_ins.items()
    async with Sandbox(address) as sandbox:
        state = await sandbox.state()
        stand_in = stand_in_of(provider)
        casting = cast_parts(state.organisations, state.people[1].organisation_ids, stand_in.PARTS)
        with progress.step("Practice with three colleagues and two teams"):
            people = await _set_up(product, len(state.organisations) + SPARE_ALLOWANCE)
        async with Api(product.web_url, people.ada_token) as ada, Api(product.web_url, people.ben_token) as ben:
            alike = casting.organisation_of[Part.LOOKALIKE]
            numbers = {"company_number": alike.registration_number, "tax_number": alike.tax_number}
            await ben.add_client(NewClient(name="Shoebox on the shelf", **numbers))
            yield Scene(provider, stand_in, sandbox, state, casting, people, ada, ben)


async def _set_up(product: Product, allowance: int) -> Cast:
    async with open_database(product.settings) as database:
        return await cast.set_up(Colleagues(database), Tokens(database), allowance=allowance)


async def _colleague_adds_one(scene: Scene) -> None:
    """Ben signs in with his own login and adds one organisation, which then is his client."""
    wanted = scene.casting.organisation_of[Part.COLLEAGUES].organisation_id
    started = await scene.ben.start(scene.provider, scene.stand_in.REGION)
    async with Browser() as browser:
        email = scene.state.people[1].email
        await journey.sign_in(browser, scene.stand_in, started.authorize_url or "", email, [wanted])
    await journey.until(scene.ben, started.run_id, Stage.AWAITING_SELECTION, LISTING_SECONDS)
    await scene.ben.select(started.run_id, Selection(organisations=(SelectedOrganisation(organisation_id=wanted),)))
    await journey.until(scene.ben, started.run_id, Stage.FINISHED, PULLING_SECONDS)


async def _let_happen(scene: Scene, when: When) -> None:
    for fault in scene.casting.faults(when):
        await scene.sandbox.add_fault(fault)


async def _sign_in(scene: Scene) -> RunAnswer:
    """Ada starts a run and signs in; returns the run with its list."""
    started = await scene.ada.start(scene.provider, scene.stand_in.REGION)
    async with Browser() as browser:
        await journey.sign_in(browser, scene.stand_in, started.authorize_url or "", scene.state.people[0].email, None)
    return await journey.until(scene.ada, started.run_id, Stage.AWAITING_SELECTION, LISTING_SECONDS)


async def _create(scene: Scene, listed: RunAnswer, selection: Selection, progress: Steps) -> RunAnswer:
    with progress.watching("Clients created, standard information pulled", len(listed.organisations)) as watch:
        await scene.ada.select(listed.run_id, selection)
        return await journey.until(scene.ada, listed.run_id, Stage.FINISHED, PULLING_SECONDS, watch)


async def _read_lists(scene: Scene, run: RunAnswer) -> Lists:
    """The lists of the awkward organisations, and of some others up to ``LISTS_OF_AT_MOST`` in all."""
    made = [row for row in run.organisations if row.outcome in MADE and row.client_id is not None]
    made.sort(key=lambda row: scene.casting.part_of(row.organisation_id) is None)
    return {
        row.client_id: dict(zip(ListName, await _lists_of(scene.ada, row.client_id), strict=True))
        for row in made[:LISTS_OF_AT_MOST]
        if row.client_id is not None
    }


async def _lists_of(api: Api, client_id: UUID) -> list[ListAnswer]:
    return await asyncio.gather(*(api.list_rows(client_id, name) for name in ListName))


def _lacking(scene: Scene) -> Lacking:
    """What each organisation lacks although all is well with it, by its id."""
    return {
        one.organisation_id: scene.stand_in.lacks(one, scene.casting.part_of(one.organisation_id))
        for one in scene.state.organisations
    }


async def _once_more(scene: Scene, selection: Selection) -> RunAnswer:
    listed = await _sign_in(scene)
    await scene.ada.select(listed.run_id, same_again(selection, listed))
    return await journey.until(scene.ada, listed.run_id, Stage.FINISHED, PULLING_SECONDS)
