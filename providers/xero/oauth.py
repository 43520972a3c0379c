"""The sign-in: authorisation code with PKCE, refresh and revocation, through Authlib.

Says nothing of a code, verifier or token in an error: only HTTP statuses and the standard's error words leave here.
Whoever calls ``refresh`` holds the grant's lock and saves the new set before use: Xero rotates refresh tokens.
"""

import secrets
from collections.abc import Awaitable, Mapping
from datetime import datetime, timedelta

import httpx2
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]  # Authlib ships no types
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]  # Authlib ships no types

from contracts.causes import Cause
from providers.clock import Clock
from providers.errors import ConsentFailed, NeedsPerson, SignedOut, Unavailable
from providers.port import Consent, ConsentRequest, TokenSet
from providers.xero.config import XeroConfig
from providers.xero.errors import classify
from providers.xero.identity import Claims, Identity

DEFAULT_LIFETIME_SECONDS = 1800
"""An access token's life (developer.xero.com/faq/oauth2), for an answer that does not say."""

_ERROR_WORDS = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
    }
)
"""RFC 6749 section 5.2: all that is repeated from an answer; any other word could be anything."""


class TokenRefused(NeedsPerson):
    """The token endpoint said no.

    Attributes:
        error: The standard's word for why, or ``unrecognised``.
    """

    def __init__(self, error: str, status: int) -> None:
        super().__init__(Cause.UNKNOWN, f"token endpoint: HTTP {status}, {error}")
        self.error = error


class OAuth:
    """Begins and finishes consents, refreshes and revokes their tokens."""

    def __init__(self, config: XeroConfig, http: httpx2.AsyncClient, identity: Identity, now: Clock) -> None:
        self._config = config
        self._http = http
        self._identity = identity
        self._now = now

    async def begin(self, *, state: str, redirect_uri: str) -> ConsentRequest:
        """Where to send the browser. See ``Provider.begin_consent``."""
        endpoints = await self._identity.endpoints()
        code_verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        # Xero lets the person choose many organisations only when each request asks for it.
        bulk = {"acr_values": "bulk_connect:true"} if self._config.bulk_connect else {}
        url, _ = self._client().create_authorization_url(
            endpoints.authorize,
            state=state,
            code_verifier=code_verifier,
            nonce=nonce,
            redirect_uri=redirect_uri,
            scope=" ".join(self._config.scopes),
            **bulk,
        )
        return ConsentRequest(authorize_url=url, code_verifier=code_verifier, nonce=nonce)

    async def finish(self, *, code: str, code_verifier: str, nonce: str, redirect_uri: str) -> Consent:
        """Exchange the code and verify who signed in. See ``Provider.finish_consent``."""
        endpoints = await self._identity.endpoints()
        asked_at = self._now()
        try:
            answer = await self._answer(
                self._client().fetch_token(
                    endpoints.token,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=code_verifier,
                    redirect_uri=redirect_uri,
                )
            )
        except TokenRefused as refused:
            if refused.error in {"invalid_grant", "invalid_request"}:
                raise ConsentFailed(refused.detail) from None
            raise
        tokens = _token_set(answer, asked_at, self._config.scopes)
        if tokens.id_token is None or not tokens.refresh_token:
            raise ConsentFailed("the tokens came without an id_token or a refresh token")
        identity = await self._identity.identity_claims(tokens.id_token, nonce=nonce, access_token=tokens.access_token)
        access = await self._identity.access_claims(tokens.access_token)
        user_id = _claim(identity, "xero_userid") or _claim(access, "xero_userid")
        if user_id is None:
            raise ConsentFailed("neither token names the Xero user")
        return Consent(
            provider_user_id=user_id,
            display_name=_display_name(identity),
            tokens=tokens,
            consent_ref=_claim(access, "authentication_event_id"),
        )

    async def refresh(self, tokens: TokenSet) -> TokenSet:
        """A new token set. See ``Provider.refresh``."""
        endpoints = await self._identity.endpoints()
        asked_at = self._now()
        try:
            answer = await self._answer(
                self._client().refresh_token(endpoints.token, refresh_token=tokens.refresh_token)
            )
        except TokenRefused as refused:
            if refused.error == "invalid_grant":
                raise SignedOut(refused.detail) from None
            raise
        return _token_set(answer, asked_at, tokens.scope)

    async def revoke(self, tokens: TokenSet) -> None:
        """End the grant. See ``Provider.revoke``."""
        endpoints = await self._identity.endpoints()
        await self._answer(self._client().revoke_token(endpoints.revoke, token=tokens.refresh_token))

    def _client(self) -> AsyncOAuth2Client:
        """Authlib's client for one exchange: it remembers tokens, so none is shared between two people's."""
        client = AsyncOAuth2Client(
            self._config.client_id,
            self._config.client_secret,
            code_challenge_method="S256",
            transport=_Through(self._http),
            timeout=self._http.timeout,
        )
        for answered in ("access_token_response", "refresh_token_response"):
            client.register_compliance_hook(answered, self._checked)
        return client

    async def _answer(self, call: Awaitable[object]) -> Mapping[str, object]:
        """What the identity service answered, with every failure as one of our errors, free of secrets."""
        try:
            answer = await call
            if isinstance(answer, httpx2.Response):  # revocation: no tokens, so Authlib checks nothing
                self._checked(answer)
                return {}
        except httpx2.RequestError as error:
            raise Unavailable(f"identity service: {type(error).__name__}") from None
        except (OAuthError, ValueError) as error:
            raise Unavailable(f"identity service: {type(error).__name__} in a success") from None
        return answer if isinstance(answer, Mapping) else {}

    def _checked(self, response: httpx2.Response) -> httpx2.Response:
        """Refuse everything but a success, before Authlib looks for tokens in it."""
        status = response.status_code
        if status < 300:
            return response
        if status == 403 or status == 429 or status >= 500:
            found = classify(status, response.headers, response.content, self._now())
            # The edge answers 403 to too many calls; the service itself refuses with 400 and 401.
            raise Unavailable(f"identity service: {found.detail}") if status == 403 else found
        raise TokenRefused(_error_word(response), status)


