"""What Clientsync must be told about its Xero app: credentials, addresses, scopes and limits."""

from dataclasses import dataclass, field

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
        calls_at_once: Calls in flight for one organisation (Xero: 5).
        calls_per_organisation_minute: Calls a minute for one organisation (Xero: 60).
        calls_per_minute: Calls a minute for the whole app, over all processes (Xero: 10,000).
    """

    client_id: str
    client_secret: str = field(repr=False)
    identity_url: str = "https://identity.xero.com"
    api_url: str = "https://api.xero.com"
    bulk_connect: bool = True
    scopes: tuple[str, ...] = SCOPES
    calls_at_once: int = 5
    calls_per_organisation_minute: int = 60
    calls_per_minute: int = 10_000

    @property
    def app(self) -> str:
        """The app's name in the shared call budget."""
        return f"xero:{self.client_id}"
