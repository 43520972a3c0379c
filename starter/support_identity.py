"""Who of support asks: an OpenID Connect token of the operator's own identity provider, checked in full.

Support staff are no colleagues of any practice. Their token is the one that Temporal's web interface got when they
signed in there; it must be of the one issuer, for the one audience, in date, and name the one group. Nothing of a token
ever stands in an error.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import httpx2
import orjson
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, KeySetSerialization

from contracts.refusals import RefusalCode, Refused
from models.columns import now
from providers.bounds import DOCUMENT, Bound
from providers.cached import Cached
from providers.errors import Unavailable

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures of a key pair alone; naming them refuses ``none`` and keys used as shared secrets."""

KEPT_FOR = timedelta(hours=1)
"""How long the provider's addresses and keys are kept."""
LOOK_AGAIN_AFTER = timedelta(minutes=1)
"""A token may name a key that is not known; whoever makes such tokens up must not make us ask at each of them."""
LEEWAY_SECONDS = 60
LONGEST_TOKEN = 16_384
"""Characters."""

NOT_VALID = "This token is not one of a support sign-in, or it is over. Sign in to Temporal's web interface again."

_DOCUMENT = Bound(DOCUMENT.largest, seconds=10)
"""Somebody of support waits for it."""

Claims = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SupportGroup:
    """Whom the operator calls support.

    Attributes:
        issuer: The identity provider; its discovery document is below it.
        audience: Whom the tokens are made for: an API's name in access tokens, the client's id in id tokens.
        group: What the claim has to name.
        claim: The claim with the groups; a path with dots where it is inside another one.
    """

    issuer: str
    audience: str
    group: str
    claim: str = "groups"


@dataclass(frozen=True, slots=True)
class SupportPerson:
    """Somebody of support.

    Attributes:
        subject: The identity provider's id of them.
        name: For people.
    """

    subject: str
    name: str


class SupportIdentity:
    """Checks support's tokens.

    Args:
        group: Whom to let in.
        http: For the provider's documents.
        clock: Tells the time.
    """

    def __init__(self, group: SupportGroup, http: httpx2.AsyncClient, clock: Callable[[], datetime] = now) -> None:
        self._group = group
        self._http = http
        self._clock = clock
        self._discovered = Cached(self._discover, KEPT_FOR, clock)
        self._keys = Cached(self._load_keys, KEPT_FOR, clock)
        self._looked_again_at: datetime | None = None

    async def person(self, *tokens: str) -> SupportPerson:
        """Who comes with these tokens: the first that is one of the provider's, for us, and names the group.

        Args:
            tokens: Such as an access token, and the id token that was sent beside it; empty ones are left out.

        Raises:
            Refused: ``UNAUTHENTICATED``: none is valid. ``FORBIDDEN``: none names the group. ``UNAVAILABLE``: the
                identity provider does not answer.
        """
        is_somebody = False
        for token in tokens:
            if not token or len(token) > LONGEST_TOKEN:
                continue
            try:
                claims = await self._claims(token)
            except Unavailable as error:
                message = "The identity provider does not answer just now. Try again in a moment."
                raise Refused(RefusalCode.UNAVAILABLE, message) from error
            except (JoseError, ValueError):
                continue
            is_somebody = True
            if self._group.group in groups_in(claims, self._group.claim):
                return _person(claims)
        if is_somebody:
            raise Refused(RefusalCode.FORBIDDEN, "Only support staff may read what workflows hold.")
        raise Refused(RefusalCode.UNAUTHENTICATED, NOT_VALID)

    async def _claims(self, token: str) -> Claims:
        issuer, _ = await self._discovered.get()
        registry = jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": self._group.audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        claims = await self._verified(token)
        registry.validate(dict(claims))
        return claims

    async def _verified(self, token: str) -> Claims:
        keys = await self._keys.get()
        try:
            return _decode(token, keys)
        except InvalidKeyIdError:
            at = self._clock()
            if self._looked_again_at is not None and at - self._looked_again_at < LOOK_AGAIN_AFTER:
                raise
            self._looked_again_at = at
            return _decode(token, await self._keys.get(other_than=keys))

    async def _discover(self) -> tuple[str, str]:
        """The issuer as tokens name it, and where its keys are."""
        document = await self._document(f"{self._group.issuer}/.well-known/openid-configuration")
        issuer, keys = document.get("issuer"), document.get("jwks_uri")
        if not isinstance(issuer, str) or not isinstance(keys, str) or issuer.rstrip("/") != self._group.issuer:
            raise Unavailable("the identity provider's discovery document is not its own")
        return issuer, keys

    async def _load_keys(self) -> KeySet:
        _, address = await self._discovered.get()
        document = await self._document(address)
        try:
            keys = KeySet.import_key_set(cast("KeySetSerialization", document))
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise Unavailable(f"signing keys unreadable: {type(error).__name__}") from None
        if not keys.keys:
            raise Unavailable("no signing keys")
        return keys

    async def _document(self, url: str) -> dict[str, object]:
        try:
            response = await self._http.get(url, headers={"accept": "application/json"}, extensions=_DOCUMENT.asked)
            document = orjson.loads(response.content)
        except (httpx2.RequestError, ValueError) as error:
            raise Unavailable(f"identity provider: {type(error).__name__}") from None
        if response.status_code != 200 or not isinstance(document, dict):
            raise Unavailable(f"identity provider: HTTP {response.status_code}")
        return document


def groups_in(claims: Claims, path: str) -> frozenset[str]:
    """The groups that a token names.

    Args:
        claims: The token's.
        path: The claim's name as it stands there, dots and all, or else its path: ``realm_access.roles``.
    """
    found: object = claims.get(path)
    if found is None:
        found = claims
        for name in path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
    if isinstance(found, str):
        return frozenset(found.split())
    return frozenset(one for one in found if isinstance(one, str)) if isinstance(found, list) else frozenset()


def _person(claims: Claims) -> SupportPerson:
    subject = str(claims["sub"])
    called = next((claims[name] for name in ("name", "email", "preferred_username") if claims.get(name)), subject)
    return SupportPerson(subject[:200], str(called)[:200])


def _decode(token: str, keys: KeySet) -> Claims:
    return cast("Claims", jwt.decode(token, keys, algorithms=ALGORITHMS).claims)
