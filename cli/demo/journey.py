"""One colleague's *Add clients*, step by step, by a browser and the colleague's own software."""

import asyncio
import time
from collections.abc import Callable, Collection

from cli.demo.api import Api
from cli.demo.browser import Browser, NoSuchControlError, ShownPage
from cli.demo.failure import DemoError
from cli.demo.stand_ins import StandIn
from contracts.words.runs import Stage
from starter.answers.runs import RunAnswer, RunSummaryAnswer

POLL = 0.25
"""Seconds between two looks at a run that somebody waits for."""

POLL_AT_WORK = 0.5
"""Seconds between two looks at a run that creates and pulls: looking costs what the work could use."""

Watch = Callable[[RunSummaryAnswer], None]
"""Is shown the run at every look."""


async def sign_in(
    browser: Browser, stand_in: StandIn, authorize_url: str, email: str, wanted: Collection[str] | None
) -> ShownPage:
    """Sign in at the provider and allow access.

    Args:
        browser: The colleague's browser.
        stand_in: How the sign-in at the provider's stand-in goes.
        authorize_url: The address to which the product sends it.
        email: The person's address.
        wanted: Ids of the organisations to connect; None for all that are offered or, where none is offered, to
            continue with those that are connected.

    Returns:
        The product's page that the browser came back to.

    Raises:
        DemoError: A page is not what it should be.
    """
    try:
        page = await browser.press(await browser.open(authorize_url), "Agree and continue")
        page = await stand_in.allow(browser, page, email, wanted)
    except NoSuchControlError as error:
        raise DemoError(f"The sign-in went another way than expected: {error}.") from None
    if page.status != 200 or page.heading != "Signed in":
        said = page.alert or page.heading or f"status {page.status}"
        raise DemoError(f"The sign-in did not come back to Clientsync: {said}.")
    return page


async def until(api: Api, run_id: str, stage: Stage, seconds: float, watch: Watch | None = None) -> RunAnswer:
    """Read a run until it has reached a stage.

    Args:
        api: The colleague's access to the API.
        run_id: The run.
        stage: The stage to wait for.
        seconds: The longest wait.
        watch: Called with each reading.

    Raises:
        DemoError: The run ended before, or time is up.
    """
    deadline = time.monotonic() + seconds
    while True:
        seen = await api.progress(run_id)
        if watch is not None:
            watch(seen)
        if seen.stage is stage:
            return await api.run(run_id)
        if seen.stage is Stage.FINISHED:
            raise DemoError(f"The run ended too early ({seen.result}): {seen.message}")
        if time.monotonic() > deadline:
            raise DemoError(f"After {seconds:.0f} s the run is still {seen.stage.value.replace('_', ' ')}.")
        await asyncio.sleep(POLL if watch is None else POLL_AT_WORK)
