"""An OpenID Connect issuer: its discovery document, its signing keys, and complete checks of its tokens.

Discovery document and keys are cached for an hour. For an unknown key they are read again at once, but at most once a
minute. No error shows any part of a token.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import httpx2
import orjson
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]  # Authlib ships no types
from joserfc import jwt
from joserfc.errors import ClaimError, InvalidClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from providers.kit.bounds import DOCUMENT, Bound
from providers.kit.cached import Cached
from providers.kit.clock import Clock
from providers.kit.refusals import described, noted
from providers.port.errors import Unavailable

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures of a key pair alone; naming them refuses ``none`` and keys used as shared secrets."""

KEPT_FOR = timedelta(hours=1)
"""How long the issuer's addresses and keys are kept."""
LOOK_AGAIN_AFTER = timedelta(minutes=1)
"""A token may name a key that is not known; whoever makes such tokens up must not make us ask at each of them."""
LEEWAY_SECONDS = 60
"""How far the clocks of the issuer and of this machine may stand apart."""

_DOCUMENT = Bound(DOCUMENT.largest, seconds=10)
"""Somebody waits for it."""

Claims = Mapping[str, object]


class BadTokenError(Exception):
    """A token is not this issuer's, not for us, not of this sign-in, or expired; the text names only the claim."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the discovery document says (OpenID Connect Discovery 1.0, section 3).

    Attributes:
        issuer: The issuer's name, as tokens have it.
        keys: Address of its signing keys.
        authorize: The page to which browsers are sent; None when the document does not name it.
        token: Where codes are exchanged; None when the document does not name it.
        userinfo: Where claims can be read; None when the document does not name it.
        takes_secret_in_body: Whether a client's secret may be sent in the body (``client_secret_post``).
        names_itself: Whether its answer through the browser names the issuer (RFC 9207).
    """

    issuer: str
    keys: str
    authorize: str | None
    token: str | None
    userinfo: str | None
    takes_secret_in_body: bool
    names_itself: bool


