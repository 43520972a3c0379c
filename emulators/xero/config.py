"""What the stand-in for Xero is started with, besides what every stand-in is."""

from dataclasses import dataclass, field

from emulators.kit import config as kit

SANDBOX_PASSWORD = kit.SANDBOX_PASSWORD
SANDBOX_CLIENT_ID = "5A4DB0C5A4DB0C5A4DB0C5A4DB0C5001"
"""The app that the sandbox knows unless told otherwise. It exists nowhere else."""

SANDBOX_CLIENT_SECRET = "sandbox-only-secret-never-use-at-xero"  # noqa: S105  # a public constant, no secret
"""Its secret: worthless outside the sandbox, so it may stand here."""

PROVIDER_NAME = "Clientsync (sandbox)"
"""The app's name, as every Accounting answer repeats it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(kit.Config):
    """One stand-in for Xero.

    Attributes:
        client_id: The one app that is known.
        client_secret: Its secret.
        day_limit: Calls per organisation and day.
    """

    client_id: str = SANDBOX_CLIENT_ID
    client_secret: str = field(default=SANDBOX_CLIENT_SECRET, repr=False)
    day_limit: int = 5000
