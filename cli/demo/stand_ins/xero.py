"""The stand-in for Xero: see ``StandIn``."""

from collections.abc import Collection, Mapping

from cli.demo.awkward import DAY_WAIT, MINUTE_WAIT, Ending, Part, Played, When, everywhere
from cli.demo.browser import Browser, ShownPage
from cli.demo.sandbox import Fault, SandboxOrganisation
from contracts.words.causes import Cause
from contracts.words.lists import ListName
from contracts.words.runs import Outcome, Verdict

REGION = None
OWN = None
MANY = 3_000
PARTS = {
    **everywhere(MANY),
    Part.ACCESS_LOST: Played(
        Ending(Verdict.NEW, Outcome.FAILED, Cause.ACCESS_LOST),
        fault=Fault("access_removed"),
    ),
    Part.OFFLINE: Played(
        Ending(Verdict.NEW, Outcome.RETRYING, Cause.PROVIDER_UNAVAILABLE),
        fault=Fault("organisation_offline"),
        when=When.BEFORE_SIGN_IN,
    ),
    Part.OUT_OF_CALLS: Played(
        Ending(Verdict.NEW, Outcome.RETRYING, Cause.RATE_LIMITED),
        fault=Fault("rate_limited", problem="day", seconds=DAY_WAIT),
    ),
    Part.FAULTY: Played(fault=Fault("server_error", path="/Accounts", times=2)),
    Part.LIMITED: Played(fault=Fault("rate_limited", problem="minute", seconds=MINUTE_WAIT, times=1)),
}


def lacks(organisation: SandboxOrganisation, part: Part | None) -> Mapping[ListName, Cause]:  # noqa: ARG001
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
