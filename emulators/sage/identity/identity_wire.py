"""How Sage's identity server writes codes, tokens, answers and what the browser brings back."""

import secrets
from urllib.parse import urlsplit

from emulators.books.ids import guid
from emulators.kit.oauth.authorising import SignIn
from emulators.kit.oauth.grants import Consent
from emulators.kit.oauth.identity_wire import IdentityWire, Issued
from emulators.sage.world import World

_PADDING = 540
"""Random bytes in an access token, which bring it between 1,300 and 2,048 bytes, as Sage says its tokens have."""


def requester_id(person_id: str) -> str:
    """The id of a person as the token endpoint tells it: a GUID."""
    return guid("requester", person_id)


class SageIdentityWire(IdentityWire):
    """Sage's formats.

    Args:
        world: What they tell of.
    """

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._settings_of = world

    def code(self, consent: Consent) -> str:
        """An authorisation code: the country, a slash, and what cannot be guessed."""
        return f"{consent.region}/{secrets.token_urlsafe(32)}"

    def came_back(self, sign_in: SignIn, consent: Consent) -> dict[str, str]:  # noqa: ARG002  # as the kit calls it
        """The country, which some of Sage's documents show and others do not."""
        if self._settings_of.settings.country_in_callback and consent.region:
            return {"country": consent.region}
        return {}

    def not_known_there(self, sign_in: SignIn) -> dict[str, str]:  # noqa: ARG002  # as the kit calls it
        """The words for a login that has no business in that country."""
        return {"error": "Invalid request", "reason": "Email already in use"}

    def access_token(self, consent: Consent, issuer: str) -> str:
        """A signed access token; to clients it is opaque."""
        now = int(self._world.clock.now())
        claims: dict[str, object] = {
            "jti": secrets.token_hex(16),
            "iat": now,
            "exp": now + self._world.policies.access_seconds,
            "iss": urlsplit(issuer).netloc,
            "sub": requester_id(consent.person_id),
            "aud": issuer,
            "azp": self._world.config.client_id,
            "country": consent.region,
            "scopes": list(consent.scope),
            "pad": secrets.token_urlsafe(_PADDING),
        }
        return self._world.key.sign(claims, "RS512")

    def token_answer(self, issued: Issued) -> dict[str, object]:
        """The answer of the token endpoint; it has no ``resource_owner_id`` since version 3.1."""
        return {
            "access_token": issued.access_token,
            "scope": " ".join(issued.consent.scope),
            "token_type": "bearer",
            "expires_in": issued.access_seconds,
            "refresh_token": issued.refresh_token,
            "refresh_token_expires_in": issued.refresh_seconds,
            "requested_by_id": requester_id(issued.consent.person_id),
        }

    def revoked(self) -> bytes:
        """The body of the answer to a revocation."""
        return b'{"success":"ok"}'
