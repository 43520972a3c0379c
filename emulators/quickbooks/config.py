"""What the stand-in for QuickBooks is started with: what every stand-in is, for an app that only it knows."""

from dataclasses import dataclass, field

from emulators.kit import config as kit

SANDBOX_PASSWORD = kit.SANDBOX_PASSWORD
SANDBOX_CLIENT_ID = "ABSandboxOnlyNeverUseAtIntuit0000000000000000000000"
"""The app that the sandbox knows unless told otherwise: 50 letters and digits, as at Intuit. It exists nowhere else."""

SANDBOX_CLIENT_SECRET = "sandboxOnlySecretNeverUseAtIntuit0000000"  # noqa: S105  # a public constant, no secret
"""Its secret: worthless outside the sandbox, so it may stand here."""

SANDBOX_WEBHOOK_TOKEN = "00000000-sandbox-only-verifier-token"  # noqa: S105  # a public constant, no secret
"""Signs webhooks unless told otherwise; worthless elsewhere too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(kit.Config):
    """One stand-in for QuickBooks.

    Attributes:
        client_id: The one app that is known.
        client_secret: Its secret.
        disconnect_url: The app's disconnect address; empty for none.
        reconnect_url: The app's reconnect address; empty for none.
        webhook_url: Where the app receives webhooks; empty for nowhere.
        webhook_token: The verifier token that signs them.
    """

    client_id: str = SANDBOX_CLIENT_ID
    client_secret: str = field(default=SANDBOX_CLIENT_SECRET, repr=False)
    disconnect_url: str = ""
    reconnect_url: str = ""
    webhook_url: str = ""
    webhook_token: str = field(default=SANDBOX_WEBHOOK_TOKEN, repr=False)
