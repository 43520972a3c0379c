"""The stand-in for QuickBooks: see ``StandIn``."""

import re
from collections.abc import Collection, Mapping

from cli.demo.awkward import MINUTE_WAIT, AwkwardPart, ExpectedEnding, Played, everywhere
from cli.demo.browser import Browser, ShownPage
from cli.demo.sandbox import FaultToAdd, SandboxOrganisation
from contracts.words.causes import Cause
from contracts.words.lists import ListName
from contracts.words.runs import Outcome, Verdict

_AMERICAN = re.compile(r"\d\d-\d{7}")
"""A tax number in the United States, the only one that a company tells."""

_WITHOUT_TRACKING = frozenset({"SIMPLE_START", "ESSENTIALS"})

REGION = None
MANY = 2_300


def OWN(one: SandboxOrganisation) -> bool:  # noqa: N802  # a part of what a stand-in has to say
    """See ``StandIn.OWN``: the firm's own books are the first choice of an accountant's login."""
    return one.index == 0


def _pays_for(plan: str, one: SandboxOrganisation) -> bool:
    return one.plan == plan and not (one.is_trial or one.is_lapsed or one.contacts in {0, MANY})


PARTS = {
    **everywhere(MANY),
    AwkwardPart.DEMO: Played(ExpectedEnding(Verdict.NEW, Outcome.SKIPPED), lambda one: one.is_demo),
    AwkwardPart.LOOKALIKE: Played(
        ExpectedEnding(Verdict.LOOKS_LIKE_CLIENT, Outcome.LINKED),
        lambda one: one.index >= 12 and _AMERICAN.fullmatch(one.tax_number) is not None,
    ),
    AwkwardPart.NO_DIMENSIONS: Played(is_one=lambda one: _pays_for("ESSENTIALS", one)),
    AwkwardPart.NO_CURRENCIES: Played(is_one=lambda one: _pays_for("SIMPLE_START", one)),
    AwkwardPart.SUBSCRIPTION_ENDED: Played(
        ExpectedEnding(Verdict.SUBSCRIPTION_ENDED, Outcome.FAILED, Cause.SUBSCRIPTION_ENDED), lambda one: one.is_lapsed
    ),
    AwkwardPart.ACCESS_LOST: Played(
        ExpectedEnding(Verdict.NEW, Outcome.FAILED, Cause.ACCESS_LOST),
        fault=FaultToAdd("access_refused"),
    ),
    AwkwardPart.OFFLINE: Played(
        ExpectedEnding(Verdict.NEW, Outcome.RETRYING, Cause.PROVIDER_UNAVAILABLE),
        fault=FaultToAdd("server_error"),
    ),
    AwkwardPart.FAULTY: Played(fault=FaultToAdd("server_error", path="/batch", times=2)),
    AwkwardPart.LIMITED: Played(fault=FaultToAdd("rate_limited", seconds=MINUTE_WAIT, times=1)),
}
"""Nothing tells a company of invented books from others. A month's calls are the whole app's, so that no company can be
out of calls alone. Who is offline is so after its sign-in: who cannot be asked cannot be signed in for."""


def lacks(organisation: SandboxOrganisation, part: AwkwardPart | None) -> Mapping[ListName, Cause]:  # noqa: ARG001
    """See ``StandIn.lacks``: the smaller editions have neither classes nor locations."""
    if organisation.plan in _WITHOUT_TRACKING:
        return {ListName.TRACKING_CATEGORIES: Cause.NOT_ON_PLAN}
    return {}


async def allow(browser: Browser, page: ShownPage, email: str, wanted: Collection[str] | None) -> ShownPage:
    """See ``StandIn.allow``: one company is picked, and taken over from whoever connected it."""
    page = await browser.press(page, "Sign in", fill={"email": email})
    page = await browser.press(page, "Allow access", choose={"organisation": wanted or ()})
    take_over = "Take over the connection"
    return await browser.press(page, take_over) if page.has(take_over) else page