class Issuer:
    """Reads and checks what one issuer publishes and signs.

    Args:
        url: Its identifier, without a final slash; the discovery document is below it.
        http: Reads its documents.
        clock: Tells the time.
        is_document: Whether ``url`` is the address of the discovery document itself, which then names the issuer.
        id_header: The header with an answer's id, for which the issuer's support asks; empty where there is none.
    """

    def __init__(
        self, url: str, http: httpx2.AsyncClient, clock: Clock, *, is_document: bool = False, id_header: str = ""
    ) -> None:
        self._url, self._is_document, self._id_header = url, is_document, id_header
        self._http = http
        self._clock = clock
        self._metadata = Cached[Metadata](KEPT_FOR, clock)
        self._keys = Cached[KeySet](KEPT_FOR, clock)
        self._looked_again_at: datetime | None = None

    async def metadata(self) -> Metadata:
        """The addresses in its discovery document.

        Raises:
            Unavailable: The discovery document cannot be read, or is another's.
        """
        return await self._metadata.get(self._discover)

    async def keys(self) -> KeySet:
        """Its signing keys.

        Raises:
            Unavailable: They cannot be read.
        """
        return await self._keys.get(self._load_keys)

    async def claims(self, token: str, *, audience: str) -> Claims:
        """The claims of a token that was made for an audience, after checking it.

        Raises:
            BadTokenError: The token is not valid.
            Unavailable: Discovery document or keys cannot be read.

        Raises:
            BadTokenError: It cannot be believed.
            Unavailable: Discovery or keys cannot be read.
        """
        issuer = (await self.metadata()).issuer
        registry = jwt.JWTClaimsRegistry(
            now=self._timestamp(), leeway=LEEWAY_SECONDS, **_needed(issuer, audience), exp={"essential": True}
        )
        try:
            found = await self._verified(token)
            registry.validate(found.claims)
        except (JoseError, ValueError, TypeError) as error:
            raise BadTokenError(_reason(error)) from None
        return found.claims

    async def id_token_claims(
        self, token: str, *, client_id: str, nonce: str, access_token: str, may_lack_nonce: bool = False
    ) -> Claims:
        """The claims of a checked id_token: who signed in (OpenID Connect Core 1.0, section 3.1.3.7).

        Args:
            token: As it came from the token endpoint.
            client_id: Its audience, and its authorised party where it names one.
            nonce: The nonce with which the sign-in was begun.
            access_token: The access token that came with it; it must match ``at_hash`` if that is there.
            may_lack_nonce: Whether the issuer may repeat no nonce; a wrong one is refused all the same.

        Raises:
            BadTokenError: It cannot be believed.
            Unavailable: Discovery or keys cannot be read.
        """
        issuer = (await self.metadata()).issuer
        try:
            found = await self._verified(token)
            told = {"client_id": client_id, "access_token": access_token}
            if "nonce" in found.claims or not may_lack_nonce:
                told["nonce"] = nonce
            checked = CodeIDToken(found.claims, found.header, _needed(issuer, client_id), told)
            checked.validate(now=self._timestamp(), leeway=LEEWAY_SECONDS)
            # It may be left out of a code's id_token (Core, section 3.1.3.6), and Authlib takes an empty one for that.
            if found.claims.get("at_hash") is not None and not found.claims["at_hash"]:
                raise InvalidClaimError("at_hash")
        except (JoseError, ValueError, TypeError) as error:
            raise BadTokenError(_reason(error)) from None
        return found.claims

    async def document(self, url: str, *, bearer: str | None = None) -> dict[str, object]:
        """Read a JSON object of the issuer. What is answered instead stands in the log.

        Args:
            url: Its address.
            bearer: An access token to send; None for none.

        Raises:
            Unavailable: There is none.
        """
        headers = {"accept": "application/json"} | ({"authorization": f"Bearer {bearer}"} if bearer else {})
        try:
            response = await self._http.get(url, headers=headers, extensions=_DOCUMENT.asked)
        except httpx2.RequestError as error:
            raise Unavailable(f"identity provider: {type(error).__name__}") from None
        try:
            document = orjson.loads(response.content)
        except ValueError:
            document = None
        if response.status_code != 200 or not isinstance(document, dict):
            said = "no document" if response.status_code == 200 else ""
            by = self._id_header
            whose = described(response.status_code, said, response.headers, by, named=by, of="identity provider: ")
            raise noted(Unavailable(whose), "GET", response.request.url.path)
        return document

    async def _verified(self, token: str) -> jwt.Token:
        keys = await self.keys()
        try:
            return jwt.decode(token, keys, algorithms=ALGORITHMS)
        except InvalidKeyIdError:
            at = self._clock()
            if self._looked_again_at is not None and at - self._looked_again_at < LOOK_AGAIN_AFTER:
                raise
            self._looked_again_at = at
            newer = await self._keys.get(self._load_keys, other_than=keys)
            return jwt.decode(token, newer, algorithms=ALGORITHMS)

    async def _discover(self) -> Metadata:
        address = self._url if self._is_document else f"{self._url}/.well-known/openid-configuration"
        document = await self.document(address)
        issuer, keys = document.get("issuer"), self._address(document, "jwks_uri")
        # Exactly: but for a final slash, which the setting does not keep, and which some issuers have.
        is_its_own = self._is_document or issuer in {self._url, f"{self._url}/"}
        if not isinstance(issuer, str) or not is_its_own or keys is None:
            raise Unavailable("the identity provider's discovery document is not its own")
        methods = document.get("token_endpoint_auth_methods_supported")
        return Metadata(
            issuer=issuer,
            keys=keys,
            authorize=self._address(document, "authorization_endpoint"),
            token=self._address(document, "token_endpoint"),
            userinfo=self._address(document, "userinfo_endpoint"),
            takes_secret_in_body=isinstance(methods, list) and "client_secret_post" in methods,
            names_itself=document.get("authorization_response_iss_parameter_supported") is True,
        )

    def _address(self, document: dict[str, object], name: str) -> str | None:
        """An address in the document; it must have TLS if the issuer has, because secrets are sent there."""
        said = document.get(name)
        scheme = "https://" if self._url.startswith("https://") else ("https://", "http://")
        if said is not None and not (isinstance(said, str) and said.startswith(scheme)):
            raise Unavailable(f"the identity provider's {name} is no address with TLS")
        return said

    async def _load_keys(self) -> KeySet:
        document = await self.document((await self.metadata()).keys)
        try:
            keys = KeySet.import_key_set(cast("KeySetSerialization", document))
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise Unavailable(f"signing keys unreadable: {type(error).__name__}") from None
        if not keys.keys:
            raise Unavailable("no signing keys")
        return keys

    def _timestamp(self) -> int:
        return int(self._clock().timestamp())


def _needed(issuer: str, audience: str) -> dict[str, Any]:
    return {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": audience},
        "sub": {"essential": True},
    }


def _reason(error: Exception) -> str:
    claim = f" {error.claim}" if isinstance(error, ClaimError) else ""
    return f"{error.error if isinstance(error, JoseError) else type(error).__name__}{claim}"
