"""What the stand-in for Sage is started with: what every stand-in is, for an app that only it knows."""

from dataclasses import dataclass, field

from emulators.kit import config as kit

SANDBOX_PASSWORD = kit.SANDBOX_PASSWORD
SANDBOX_CLIENT_ID = "5a4db0c5-a4db-4c5a-84db-0c5a4db0c500/5a4db0c5-a4db-4c5a-84db-0c5a4db0c501"
"""The app that the sandbox knows unless told otherwise: two GUIDs and a slash, as at Sage. It exists nowhere else."""

SANDBOX_CLIENT_SECRET = "sandbox-only-secret-never-use-at-sage"  # noqa: S105  # a public constant, no secret
"""Its secret: worthless outside the sandbox, so it may stand here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(kit.Config):
    """One stand-in for Sage.

    Attributes:
        client_id: The one app that is known.
        client_secret: Its secret.
    """

    client_id: str = SANDBOX_CLIENT_ID
    client_secret: str = field(default=SANDBOX_CLIENT_SECRET, repr=False)
