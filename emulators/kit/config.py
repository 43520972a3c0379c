"""What a stand-in is started with. Reads no environment: the caller says everything."""

from dataclasses import dataclass, field
from pathlib import Path

SANDBOX_PASSWORD = "sandbox"  # noqa: S105  # printed on the sign-in page
"""Every person's password on the sign-in page, which shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """One stand-in.

    Attributes:
        client_id: The one app that is known.
        client_secret: Its secret.
        seed: Decides every generated id, name and record.
        organisations: How many organisations exist.
        people: How many people can sign in.
        scenario: ``practice`` (awkward organisations at fixed places) or ``plain`` (20 to 150 contacts each).
        redirect_uris: Accepted exactly as written; empty accepts any on http://127.0.0.1 or http://localhost.
        latency_ms: Mean wait before each API answer, in milliseconds; the real wait is this give or take half.
        limits: Whether call limits are enforced at all.
        kept_mb: Megabytes of answers that are kept as bytes, so that the same call is not written twice.
        state_file: Where to keep tokens and connections over a restart; None keeps them in memory only.
        public_url: Where browsers reach the sign-in pages, if that differs from where the API is called.
    """

    client_id: str
    client_secret: str = field(repr=False)
    seed: int = 7
    organisations: int = 40
    people: int = 3
    scenario: str = "practice"
    redirect_uris: tuple[str, ...] = ()
    latency_ms: int = 0
    limits: bool = True
    kept_mb: int = 256
    state_file: Path | None = None
    public_url: str | None = None
