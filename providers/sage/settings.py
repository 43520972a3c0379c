"""What has to be known of our app at Sage: its variables, its addresses and its limits."""

from collections.abc import Sequence
from typing import Annotated, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from providers.port.settings import App, BaseUrl, Doubt, ProviderSettings

STAND_IN_ID = "5a4db0c5-a4db-4c5a-84db-0c5a4db0c500/5a4db0c5-a4db-4c5a-84db-0c5a4db0c501"
STAND_IN_SECRET = "sandbox-only-secret-never-use-at-sage"  # noqa: S105  # the stand-in's public constant

AUTHORIZE_URL = "https://www.sageone.com/oauth2/auth/central"
TOKEN_URL = "https://oauth.accounting.sage.com/token"  # noqa: S105  # an address
API_URL = "https://api.accounting.sage.com/v3.1"

CALLS_AT_ONCE = 150
"""Of the whole app (Sage's best practices)."""


class SageSettings(ProviderSettings):
    """Our app at Sage.

    Attributes:
        authorize_url: The page to which browsers are sent.
        token_url: Where codes and refresh tokens are exchanged; grants are ended at ``revoke`` beside it.
        api_url: Base of ``/businesses`` and all lists, with its version.
        calls_at_once: Calls at the same time for the whole app, over all processes; Sage allows 150.
    """

    model_config = SettingsConfigDict(env_prefix="CLIENTSYNC_SAGE_")

    name: ClassVar[str] = "sage"
    title: ClassVar[str] = "Sage"
    organisation: ClassVar[str] = "business"
    sign_in_field: ClassVar[str] = "authorize_url"

    authorize_url: BaseUrl = AUTHORIZE_URL
    token_url: BaseUrl = TOKEN_URL
    api_url: BaseUrl = API_URL
    calls_at_once: Annotated[int, Field(ge=1)] = CALLS_AT_ONCE

    def app(self) -> App:
        """Our app, with its secret.

        Raises:
            LookupError: Its id or secret is not set.
        """
        revoke_url = f"{self.token_url.rpartition('/')[0]}/revoke"
        return self.app_at(self.authorize_url, self.token_url, revoke_url)

    def doubts(self, redirect_uri: str) -> Sequence[Doubt]:
        """See ``ProviderSettings.doubts``. Sources: Sage's pages on registering an app, and its best practices."""
        found = []
        if "/" not in (self.client_id or "/"):
            said = f"{self.variable('client_id')} has no slash in the middle, as every id of a Sage app has"
            found.append(Doubt(said, "Copy the whole id, with what stands behind the slash."))
        back = urlsplit(redirect_uri)
        if self.authorize_url == AUTHORIZE_URL and back.scheme != "https" and back.hostname != "localhost":
            what = f"Set CLIENTSYNC_PUBLIC_URL to an https address, and name {redirect_uri} in the app accordingly."
            found.append(Doubt("Sage takes people back to https addresses only, or to localhost", what))
        return [*found, *self.too_many("calls_at_once", CALLS_AT_ONCE, "Sage allows an app")]

    def at_stand_in(self, url: str) -> Self:
        """See ``ProviderSettings.at_stand_in``: one address serves the sign-in and the API."""
        addresses = {
            "authorize_url": f"{url}/oauth2/auth/central",
            "token_url": f"{url}/token",
            "api_url": f"{url}/v3.1",
        }
        return self.as_app(STAND_IN_ID, STAND_IN_SECRET, addresses)
