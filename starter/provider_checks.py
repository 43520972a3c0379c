"""Checks of one accounting software as it is set up here: for ``clientsync doctor``, and for the practice's page."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from providers.port.errors import AppRefused, ProviderError
from providers.port.provider import Provider
from providers.port.settings import ProviderSettings


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        check: What was looked at.
        ok: Whether nothing is wrong.
        said: What was found.
        what_to_do: Empty when it is fine.
    """

    check: str
    ok: bool
    said: str
    what_to_do: str = ""


def callback_of(public_url: str | None, provider: str) -> str:
    """The address to which a provider's sign-ins come back, which our app there has to name."""
    return f"{public_url}/connect/{provider}/callback"


async def look_at(app: ProviderSettings, provider: Provider, redirect_uri: str) -> AsyncIterator[Finding]:
    """Look at what is set, and ask a provider whether sign-ins can begin there, and whether it knows our app.

    Args:
        app: What is set of our app there.
        provider: The provider, which is on.
        redirect_uri: Where sign-ins come back to.
    """
    for doubt in app.doubts(redirect_uri):
        yield Finding(f"{app.title} settings", False, doubt.said, doubt.what_to_do)
    try:
        await provider.begin_sign_in(state="doctor", redirect_uri=redirect_uri)
    except ProviderError as error:
        what = f"Look at {app.variable(app.sign_in_field)}, and at whether this machine may reach it."
        yield Finding(app.title, False, f"its sign-in cannot be read: {error.detail}", what)
        return
    yield Finding(app.title, True, f"its sign-ins begin at {app.sign_in_address}")
    yield await _secret(app, provider)


async def _secret(app: ProviderSettings, provider: Provider) -> Finding:
    check = f"{app.title} app"
    try:
        await provider.check_app()
    except AppRefused as error:
        both = " and ".join(app.variable(field) for field in ("client_id", "client_secret"))
        what = f"Set {both} as the app has them there; restart all."
        return Finding(check, False, f"its id or secret is refused: {error.detail}", what)
    except ProviderError as error:
        return Finding(check, False, f"its secret could not be tried: {error.detail}", "Run this again in a minute.")
    return Finding(check, True, "its id and secret are taken")
