"""Xero's identity service as OpenID describes it: where its endpoints are, its keys, and who a token speaks of.

Discovery and keys are kept for hours, because repeated discovery calls get refused at Xero's edge (XeroAPI/xero-node
#428). Nothing here knows the OAuth flow; nothing of a token ever stands in an error.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import httpx2
from joserfc import jwt
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from providers.kit.bounds import DOCUMENT
from providers.kit.cached import Cached
from providers.kit.clock import Clock
from providers.kit.json_bodies import read_json
from providers.port.errors import ConsentFailed, Unavailable

DISCOVERY_LIFETIME = timedelta(hours=12)
"""Endpoints move with years of notice; half a day is short enough and never one call per client."""

KEYS_LIFETIME = timedelta(hours=12)
"""A new signing key is noticed at once by its unknown id; this only retires withdrawn ones."""

LEEWAY_SECONDS = 60
"""How far the clocks of Xero and of this machine may stand apart."""
_TIMES = frozenset({"exp", "iat", "nbf"})
"""Claims that are refused as well where this machine's clock is wrong."""

ALGORITHMS = ["RS256"]
"""What Xero signs with; naming it refuses ``none`` and keys used as shared secrets."""

Claims = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What the discovery document says.

    Attributes:
        issuer: The issuer's name, as tokens must have it.
        authorize: The page to which the browser is sent.
        token: Where codes and refresh tokens are exchanged.
        revoke: Where a grant is ended.
        keys: Where the signing keys are.
    """

    issuer: str
    authorize: str
    token: str
    revoke: str
    keys: str


class XeroIdentity:
    """Reads and checks what the identity service publishes and signs."""

    def __init__(self, base_url: str, client_id: str, http: httpx2.AsyncClient, now: Clock) -> None:
        self._base_url = base_url.rstrip("/")
        self._client_id = client_id
        self._http = http
        self._now = now
        self._endpoints = Cached[Endpoints](DISCOVERY_LIFETIME, now)
        self._keys = Cached[KeySet](KEYS_LIFETIME, now)

    async def endpoints(self) -> Endpoints:
        """The addresses of the identity service.

        Raises:
            Unavailable: The discovery document could not be read.
        """
        return await self._endpoints.get(self._discover)

    async def keys(self) -> KeySet:
        """The keys that it signs with.

        Raises:
            Unavailable: They could not be read.
        """
        return await self._keys.get(self._load_keys)

    async def identity_claims(self, id_token: str, *, nonce: str, access_token: str) -> Claims:
        """Who signed in, from a verified id_token.

        Args:
            id_token: As it came from the token endpoint.
            nonce: The nonce with which the sign-in was begun.
            access_token: The access token that came with it; it must match ``at_hash`` if that is there.

        Raises:
            ConsentFailed: The token is not Xero's, not for this app, expired, or of another sign-in.
            Unavailable: The keys could not be read.
        """
        issuer = (await self.endpoints()).issuer
        registry = jwt.JWTClaimsRegistry(
            now=self._timestamp(),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": self._client_id},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            claims = await self._verified(id_token)
            registry.validate(dict(claims))
        except JoseError as error:
            claim = f" {error.claim}" if isinstance(error, ClaimError) else ""
            clock = ", is this machine's clock right?" if claim.strip() in _TIMES else ""
            raise ConsentFailed(f"id_token refused: {error.error}{claim}{clock}") from None
        at_hash = claims.get("at_hash")
        if at_hash is not None and not hmac.compare_digest(str(at_hash).encode(), _half_hash(access_token).encode()):
            raise ConsentFailed("id_token refused: at_hash")
        return claims

    async def access_claims(self, access_token: str) -> Claims:
        """The claims of an access token signed by Xero; none when it is not one.

        Clients are not the audience of an access token, so one that cannot be read is no reason to refuse a consent.

        Raises:
            Unavailable: The keys could not be read.
        """
        try:
            return await self._verified(access_token)
        except JoseError:
            return {}

    async def _verified(self, token: str) -> Claims:
        keys = await self.keys()
        try:
            return _decode(token, keys)
        except InvalidKeyIdError:
            return _decode(token, await self._keys.get(self._load_keys, other_than=keys))

    async def _discover(self) -> Endpoints:
        document = await self._document(f"{self._base_url}/.well-known/openid-configuration")

        def said(name: str) -> str:
            value = document.get(name)
            if not isinstance(value, str) or not value:
                raise Unavailable(f"discovery document without {name}")
            return value

        return Endpoints(
            issuer=said("issuer"),
            authorize=said("authorization_endpoint"),
            token=said("token_endpoint"),
            revoke=said("revocation_endpoint"),
            keys=said("jwks_uri"),
        )

    async def _load_keys(self) -> KeySet:
        document = await self._document((await self.endpoints()).keys)
        try:
            keys = KeySet.import_key_set(cast("KeySetSerialization", document))
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise Unavailable(f"signing keys unreadable: {type(error).__name__}") from None
        if not keys.keys:  # which would refuse every sign-in for half a day
            raise Unavailable("no signing keys")
        return keys

    async def _document(self, url: str) -> dict[str, object]:
        """Read a JSON object; any failure, also an edge's 403, may be tried again."""
        try:
            response = await self._http.get(url, headers={"accept": "application/json"}, extensions=DOCUMENT.asked)
            document = read_json(response.content)
        except (httpx2.RequestError, ValueError) as error:
            raise Unavailable(f"identity service: {type(error).__name__}") from None
        if response.status_code != 200 or not isinstance(document, dict):
            raise Unavailable(f"identity service: HTTP {response.status_code}")
        return document

    def _timestamp(self) -> int:
        return int(self._now().timestamp())


def _decode(token: str, keys: KeySet) -> Claims:
    return cast("Claims", jwt.decode(token, keys, algorithms=ALGORITHMS).claims)


def _half_hash(access_token: str) -> str:
    """OpenID Connect Core 3.1.3.6: the left half of the SHA-256, in base64url."""
    digest = hashlib.sha256(access_token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
