"""The claims of access tokens and id_tokens."""

import secrets

from emulators.books.ids import guid
from emulators.kit.signing import Claims, half_hash
from emulators.xero.identity.grants import ACCESS_SECONDS, Consent
from emulators.xero.world import World

ID_TOKEN_SECONDS = 300


def access_token(world: World, consent: Consent, issuer: str) -> str:
    """A signed access token; the only token that tells the authentication event."""
    now = int(world.clock.now())
    return world.key.sign(
        {
            "nbf": now,
            "exp": now + ACCESS_SECONDS,
            "iss": issuer,
            "aud": f"{issuer}/resources",
            "client_id": world.config.client_id,
            **_login(consent),
            "authentication_event_id": consent.event_id,
            "jti": secrets.token_hex(16).upper(),
            "scope": list(consent.scope),
        }
    )


def app_token(world: World, issuer: str, token_id: str) -> str:
    """A signed access token of the app itself, without a person."""
    now = int(world.clock.now())
    return world.key.sign(
        {
            "nbf": now,
            "exp": now + ACCESS_SECONDS,
            "iss": issuer,
            "aud": f"{issuer}/resources",
            "client_id": world.config.client_id,
            "jti": token_id,
            "scope": ["app.connections"],
        }
    )


def id_token(world: World, consent: Consent, issuer: str, access: str, nonce: str | None) -> str:
    """A signed id_token: who signed in, as far as the scopes tell."""
    now = int(world.clock.now())
    person = world.library.people[consent.person_id]
    claims: Claims = {
        "nbf": now,
        "exp": now + ID_TOKEN_SECONDS,
        "iss": issuer,
        "aud": world.config.client_id,
        "iat": now,
        "at_hash": half_hash(access),
        **_login(consent),
    }
    if nonce is not None:
        claims["nonce"] = nonce
    if "email" in consent.scope:
        claims["email"] = person.email
    if "profile" in consent.scope:
        claims |= {
            "preferred_username": person.email,
            "given_name": person.first_name,
            "family_name": person.last_name,
            "name": person.name,
        }
    return world.key.sign(claims)


def _login(consent: Consent) -> Claims:
    return {
        "sub": guid("sub", consent.person_id).replace("-", ""),
        "auth_time": consent.auth_time,
        "idp": "local",
        "xero_userid": consent.person_id,
        "global_session_id": consent.session_id,
        "sid": consent.session_id,
        "amr": ["pwd"],
    }
