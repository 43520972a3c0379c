"""Signing in at Xero: authorisation code with PKCE, refresh and revocation, through Authlib.

No error shows a code, verifier or token, only HTTP statuses and the standard's error codes. The caller of ``refresh``
holds the grant's lease and saves the new credential before use, because Xero rotates refresh tokens.
"""

import secrets
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import httpx2
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]  # Authlib ships no types
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]  # Authlib ships no types

from providers.kit.bounds import TOKENS
from providers.kit.clock import Clock
from providers.kit.http import Through
from providers.kit.json_bodies import read_json
from providers.kit.oauth.token_endpoint import NotReached, TokenRefused, once_more
from providers.kit.oauth.token_sets import Kept, TokenSet, packed, unpacked
from providers.port.credential import Credential
from providers.port.errors import ConsentDenied, ConsentFailed, SignedOut, Unavailable
from providers.port.provider import BegunSignIn, FinishedSignIn
from providers.xero.errors import classify_identity
from providers.xero.settings import XeroConfig
from providers.xero.sign_in.identity import Claims, XeroIdentity

DEFAULT_LIFETIME_SECONDS = 1800
"""An access token's life (developer.xero.com/faq/oauth2), for an answer that does not say."""

UNUSED_FOR = timedelta(days=60)
"""A refresh token that is not used for as long is dead (developer.xero.com/faq/oauth2)."""

LONGEST_LIFETIME_SECONDS = 86_400
"""A longer or a past one is a mistake in the answer."""

_JSON_STARTS = frozenset({b"{", b"[", b"\xef"})
"""With what a JSON body begins, which may have a byte order mark before it."""

_NOBODYS_TOKEN = "a-token-that-was-never-issued"  # noqa: S105  # no secret
"""Refreshing it tells whether the app is known: the app's secret is looked at before the token."""


