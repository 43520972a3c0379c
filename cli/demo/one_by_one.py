"""*Add clients* where each sign-in brings one organisation: a list of names, and a sign-in for one after the other.

Two are picked by mistake on the way: the practice's own books, which are taken off again, and a colleague's client.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cli.demo import journey
from cli.demo.api import Api
from cli.demo.browser import Browser
from cli.demo.failure import DemoError
from cli.demo.sandbox import SandboxOrganisation
from cli.demo.stand_ins import StandIn
from contracts.words.runs import Stage
from starter.answers.runs import RunAnswer
from starter.answers.sign_ins import ExpectedOrganisationsAnswer

PATIENCE = 60.0
"""Seconds until what one sign-in has brought is listed."""

LOOK = 0.05
"""Seconds between two looks at it."""


class WrongPick(NamedTuple):
    """An organisation that was picked instead of the one that was next.

    Attributes:
        expected: The name of the one that was next.
        picked: The name of what came instead.
        said: What the run said of it.
    """

    expected: str
    picked: str
    said: str


@dataclass(slots=True)
class Guided:
    """What came of the list.

    Attributes:
        run: The run with its list, awaiting the choice.
        names: How many names the list had.
        wrong: What was picked by mistake.
        left: How many are still to do at the end.
    """

    run: RunAnswer
    names: int
    wrong: list[WrongPick] = field(default_factory=list)
    left: int = 0


class OneByOne:
    """One colleague who signs in for one organisation after the other.

    Args:
        api: The colleague's access to the API.
        provider: The accounting software.
        stand_in: How a sign-in at its stand-in goes.
        email: Whom to sign in as.
    """

    def __init__(self, api: Api, provider: str, stand_in: StandIn, email: str) -> None:
        self._api, self._provider, self._stand_in, self._email = api, provider, stand_in, email

    async def listed(
        self, organisations: Sequence[SandboxOrganisation], mistakes: Sequence[SandboxOrganisation], own: str | None
    ) -> Guided:
        """Start a run with a list of names, sign in for each, and return the run with what came.

        Args:
            organisations: Those to sign in for.
            mistakes: Those that are picked by mistake, each once, at the first sign-ins.
            own: The id of that one of them which is taken off the run's list again.

        Raises:
            DemoError: A sign-in does not arrive.
        """
        names = list(dict.fromkeys(one.name for one in organisations))
        started = await self._api.start(self._provider, self._stand_in.REGION, names)
        run_id, address = started.run_id, started.authorize_url or ""
        guided = Guided(await self._api.run(run_id), len(names))
        picks = _picks(organisations, mistakes)
        async with Browser() as browser:
            for place, picked in enumerate(picks):
                address = address if place == 0 else await self._api.further_sign_in(run_id)
                before = await self._api.expected(run_id)
                await journey.sign_in(browser, self._stand_in, address, self._email, [picked.organisation_id])
                after = await self._arrived(run_id, picked, before)
                instead = next((one for one in after.organisations if one.position == after.next), None)
                if instead is not None and instead.came_instead is not None:
                    said = (await self._api.progress(run_id)).message or ""
                    guided.wrong.append(WrongPick(instead.name, picked.name, said))
                if picked.organisation_id == own:
                    await self._api.take_off(run_id, own)
        guided.run = await journey.until(self._api, run_id, Stage.AWAITING_SELECTION, PATIENCE)
        guided.left = (await self._api.expected(run_id)).to_do
        return guided

    async def _arrived(
        self, run_id: str, picked: SandboxOrganisation, before: ExpectedOrganisationsAnswer
    ) -> ExpectedOrganisationsAnswer:
        """The queue once the run has judged what a sign-in has brought."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            run = await self._api.run(run_id)
            is_listed = any(one.organisation_id == picked.organisation_id for one in run.organisations)
            queue = await self._api.expected(run_id)
            if is_listed and run.stage is Stage.AWAITING_SELECTION and (queue != before or before.next is None):
                return queue
            await asyncio.sleep(LOOK)
        raise DemoError(f"The sign-in for {picked.name} did not reach the run's list within {PATIENCE:.0f} s.")


def _picks(
    organisations: Sequence[SandboxOrganisation], mistakes: Sequence[SandboxOrganisation]
) -> Iterator[SandboxOrganisation]:
    """What is picked, in order: one mistake before each of the first organisations; namesakes last."""
    first: dict[str, SandboxOrganisation] = {}
    for one in organisations:
        first.setdefault(one.name, one)
    wrong = iter(mistakes)
    for one in first.values():
        if (mistake := next(wrong, None)) is not None:
            yield mistake
        yield one
    yield from (one for one in organisations if one is not first[one.name])


def unmet(guided: Guided, mistakes: int) -> Iterator[str]:
    """A sentence for each thing that is not as it must be."""
    if guided.left:
        yield f"{guided.left} of {guided.names} organisations are still to do after a sign-in for each."
    if len(guided.wrong) != mistakes:
        yield f"{mistakes} wrong picks should be seen, not {len(guided.wrong)}."
    for one in guided.wrong:
        if one.picked not in one.said or f"{one.expected} is still to do" not in one.said:
            yield f"Picking {one.picked} instead of {one.expected} is told as: {one.said}"
