"""The demo from beginning to end: what happens, in which order, and what is read afterwards."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from cli.demo import cast, expectations, journey, one_by_one, report
from cli.demo.api import Api
from cli.demo.awkward import AwkwardPart, Casting, When, cast_parts
from cli.demo.browser import Browser
from cli.demo.cast import Cast
from cli.demo.expectations import MADE, Lacking, Lists
from cli.demo.failure import DemoError
from cli.demo.one_by_one import Guided, OneByOne
from cli.demo.progress import Steps
from cli.demo.report import Report
from cli.demo.sandbox import Sandbox, SandboxOrganisation, SandboxState
from cli.demo.selection import choose, same_again
from cli.demo.stand_ins import StandIn, stand_in_of
from contracts.payloads.selection import SelectedOrganisation, Selection
from contracts.words.client_accounts import NewClient
from contracts.words.lists import ListName
from contracts.words.runs import Outcome, Stage
from starter.access.tokens import Tokens
from starter.answers.clients import ListAnswer
from starter.answers.runs import RunAnswer
from starter.bootstrap import open_database
from starter.embedded import Product
from starter.first_look import PRACTICE
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
        own: The practice's own books, where they are picked by mistake.
        organisations: All others.
        casting: Which organisation plays which awkward part.
        people: The practice's people and teams.
        ada: Ada's access to the API; she starts the run.
        ben: Ben's access to the API.
    """

    provider: str
    stand_in: StandIn
    sandbox: Sandbox
    state: SandboxState
    own: SandboxOrganisation | None
    organisations: Sequence[SandboxOrganisation]
    casting: Casting
    people: Cast
    ada: Api
    ben: Api

    @property
    def mistakes(self) -> Sequence[SandboxOrganisation]:
        """Those that Ada picks by mistake where she has to pick: the practice's own books, and Ben's client."""
        return [self.own, self.casting.organisation_of[AwkwardPart.COLLEAGUES]] if self.own is not None else []


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
            guided = await _sign_in(scene, scene.organisations, scene.mistakes)
        listed = guided.run
        progress.tell(report.verdict_table(listed, scene.casting))
        await _let_happen(scene, When.AFTER_LISTING)
        selection = choose(listed, scene.casting, scene.people.teams)
        run = await _create(scene, listed, selection, progress)
        with progress.step("Looked at every client and its lists"):
            clients = await scene.ada.clients()
            read = await _read_lists(scene, run)
        left = await scene.sandbox.faults()
        with progress.step("Signed in and chose the same once more"):
            again = await _once_more(scene, selection, run)
        after = len(await scene.ada.clients())
        lacking = _lacking(scene)
    unmet = [
        *one_by_one.unmet(guided, len(scene.mistakes)),
        *expectations.endings(run, scene.casting),
        *expectations.day_limit(run, scene.casting, datetime.now(UTC)),
        *expectations.sums(run, len(scene.organisations)),
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
        is_own = stand_in.OWN or (lambda _: False)
        own = next(filter(is_own, state.organisations), None)
        others = [one for one in state.organisations if one is not own]
        casting = cast_parts(others, state.people[1].organisation_ids, stand_in.PARTS)
        with progress.step("Practice with three colleagues and two teams"):
            people = await _set_up(product, own.name if own else PRACTICE, len(others) + SPARE_ALLOWANCE)
        async with Api(product.web_url, people.ada_token) as ada, Api(product.web_url, people.ben_token) as ben:
            alike = casting.organisation_of[AwkwardPart.LOOKALIKE]
            numbers = {"company_number": alike.registration_number, "tax_number": alike.tax_number}
            await ben.add_client(NewClient(name="Shoebox on the shelf", **numbers))
            yield Scene(provider, stand_in, sandbox, state, own, others, casting, people, ada, ben)


async def _set_up(product: Product, practice: str, allowance: int) -> Cast:
    async with open_database(product.settings) as database:
        return await cast.set_up(Colleagues(database), Tokens(database), practice=practice, allowance=allowance)


async def _colleague_adds_one(scene: Scene) -> None:
    """Ben signs in with his own login and adds one organisation, which then is his client."""
    wanted = scene.casting.organisation_of[AwkwardPart.COLLEAGUES].organisation_id
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


async def _sign_in(
    scene: Scene, organisations: Sequence[SandboxOrganisation], mistakes: Sequence[SandboxOrganisation] = ()
) -> Guided:
    """Ada starts a run and signs in, for each organisation where a sign-in brings one; returns the run with its list.

    Args:
        scene: Everything that the demo uses.
        organisations: Those that she signs in for, where she has to pick.
        mistakes: Those that she picks by mistake.
    """
    email = scene.state.people[0].email
    if scene.own is not None:
        wanted = [one for one in organisations if one not in mistakes]
        hers = OneByOne(scene.ada, scene.provider, scene.stand_in, email)
        return await hers.listed(wanted, mistakes, scene.own.organisation_id)
    started = await scene.ada.start(scene.provider, scene.stand_in.REGION)
    async with Browser() as browser:
        await journey.sign_in(browser, scene.stand_in, started.authorize_url or "", email, None)
    run = await journey.until(scene.ada, started.run_id, Stage.AWAITING_SELECTION, LISTING_SECONDS)
    return Guided(run, names=0)


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


async def _once_more(scene: Scene, selection: Selection, run: RunAnswer) -> RunAnswer:
    """The same again; where each organisation has a sign-in of its own, only for those that let anybody in."""
    there = {one.organisation_id for one in run.organisations if one.outcome in {*MADE, Outcome.ALREADY_CLIENT}}
    listed = (await _sign_in(scene, [one for one in scene.organisations if one.organisation_id in there])).run
    await scene.ada.select(listed.run_id, same_again(selection, listed))
    return await journey.until(scene.ada, listed.run_id, Stage.FINISHED, PULLING_SECONDS)