class OAuth:
    """Begins and finishes sign-ins; refreshes and revokes their tokens."""

    def __init__(self, config: XeroConfig, http: httpx2.AsyncClient, identity: XeroIdentity, now: Clock) -> None:
        self._config = config
        self._http = http
        self._identity = identity
        self._now = now

    async def begin(self, *, state: str, redirect_uri: str) -> BegunSignIn:
        """Begin a sign-in. See ``Provider.begin_sign_in``."""
        endpoints = await self._identity.endpoints()
        kept = Kept(code_verifier=secrets.token_urlsafe(48), nonce=secrets.token_urlsafe(24))
        # Xero lets the person choose many organisations only when each request asks for it.
        bulk = {"acr_values": "bulk_connect:true"} if self._config.bulk_connect else {}
        url, _ = self._client().create_authorization_url(
            endpoints.authorize,
            state=state,
            code_verifier=kept.code_verifier,
            nonce=kept.nonce,
            redirect_uri=redirect_uri,
            scope=" ".join(self._config.scopes),
            **bulk,
        )
        return BegunSignIn(address=url, kept=kept.packed())

    async def finish(self, params: Mapping[str, str], kept: bytes, *, redirect_uri: str) -> FinishedSignIn:
        """Exchange the code and verify who signed in. See ``Provider.finish_sign_in``."""
        code, held = code_in(params), Kept.unpacked(kept)
        endpoints = await once_more(self._identity.endpoints, Unavailable)
        await once_more(self._identity.keys, Unavailable)  # a code whose tokens nobody can check is lost
        asked_at = self._now()

        def exchange() -> Awaitable[Mapping[str, object]]:
            call = self._client().fetch_token(
                endpoints.token,
                grant_type="authorization_code",
                code=code,
                code_verifier=held.code_verifier,
                redirect_uri=redirect_uri,
            )
            return self._answer(call)

        try:
            # Only a code that has not been seen: for one that comes twice, what it gave may be ended (RFC 6749 section
            # 4.1.2). Whether Xero does that is unconfirmed.
            answer = await once_more(exchange, NotReached)
        except SignedOut as refused:
            raise ConsentFailed(refused.detail) from None
        except TokenRefused as refused:
            if refused.word == "invalid_request":
                raise ConsentFailed(refused.detail) from None
            raise
        tokens, id_token = _token_set(answer, self._config.scopes), answer.get("id_token")
        if not isinstance(id_token, str) or not tokens.refresh_token:
            raise ConsentFailed("the tokens came without an id_token or a refresh token")
        identity = await self._identity.identity_claims(id_token, nonce=held.nonce, access_token=tokens.access_token)
        access = await self._identity.access_claims(tokens.access_token)
        user_id = _claim(identity, "xero_userid") or _claim(access, "xero_userid")
        if user_id is None:
            raise ConsentFailed("neither token names the Xero user")
        credential = Credential(
            account_key=user_id,
            person=user_id,
            label=_display_name(identity),
            secret=packed(tokens),
            access_expires_at=_ends(answer, asked_at),
            refresh_expires_at=asked_at + UNUSED_FOR,
        )
        return FinishedSignIn(credential, consent_ref=_claim(access, "authentication_event_id"))

    async def refresh(self, credential: Credential) -> Credential:
        """Refresh a credential. See ``Provider.refresh``."""
        tokens = unpacked(credential.secret)
        if not tokens.refresh_token:  # an earlier version put an empty one over a good one
            raise SignedOut("there is no refresh token")
        try:
            answer, asked_at = await self._refreshed(tokens.refresh_token)
        except SignedOut:
            if not tokens.spare_refresh_token:
                raise
            answer, asked_at = await self._refreshed(tokens.spare_refresh_token)
        # A null or an empty one is no new one: the token that was good goes on being it (RFC 6749 section 6).
        newer = _token_set(answer, tokens.scope, tokens.refresh_token)
        return replace(
            credential,
            secret=packed(newer),
            access_expires_at=_ends(answer, asked_at),
            refresh_expires_at=asked_at + UNUSED_FOR,
        )

    async def check_app(self) -> None:
        """Try the app's secret. See ``Provider.check_app``."""
        try:
            await self._refreshed(_NOBODYS_TOKEN)
        except (SignedOut, TokenRefused):
            return  # it knows the app, and not the token

    async def _refreshed(self, refresh_token: str) -> tuple[Mapping[str, object], datetime]:
        endpoints = await self._identity.endpoints()
        asked_at = self._now()
        call = self._client().refresh_token(endpoints.token, refresh_token=refresh_token)
        return await self._answer(call), asked_at

    async def revoke(self, credential: Credential) -> None:
        """End the grant. See ``Provider.revoke``."""
        endpoints = await self._identity.endpoints()
        token = unpacked(credential.secret).refresh_token
        await self._answer(self._client().revoke_token(endpoints.revoke, token=token))

    def _client(self) -> AsyncOAuth2Client:
        """Authlib's client for one exchange; it stores tokens, so it is not shared between people."""
        client = AsyncOAuth2Client(
            self._config.client_id,
            self._config.client_secret,
            code_challenge_method="S256",
            transport=Through(self._http, TOKENS),
            timeout=self._http.timeout,
        )
        for answered in ("access_token_response", "refresh_token_response"):
            client.register_compliance_hook(answered, self._checked)
        return client

    async def _answer(self, call: Awaitable[object]) -> Mapping[str, object]:
        """The identity service's answer; every failure becomes one of our errors, without secrets."""
        try:
            answer = await call
            if isinstance(answer, httpx2.Response):  # revocation: no tokens, so Authlib checks nothing
                self._refuse_failure(answer)
                if answer.content.strip()[:1] == b"<":
                    raise Unavailable("revocation endpoint: a page in place of an answer")
                return {}
        except httpx2.ConnectError:
            raise NotReached("identity service: ConnectError") from None
        except httpx2.RequestError as error:
            raise Unavailable(f"identity service: {type(error).__name__}") from None
        except (OAuthError, ValueError) as error:
            raise Unavailable(f"identity service: {type(error).__name__} in a success") from None
        return answer if isinstance(answer, Mapping) else {}

    def _checked(self, response: httpx2.Response) -> httpx2.Response:
        """A successful answer as plain JSON, for Authlib to read; raises for any other answer."""
        self._refuse_failure(response)
        start = response.content.strip()[:1]
        if start and start not in _JSON_STARTS:
            raise NotReached("token endpoint: a page in place of an answer")
        parsed = read_json(response.content)
        if not isinstance(parsed, dict):
            raise Unavailable("token endpoint: a success that is no object")
        told = parsed | {"expires_in": _seconds(parsed.get("expires_in"))}
        return httpx2.Response(response.status_code, json=told, request=response.request)

    def _refuse_failure(self, response: httpx2.Response) -> None:
        if not 200 <= response.status_code < 300:
            raise classify_identity(response.status_code, response.headers, response.content, self._now())


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


def _token_set(answer: Mapping[str, object], asked_scopes: tuple[str, ...], refresh_token: str = "") -> TokenSet:
    """The tokens of an answer; a field that is missing or empty keeps its earlier value."""
    access_token = answer.get("access_token")
    if not isinstance(access_token, str) or not access_token:
        raise Unavailable("token endpoint: a success without an access token")
    next_token, scope = answer.get("refresh_token"), answer.get("scope")
    return TokenSet(
        access_token=access_token,
        refresh_token=next_token if isinstance(next_token, str) and next_token.strip() else refresh_token,
        scope=(tuple(scope.split()) if isinstance(scope, str) else ()) or asked_scopes,
    )


def _ends(answer: Mapping[str, object], asked_at: datetime) -> datetime:
    """When the access token of an answer expires."""
    return asked_at + timedelta(seconds=_seconds(answer.get("expires_in")))


def _seconds(lifetime: object) -> int:
    try:
        seconds = int(str(lifetime))
    except ValueError:
        seconds = 0
    return seconds if 0 < seconds <= LONGEST_LIFETIME_SECONDS else DEFAULT_LIFETIME_SECONDS


def _claim(claims: Claims, name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) and value else None


def _display_name(claims: Claims) -> str:
    """The person's name; never an e-mail address, since names appear in more places than addresses may."""
    given = " ".join(part for name in ("given_name", "family_name") if (part := _claim(claims, name)))
    name = _claim(claims, "name") or given
    return name[:200] if name and "@" not in name else "Xero user"
