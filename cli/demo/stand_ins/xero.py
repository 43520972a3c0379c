"""The stand-in for Xero: see ``StandIn``."""

from collections.abc import Collection, Mapping

from cli.demo.awkward import DAY_WAIT, MINUTE_WAIT, AwkwardPart, ExpectedEnding, Played, When, everywhere
from cli.demo.browser import Browser, ShownPage
from cli.demo.sandbox import FaultToAdd, SandboxOrganisation
from contracts.words.causes import Cause
from contracts.words.lists import ListName
from contracts.words.runs import Outcome, Verdict

REGION = None
OWN = None
MANY = 3_000
PARTS = {
    **everywhere(MANY),
    AwkwardPart.ACCESS_LOST: Played(
        ExpectedEnding(Verdict.NEW, Outcome.FAILED, Cause.ACCESS_LOST),
        fault=FaultToAdd("access_removed"),
    ),
    AwkwardPart.OFFLINE: Played(
        ExpectedEnding(Verdict.NEW, Outcome.RETRYING, Cause.PROVIDER_UNAVAILABLE),
        fault=FaultToAdd("organisation_offline"),
        when=When.BEFORE_SIGN_IN,
    ),
    AwkwardPart.OUT_OF_CALLS: Played(
        ExpectedEnding(Verdict.NEW, Outcome.RETRYING, Cause.RATE_LIMITED),
        fault=FaultToAdd("rate_limited", problem="day", seconds=DAY_WAIT),
    ),
    AwkwardPart.FAULTY: Played(fault=FaultToAdd("server_error", path="/Accounts", times=2)),
    AwkwardPart.LIMITED: Played(fault=FaultToAdd("rate_limited", problem="minute", seconds=MINUTE_WAIT, times=1)),
}


def lacks(organisation: SandboxOrganisation, part: AwkwardPart | None) -> Mapping[ListName, Cause]:  # noqa: ARG001
    """See ``StandIn.lacks``: every organisation has every list."""
    return {}


async def allow(browser: Browser, page: ShownPage, email: str, wanted: Collection[str] | None) -> ShownPage:
    """See ``StandIn.allow``: a sign-in page, then one on which organisations are ticked."""
    page = await browser.press(page, "Sign in", fill={"email": email})
    if wanted is not None:
        return await browser.press(page, "Allow access", choose={"organisation": wanted})
    if page.has("Continue with"):
        return await browser.press(page, "Continue with")
    page = await browser.press(page, "Select all")
    return await browser.press(page, "Allow access")
