"""What has to be known of our app at QuickBooks: its variables, its addresses and what it may call."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from ipaddress import ip_address
from typing import Annotated, ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from providers.port.settings import App, BaseUrl, Doubt, Meter, ProviderSettings

STAND_IN_ID = "ABSandboxOnlyNeverUseAtIntuit0000000000000000000000"
STAND_IN_SECRET = "sandboxOnlySecretNeverUseAtIntuit0000000"  # noqa: S105  # the stand-in's public constant
STAND_IN_VERIFIER = "00000000-sandbox-only-verifier-token"

AUTHORIZE_URL = "https://appcenter.intuit.com/connect/oauth2"
API_URL = "https://quickbooks.api.intuit.com"

CALLS_AT_ONCE = 10
"""Of one company (Intuit's rule of 2016, which no later page takes back)."""

Address = Annotated[str, Field(pattern=r"^https?://[^\s/]+")]
"""Where one thing is served; a slash at its end stays."""


class Tier(StrEnum):
    """Which programme of Intuit's the app is in; each has a month's budget of reads (``CALLS_A_MONTH``)."""

    BUILDER = "builder"
    SILVER = "silver"
    GOLD = "gold"
    PLATINUM = "platinum"


CALLS_A_MONTH: Mapping[Tier, int] = {
    Tier.BUILDER: 500_000,
    Tier.SILVER: 1_000_000,
    Tier.GOLD: 10_000_000,
    Tier.PLATINUM: 75_000_000,
}
"""Reads that are in a tier's price, over all companies."""

REFUSED_BEYOND = frozenset({Tier.BUILDER})
"""Tiers in which a read beyond the month's budget is refused until the next month; the others pay for it."""


class QuickBooksSettings(ProviderSettings):
    """Our app at QuickBooks. Sources of the addresses: Intuit's SDKs and discovery document.

    Attributes:
        authorize_url: The page to which browsers are sent.
        token_url: Where codes and refresh tokens are exchanged.
        revoke_url: Where grants are ended.
        userinfo_url: Where the name of who signed in is read; None for what the discovery document says.
        discovery_url: The OpenID discovery document itself, which names issuer and keys.
        api_url: Base of ``/v3/company``.
        webhook_verifier_token: By which notifications are verified; none are taken without it.
        calls_at_once: Calls at the same time for one company.
        tier: The app's programme. In the free one, calls beyond the month's budget are refused.
    """

    model_config = SettingsConfigDict(env_prefix="CLIENTSYNC_QUICKBOOKS_")

    name: ClassVar[str] = "quickbooks"
    title: ClassVar[str] = "QuickBooks"
    organisation: ClassVar[str] = "company"
    sign_in_field: ClassVar[str] = "authorize_url"

    authorize_url: BaseUrl = AUTHORIZE_URL
    token_url: BaseUrl = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105  # an address
    revoke_url: BaseUrl = "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"
    userinfo_url: BaseUrl | None = None
    discovery_url: Address = "https://developer.intuit.com/.well-known/openid_configuration/"
    api_url: BaseUrl = API_URL
    webhook_verifier_token: SecretStr | None = None
    calls_at_once: Annotated[int, Field(ge=1)] = CALLS_AT_ONCE
    tier: Tier = Tier.BUILDER

    def app(self) -> App:
        """Our app, with its secret.

        Raises:
            LookupError: Its id or secret is not set.
        """
        return self.app_at(self.authorize_url, self.token_url, self.revoke_url)

    def meter(self) -> Meter:
        """See ``ProviderSettings.meter``."""
        return Meter(CALLS_A_MONTH[self.tier], self.tier.value, is_refused_beyond=self.tier in REFUSED_BEYOND)

    def doubts(self, redirect_uri: str) -> Sequence[Doubt]:
        """See ``ProviderSettings.doubts``. Source: Intuit's pages on redirect URIs and on development keys."""
        found = []
        back, sends_to_intuit = urlsplit(redirect_uri), self.authorize_url == AUTHORIZE_URL
        is_local = back.hostname == "localhost" and self.api_url != API_URL
        if sends_to_intuit and not is_local and (back.scheme != "https" or _is_ip(back.hostname or "")):
            said = "Intuit takes people back to https addresses with a name only, or with development keys to localhost"
            what = f"Set CLIENTSYNC_PUBLIC_URL to such an address, and name {redirect_uri} in the app accordingly."
            found.append(Doubt(said, what))
        if sends_to_intuit and ("sandbox" in self.api_url) != ("sandbox" in self.discovery_url):
            said = f"{self.variable('api_url')} and {self.variable('discovery_url')} are of different environments"
            found.append(Doubt(said, "Set both to the sandbox's addresses, or leave both out."))
        return [*found, *self.too_many("calls_at_once", CALLS_AT_ONCE, "Intuit allows for a company")]

    def at_stand_in(self, url: str) -> Self:
        """See ``ProviderSettings.at_stand_in``: one address serves all that Intuit has on several hosts."""
        addresses = {
            "authorize_url": f"{url}/connect/oauth2",
            "token_url": f"{url}/oauth2/v1/tokens/bearer",
            "revoke_url": f"{url}/v2/oauth2/tokens/revoke",
            "userinfo_url": f"{url}/v1/openid_connect/userinfo",
            "discovery_url": f"{url}/.well-known/openid_sandbox_configuration",
            "api_url": url,
        }
        stood_in = self.as_app(STAND_IN_ID, STAND_IN_SECRET, addresses)
        return stood_in.model_copy(update={"webhook_verifier_token": SecretStr(STAND_IN_VERIFIER)})


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