class _Through(httpx2.AsyncBaseTransport):
    """Sends Authlib's requests over the shared client, so that its connections and limits serve them too."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await self._http.send(request, stream=True)


def _token_set(answer: Mapping[str, object], asked_at: datetime, asked_scopes: tuple[str, ...]) -> TokenSet:
    access_token = answer.get("access_token")
    if not isinstance(access_token, str) or not access_token:
        raise Unavailable("token endpoint: a success without an access token")
    lifetime, scope, id_token = answer.get("expires_in"), answer.get("scope"), answer.get("id_token")
    try:
        seconds = int(str(lifetime))
    except ValueError:
        seconds = DEFAULT_LIFETIME_SECONDS
    return TokenSet(
        access_token=access_token,
        refresh_token=str(answer.get("refresh_token") or ""),
        expires_at=asked_at + timedelta(seconds=seconds),
        scope=tuple(scope.split()) if isinstance(scope, str) else asked_scopes,
        id_token=id_token if isinstance(id_token, str) else None,
    )


def _error_word(response: httpx2.Response) -> str:
    try:
        body = response.json()
    except ValueError:
        return "unrecognised"
    word = body.get("error") if isinstance(body, dict) else None
    return word if word in _ERROR_WORDS else "unrecognised"


def _claim(claims: Claims, name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) and value else None


def _display_name(claims: Claims) -> str:
    """The person's name; never an e-mail address, since names appear in more places than addresses may."""
    given = " ".join(part for name in ("given_name", "family_name") if (part := _claim(claims, name)))
    name = _claim(claims, "name") or given
    return name[:200] if name and "@" not in name else "Xero user"
