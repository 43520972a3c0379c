"""The stand-in for Xero: see ``StandIn``."""

from collections.abc import Collection

from cli.demo.awkward import DAY_WAIT, MINUTE_WAIT, Part
from cli.demo.browser import Browser, ShownPage
from cli.demo.sandbox import Fault

FAULTS = {
    Part.ACCESS_LOST: Fault("access_removed"),
    Part.OFFLINE: Fault("organisation_offline"),
    Part.OUT_OF_CALLS: Fault("rate_limited", problem="day", seconds=DAY_WAIT),
    Part.FAULTY: Fault("server_error", path="/Accounts", times=2),
    Part.MINUTE_LIMIT: Fault("rate_limited", problem="minute", seconds=MINUTE_WAIT, times=1),
}


async def allow(browser: Browser, page: ShownPage, email: str, wanted: Collection[str] | None) -> ShownPage:
    """See ``StandIn.allow``: a sign-in page, then one on which organisations are ticked."""
    page = await browser.press(page, "Sign in", fill={"email": email})
    if wanted is not None:
        return await browser.press(page, "Allow access", choose={"organisation": wanted})
    if page.has("Continue with"):
        return await browser.press(page, "Continue with")
    page = await browser.press(page, "Select all")
    return await browser.press(page, "Allow access")
