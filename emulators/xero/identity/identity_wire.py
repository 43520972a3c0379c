"""How Xero's identity server writes tokens, answers and what the browser brings back."""

import secrets

from emulators.books.ids import guid
from emulators.kit.oauth.authorising import SignIn
from emulators.kit.oauth.grants import Consent
from emulators.kit.oauth.identity_wire import IdentityWire, Issued
from emulators.kit.signing import Claims, half_hash


class XeroIdentityWire(IdentityWire):
    """Xero's formats."""

    def came_back(self, sign_in: SignIn, consent: Consent) -> dict[str, str]:
        """What the browser brings back to the app, besides code and state."""
        return {"scope": " ".join(sign_in.scope), "session_state": consent.session_id}

    def access_token(self, consent: Consent, issuer: str) -> str:
        """A signed access token; the only token that tells the authentication event."""
        return self._world.key.sign(
            self._access_claims(issuer)
            | _login(consent)
            | {
                "authentication_event_id": consent.event_id,
                "jti": secrets.token_hex(16).upper(),
                "scope": list(consent.scope),
            }
        )

    def app_token(self, issuer: str) -> str:
        """A signed access token of the app itself, without a person."""
        own: Claims = {"jti": secrets.token_hex(16).upper(), "scope": [self._world.policies.app_scope]}
        return self._world.key.sign(self._access_claims(issuer) | own)

    def _access_claims(self, issuer: str) -> Claims:
        now = int(self._world.clock.now())
        return {
            "nbf": now,
            "exp": now + self._world.policies.access_seconds,
            "iss": issuer,
            "aud": f"{issuer}/resources",
            "client_id": self._world.config.client_id,
        }

    def id_token(self, consent: Consent, issuer: str, access: str, nonce: str | None) -> Claims:
        """Who signed in, as far as the scopes tell."""
        world, now = self._world, int(self._world.clock.now())
        person = world.library.people[consent.person_id]
        claims: Claims = {
            "nbf": now,
            "exp": now + world.policies.id_token_seconds,
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
        return claims

    def token_answer(self, issued: Issued) -> dict[str, object]:
        """The answer of the token endpoint, in the order in which Xero writes it."""
        body: dict[str, object] = {}
        if issued.id_token is not None:
            body["id_token"] = issued.id_token
        body |= {
            "access_token": issued.access_token,
            "expires_in": issued.access_seconds,
            "token_type": "Bearer",
        }
        if issued.refresh_token is not None:
            body["refresh_token"] = issued.refresh_token
        return body | {"scope": " ".join(issued.consent.scope)}


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
