"""The stand-in for Sage: see ``StandIn``."""

from collections.abc import Collection, Mapping

from cli.demo.awkward import MINUTE_WAIT, AwkwardPart, ExpectedEnding, Played, When, everywhere
from cli.demo.browser import Browser, ShownPage
from cli.demo.sandbox import FaultToAdd, SandboxOrganisation
from contracts.words.causes import Cause
from contracts.words.lists import ListName
from contracts.words.runs import Outcome, Verdict

REGION = "GB"
OWN = None
MANY = 2_300
PARTS = {
    **everywhere(MANY),
    AwkwardPart.OWN: Played(ExpectedEnding(Verdict.PRACTICES_OWN, Outcome.SKIPPED), lambda one: one.index == 0),
    AwkwardPart.NO_DIMENSIONS: Played(is_one=lambda one: one.plan == "START"),
    AwkwardPart.SUBSCRIPTION_ENDED: Played(
        ExpectedEnding(Verdict.SUBSCRIPTION_ENDED, Outcome.FAILED, Cause.SUBSCRIPTION_ENDED), lambda one: one.is_lapsed
    ),
    AwkwardPart.ACCESS_LOST: Played(
        ExpectedEnding(Verdict.NEW, Outcome.FAILED, Cause.ACCESS_LOST),
        fault=FaultToAdd("access_removed"),
    ),
    AwkwardPart.ROLE_TOO_LOW: Played(fault=FaultToAdd("role_too_low", path="/analysis_types")),
    AwkwardPart.OFFLINE: Played(
        ExpectedEnding(Verdict.NEW, Outcome.RETRYING, Cause.PROVIDER_UNAVAILABLE),
        fault=FaultToAdd("server_error"),
        when=When.BEFORE_SIGN_IN,
    ),
    AwkwardPart.FAULTY: Played(fault=FaultToAdd("server_error", path="/ledger_accounts", times=2)),
    AwkwardPart.LIMITED: Played(fault=FaultToAdd("rate_limited", seconds=MINUTE_WAIT, times=1)),
}
"""A day's calls are the whole app's here, so that no organisation can be out of calls alone."""

_WITHOUT_DIMENSIONS = frozenset({"START", "MICRO"})


def lacks(organisation: SandboxOrganisation, part: AwkwardPart | None) -> Mapping[ListName, Cause]:
    """See ``StandIn.lacks``: the smallest plan has no dimensions."""
    if organisation.plan in _WITHOUT_DIMENSIONS:
        return {ListName.TRACKING_CATEGORIES: Cause.NOT_ON_PLAN}
    return {ListName.TRACKING_CATEGORIES: Cause.ROLE_TOO_LOW} if part is AwkwardPart.ROLE_TOO_LOW else {}


async def allow(browser: Browser, page: ShownPage, email: str, wanted: Collection[str] | None) -> ShownPage:  # noqa: ARG001
    """See ``StandIn.allow``: there is nothing to tick, and a consent page only at a login's first sign-in."""
    page = await browser.press(page, "Sign in", fill={"email": email})
    return await browser.press(page, "Allow access") if page.has("Allow access") else page
