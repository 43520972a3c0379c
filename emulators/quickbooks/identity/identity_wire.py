"""How Intuit's identity server writes codes, tokens, answers and what the browser brings back."""

import base64
import secrets
from uuid import uuid4

from emulators.kit.oauth.authorising import SignIn
from emulators.kit.oauth.grants import Consent
from emulators.kit.oauth.identity_wire import IdentityWire, Issued
from emulators.kit.signing import Claims
from emulators.quickbooks.world import World

_ENCRYPTED = base64.urlsafe_b64encode(b'{"enc":"A128CBC-HS256","alg":"dir"}').rstrip(b"=").decode()
_BYTES = 640
"""Random bytes in an access token, which bring it to about a kilobyte, as Intuit's have."""


def new_tid() -> str:
    """A fresh ``intuit_tid``, by which support finds a call."""
    return f"1-{uuid4().hex[:8]}-{uuid4().hex[:24]}"


class QuickBooksIdentityWire(IdentityWire):
    """Intuit's formats.

    Args:
        world: What they tell of.
    """

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._settings_of = world

    def issuer(self, here: str) -> str:
        """The issuer, which is no root."""
        return f"{here}/op/v1"

    def headers(self) -> dict[str, str]:
        """``intuit_tid``, which every answer has."""
        return {"intuit_tid": new_tid()}

    def code(self, consent: Consent) -> str:  # noqa: ARG002  # as the kit calls it
        """An authorisation code."""
        return f"XAB1{secrets.token_urlsafe(34)}"

    def came_back(self, sign_in: SignIn, consent: Consent) -> dict[str, str]:  # noqa: ARG002  # as the kit calls it
        """The company that was chosen: nothing else tells it."""
        return {"realmId": consent.organisation_id} if consent.organisation_id else {}

    def access_token(self, consent: Consent, issuer: str) -> str:  # noqa: ARG002  # as the kit calls it
        """An encrypted token, as it looks from outside: to clients it is opaque."""
        return f"{_ENCRYPTED}..{secrets.token_urlsafe(16)}.{secrets.token_urlsafe(_BYTES)}.{secrets.token_urlsafe(16)}"

    def id_token(self, consent: Consent, issuer: str, access: str, nonce: str | None) -> Claims:  # noqa: ARG002
        """Who signed in, for which company: no name and no e-mail address, and ``aud`` is a list."""
        now = int(self._world.clock.now())
        claims: Claims = {
            "sub": consent.person_id,
            "aud": [self._world.config.client_id],
            "iss": issuer,
            "auth_time": consent.auth_time,
            "iat": now,
            "exp": now + self._world.policies.id_token_seconds,
        }
        if consent.organisation_id and self._settings_of.settings.realm_in_id_token:
            claims["realmid"] = consent.organisation_id
        if nonce is not None:
            claims["nonce"] = nonce
        return claims

    def token_answer(self, issued: Issued) -> dict[str, object]:
        """The answer of the token endpoint: it says neither scope nor company."""
        body: dict[str, object] = {
            "token_type": "bearer",
            "access_token": issued.access_token,
            "expires_in": issued.access_seconds,
            "refresh_token": issued.refresh_token,
            "x_refresh_token_expires_in": issued.refresh_seconds,
        }
        if issued.hard_seconds is not None:
            body["x_refresh_token_hard_expires_in"] = issued.hard_seconds
        if issued.id_token is not None:
            body["id_token"] = issued.id_token
        return body
