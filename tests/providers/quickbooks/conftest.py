"""QuickBooks' client against a server in the same process that answers as it is told, with a clock moved by hand."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest
from joserfc import jwt
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from providers.kit.oauth.token_sets import TokenSet, packed
from providers.port.credential import Credential
from providers.quickbooks.provider import QuickBooks
from providers.quickbooks.settings import QuickBooksSettings
from tests.providers.clock import HandClock
from tests.providers.conftest import Allowance
from tests.providers.stand_in import StandIn

REALM = "9341453123456789012"
HOST = "https://intuit.test"
ISSUER = "https://oauth.intuit.test/op/v1"
USER_INFO = "/sandbox/userinfo"
"""Where the discovery document says; production has another."""

SETTINGS = QuickBooksSettings(client_id="app-1", client_secret=SecretStr("hush")).model_copy(
    update={
        "authorize_url": f"{HOST}/connect/oauth2",
        "token_url": f"{HOST}/oauth2/v1/tokens/bearer",
        "revoke_url": f"{HOST}/v2/oauth2/tokens/revoke",
        "discovery_url": f"{HOST}/.well-known/openid_configuration/",
        "api_url": HOST,
    }
)


class Intuit(StandIn):
    """Intuit's documents, and tokens as its token endpoint gives them.

    Attributes:
        bodies: The bodies of all calls.
    """

    bodies: list[bytes]

    def publish(self) -> None:
        """Serve the discovery document and the name of who signs in."""
        self.bodies = []
        keys = f"{HOST}/.well-known/openid-configuration/jwks"
        told = {"issuer": ISSUER, "jwks_uri": keys, "userinfo_endpoint": f"{HOST}{USER_INFO}"}
        self.answer("/.well-known/openid_configuration/", told)
        user = {"sub": "person-1", "email": "ada@example.test", "givenName": "Ada", "familyName": "Marsh"}
        self.answer(USER_INFO, user)
        self.answer(f"/v3/company/{REALM}/companyinfo/{REALM}", {"CompanyInfo": {"CompanyName": "Alder & Finch"}})

    async def _serve(self, request: Request) -> Response:
        self.bodies.append(await request.body())
        return await super()._serve(request)

    def tokens_of(self, **claims: object) -> dict[str, object]:
        """An answer with tokens; a claim that is None is left out."""
        at = int(self.clock().timestamp())
        own = {"iss": ISSUER, "aud": ["app-1"], "sub": "person-1", "auth_time": at, "iat": at, "exp": at + 3600}
        told = {name: value for name, value in {**own, **claims}.items() if value is not None}
        return {
            "token_type": "bearer",
            "access_token": "access-1",
            "expires_in": 3600,
            "refresh_token": "RT1-1",
            "x_refresh_token_expires_in": 8_726_400,
            "x_refresh_token_hard_expires_in": 157_680_000,
            "id_token": jwt.encode({"alg": "RS256", "kid": self.key.kid}, told, self.key),
        }


def held(clock: HandClock) -> Credential:
    """A credential of the company."""
    secret = packed(TokenSet("access-1", "RT1-1"))
    ends = clock() + timedelta(days=1000)
    return Credential(REALM, "person-1", "Ada Marsh", secret, clock() + timedelta(hours=1), ends_at=ends)


@pytest.fixture
def server(clock: HandClock) -> Intuit:
    intuit = Intuit(clock)
    intuit.publish()
    return intuit


@pytest.fixture
async def quickbooks(server: Intuit, allowance: Allowance, clock: HandClock) -> AsyncIterator[QuickBooks]:
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(server.app))

    async def pause(seconds: float) -> None:
        clock.move(seconds)

    provider = QuickBooks(SETTINGS, http, allowance, clock, pause)
    yield provider
    await provider.close()
