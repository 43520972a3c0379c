# ruff: noqa: ARG002  # what the standard makes nothing of, a platform may
"""The formats of an identity server by the standards; a platform overrides what it writes differently.

It decides nothing about time and permission; ``policies`` and ``grants`` do.
"""

import secrets
from dataclasses import dataclass

from emulators.kit.oauth.authorising import SignIn
from emulators.kit.oauth.grants import Consent
from emulators.kit.signing import Claims, half_hash
from emulators.kit.world import World


@dataclass(frozen=True, slots=True)
class Issued:
    """What the token endpoint gives out.

    Attributes:
        access_seconds: How long the access token is good.
        refresh_token: None if there is none.
        refresh_seconds: How long it is good if nobody uses it.
        hard_seconds: For how long the grant lasts however it is used; None for ever, or where it was not asked for.
        id_token: None unless it was asked for.
    """

    consent: Consent
    access_token: str
    access_seconds: int
    refresh_token: str | None
    refresh_seconds: int
    hard_seconds: int | None
    id_token: str | None


class IdentityWire:
    """The standard's formats.

    Args:
        world: What they tell of.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def issuer(self, here: str) -> str:
        """The issuer of tokens, at a stand-in that is called under the address ``here``."""
        return here

    def headers(self) -> dict[str, str]:
        """What every answer to a program carries besides."""
        return {}

    def code(self, consent: Consent) -> str:
        """An authorisation code; unguessable."""
        return secrets.token_urlsafe(32)

    def came_back(self, sign_in: SignIn, consent: Consent) -> dict[str, str]:
        """What the browser brings back to the app, besides code and state."""
        return {}

    def not_known_there(self, sign_in: SignIn) -> dict[str, str]:
        """What the browser brings back for a person who is not known in the region that was said."""
        return {"error": "access_denied"}

    def access_token(self, consent: Consent, issuer: str) -> str:
        """An access token."""
        return secrets.token_urlsafe(32)

    def app_token(self, issuer: str) -> str:
        """An access token of the app itself, without a person."""
        return secrets.token_urlsafe(32)

    def id_token(self, consent: Consent, issuer: str, access: str, nonce: str | None) -> Claims:
        """The claims of an id_token: who signed in, as far as the scopes tell."""
        world, now = self._world, int(self._world.clock.now())
        person = world.library.people[consent.person_id]
        claims: Claims = {
            "iss": issuer,
            "sub": person.person_id,
            "aud": world.config.client_id,
            "exp": now + world.policies.id_token_seconds,
            "iat": now,
            "auth_time": consent.auth_time,
            "at_hash": half_hash(access),
        }
        if nonce is not None:
            claims["nonce"] = nonce
        if "email" in consent.scope:
            claims["email"] = person.email
        if "profile" in consent.scope:
            claims |= {"given_name": person.first_name, "family_name": person.last_name, "name": person.name}
        return claims

    def token_answer(self, issued: Issued) -> dict[str, object]:
        """The answer of the token endpoint."""
        body: dict[str, object] = {
            "access_token": issued.access_token,
            "token_type": "Bearer",
            "expires_in": issued.access_seconds,
            "scope": " ".join(issued.consent.scope),
        }
        if issued.refresh_token is not None:
            body["refresh_token"] = issued.refresh_token
        if issued.id_token is not None:
            body["id_token"] = issued.id_token
        return body

    def revoked(self) -> bytes:
        """The body of the answer to a revocation."""
        return b""
