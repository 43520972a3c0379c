"""The operator's own identity provider on a socket: signs support's tokens, and publishes its keys."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from fastapi import FastAPI

from models.columns import now
from starter.support_identity import SupportGroup
from tests.journeys.serving import listening, serving
from xero_sandbox.signing import SigningKey

AUDIENCE, GROUP = "temporal-ui", "clientsync-support"


@dataclass
class IdentityProvider:
    """The provider; ``asked_for_keys`` counts how often somebody wanted its keys."""

    issuer: str
    key: SigningKey = field(default_factory=SigningKey)
    asked_for_keys: int = 0

    @property
    def group(self) -> SupportGroup:
        """Whom of its people the product lets in."""
        return SupportGroup(self.issuer, AUDIENCE, GROUP)

    def token(self, *, key: SigningKey | None = None, **claims: Any) -> str:
        """A token of somebody of support; claims that are None are left out."""
        usual = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": "u-17",
            "name": "Sam Support",
            "groups": ["staff", GROUP],
            "iat": int(now().timestamp()),
            "exp": int((now() + timedelta(minutes=5)).timestamp()),
        }
        return (key or self.key).sign({name: value for name, value in (usual | claims).items() if value is not None})


@asynccontextmanager
async def identity_provider() -> AsyncIterator[IdentityProvider]:
    """A provider, for as long as the block lasts."""
    socket, url = listening()
    made, app = IdentityProvider(url), FastAPI()

    @app.get("/.well-known/openid-configuration")
    async def discovery() -> dict[str, str]:
        return {"issuer": url, "jwks_uri": f"{url}/keys"}

    @app.get("/keys")
    async def keys() -> dict[str, Any]:
        made.asked_for_keys += 1
        return dict(made.key.public())

    async with serving(app, socket):
        yield made
