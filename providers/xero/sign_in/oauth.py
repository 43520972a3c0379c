"""Signing in at Xero: what its page is asked for, and what comes back, verified.

No error shows a code, verifier or token, only HTTP statuses and the standard's error codes. The caller of ``refresh``
holds the grant's lease and saves the new credential before use, because Xero rotates refresh tokens.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace

import httpx2

from providers.kit.clock import Clock
from providers.kit.oauth.code_flow import CodeFlow, Dialect, Lifetime
from providers.kit.oauth.token_endpoint import once_more
from providers.kit.oauth.token_sets import BegunFlow, packed, unpacked
from providers.port.credential import Credential, person_label
from providers.port.errors import ConsentDenied, ConsentFailed, SignedOut, Unavailable
from providers.port.provider import BegunSignIn, FinishedSignIn
from providers.port.settings import App
from providers.xero.errors import classify_identity
from providers.xero.settings import XeroConfig
from providers.xero.sign_in.identity import Claims, XeroIdentity

ACCESS = Lifetime(usual=1800, longest=86_400)
"""An access token's life (developer.xero.com/faq/oauth2)."""

REFRESH = Lifetime(usual=60 * 86_400, longest=60 * 86_400)
"""A refresh token that is not used for as long is dead (developer.xero.com/faq/oauth2)."""

DIALECT = Dialect(secret_in_header=True)


class OAuth:
    """Begins and finishes sign-ins; refreshes and revokes their tokens."""

    def __init__(self, config: XeroConfig, http: httpx2.AsyncClient, identity: XeroIdentity, now: Clock) -> None:
        self._config, self._http, self._identity, self._now = config, http, identity, now

    async def begin(self, *, state: str, redirect_uri: str, region: str | None = None) -> BegunSignIn:  # noqa: ARG002  # Xero has one for all countries
        """Begin a sign-in. See ``Provider.begin_sign_in``."""
        kept = BegunFlow(code_verifier=secrets.token_urlsafe(48), nonce=secrets.token_urlsafe(24))
        asked = {
            "state": state,
            "nonce": kept.nonce,
            "redirect_uri": redirect_uri,
            "scope": " ".join(self._config.scopes),
            # Xero lets the person choose many organisations only when each request asks for it.
            **({"acr_values": "bulk_connect:true"} if self._config.bulk_connect else {}),
        }
        return BegunSignIn((await self._flow()).address(kept.code_verifier, asked), kept.packed())

    def came_back(self, params: Mapping[str, str]) -> str:
        """See ``code_in``."""
        return code_in(params)

    async def finish(self, params: Mapping[str, str], kept: bytes, *, redirect_uri: str) -> FinishedSignIn:
        """Exchange the code and verify who signed in. See ``Provider.finish_sign_in``."""
        code, held = code_in(params), BegunFlow.unpacked(kept)
        flow = await once_more(self._flow, Unavailable)
        await once_more(self._identity.keys, Unavailable)  # a code whose tokens nobody can check is lost
        got = await flow.exchange(code, held.code_verifier, redirect_uri=redirect_uri)
        tokens, id_token = got.tokens, got.said.get("id_token")
        if not isinstance(id_token, str):
            raise ConsentFailed("the tokens came without an id_token")
        identity = await self._identity.identity_claims(id_token, nonce=held.nonce, access_token=tokens.access_token)
        access = await self._identity.access_claims(tokens.access_token)
        user_id = _claim(identity, "xero_userid") or _claim(access, "xero_userid")
        if user_id is None:
            raise ConsentFailed("neither token names the Xero user")
        credential = Credential(
            account_key=user_id,
            person=user_id,
            label=_display_name(identity),
            secret=packed(replace(tokens, scope=tokens.scope or self._config.scopes)),
            access_expires_at=got.access_expires_at,
            refresh_expires_at=got.refresh_expires_at,
        )
        return FinishedSignIn(credential, consent_ref=_claim(access, "authentication_event_id"))

    async def refresh(self, credential: Credential) -> Credential:
        """Refresh a credential. See ``Provider.refresh``."""
        flow, held = await self._flow(), unpacked(credential.secret)
        try:
            return await flow.refresh(credential)
        except SignedOut:
            if not held.spare_refresh_token:
                raise
        spare = replace(held, refresh_token=held.spare_refresh_token)
        return await flow.refresh(replace(credential, secret=packed(spare)))

    async def check_app(self) -> None:
        """Try the app's secret. See ``Provider.check_app``."""
        await (await self._flow()).check_app()

    async def revoke(self, credential: Credential) -> None:
        """End the grant. See ``Provider.revoke``."""
        await (await self._flow()).revoke(credential)

    async def _flow(self) -> CodeFlow:
        """The code flow at the addresses that the identity service publishes.

        Raises:
            Unavailable: They could not be read.
        """
        config, at = self._config, await self._identity.endpoints()
        app = App(config.client_id, config.client_secret, at.authorize, at.token, at.revoke)
        return CodeFlow(app, ACCESS, REFRESH, classify_identity, self._http, self._now, DIALECT)


def code_in(params: Mapping[str, str]) -> str:
    """The code that came back.

    Raises:
        ConsentDenied: The person said no.
        ConsentFailed: Another error came back, or no code.
    """
    error, code = params.get("error"), params.get("code")
    if error == "access_denied":
        raise ConsentDenied("access_denied")
    if error or not code:
        raise ConsentFailed("an error came back" if error else "no code came back")
    return code


def _claim(claims: Claims, name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) and value else None


def _display_name(claims: Claims) -> str:
    """The person's name; never an e-mail address, since names appear in more places than addresses may."""
    given = " ".join(part for name in ("given_name", "family_name") if (part := _claim(claims, name)))
    return person_label(_claim(claims, "name") or given, "Xero user")
