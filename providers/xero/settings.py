"""What has to be known of our app at Xero: its variables, its scopes and its limits."""

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Self

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from providers.port.settings import BaseUrl, ProviderSettings

STAND_IN_ID = "5A4DB0C5A4DB0C5A4DB0C5A4DB0C5001"
STAND_IN_SECRET = "sandbox-only-secret-never-use-at-xero"  # noqa: S105  # the stand-in's public constant


class XeroSettings(ProviderSettings):
    """Our app at Xero.

    Attributes:
        identity_url: Base of the OpenID discovery document.
        api_url: Base of ``/connections`` and ``/api.xro/2.0``.
        bulk_connect: Whether Xero approved the app for many organisations in one consent.
        calls_per_minute: Calls a minute for the whole app, over all processes; Xero allows 10,000.
    """

    model_config = SettingsConfigDict(env_prefix="CLIENTSYNC_XERO_")

    name: ClassVar[str] = "xero"
    title: ClassVar[str] = "Xero"
    organisation: ClassVar[str] = "organisation"
    sign_in_field: ClassVar[str] = "identity_url"

    identity_url: BaseUrl = "https://identity.xero.com"
    api_url: BaseUrl = "https://api.xero.com"
    bulk_connect: bool = True
    calls_per_minute: Annotated[int, Field(ge=1)] = 10_000

    def at_stand_in(self, url: str) -> Self:
        """See ``ProviderSettings.at_stand_in``: one address serves the sign-in and the API."""
        return self.as_app(STAND_IN_ID, STAND_IN_SECRET, {"identity_url": url, "api_url": url})


SCOPES = (
    "openid",
    "profile",
    "email",
    "offline_access",
    "accounting.settings.read",
    "accounting.contacts.read",
)
"""Who signed in, a refresh token, and reading the lists of standard information; nothing can be written."""


@dataclass(frozen=True, slots=True)
class XeroConfig:
    """One Xero app.

    Attributes:
        client_id: The app's id.
        client_secret: The app's secret; hidden in ``repr``.
        identity_url: Base of the discovery document, without a final slash.
        api_url: Base of ``/connections`` and ``/api.xro/2.0``, without a final slash.
        bulk_connect: Ask for many organisations in one consent; the app needs Xero's approval for it.
        scopes: What a consent asks for.
        calls_per_minute: Calls a minute for the whole app, over all processes (Xero: 10,000).
    """

    client_id: str
    client_secret: str = field(repr=False)
    identity_url: str = "https://identity.xero.com"
    api_url: str = "https://api.xero.com"
    bulk_connect: bool = True
    scopes: tuple[str, ...] = SCOPES
    calls_per_minute: int = 10_000


def config_of(settings: XeroSettings) -> XeroConfig:
    """The app that the settings describe.

    Raises:
        LookupError: Its id or secret is not set.
    """
    if settings.client_id is None:
        raise LookupError(f"{settings.variable('client_id')} is not set")
    return XeroConfig(
        client_id=settings.client_id,
        client_secret=settings.secret(),
        identity_url=settings.identity_url,
        api_url=settings.api_url,
        bulk_connect=settings.bulk_connect,
        calls_per_minute=settings.calls_per_minute,
    )
