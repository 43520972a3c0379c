"""Signing in at Sage: authorisation code with PKCE, refresh and revocation. Source: sage.md section 1.

The app's credentials stand in the body, because its id has a slash. No error shows a code, verifier or token. The
caller of ``refresh`` holds the grant's lease and saves the new credential before use: a used refresh token is dead at
once, and so is every earlier one of the same person.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

import httpx2

from providers.kit.bounds import TOKENS
from providers.kit.clock import Clock
from providers.kit.json_bodies import read_json
from providers.kit.json_values import text
from providers.kit.token_endpoint import NotReached, TokenRefused
from providers.port.credential import Credential
from providers.port.errors import ConsentDenied, ConsentFailed, OtherRegion, SignedOut, Unavailable
from providers.port.provider import BegunSignIn
from providers.sage.errors import classify_identity
from providers.sage.settings import SageConfig
from providers.sage.tokens import Kept, TokenSet

SCOPE = "readonly"
"""Nothing is written."""

ACCESS_SECONDS, REFRESH_SECONDS = 300, 2_678_400
"""The lives of the tokens, for an answer that does not say."""
_LONGEST_ACCESS, _LONGEST_REFRESH = 86_400, 366 * 86_400
"""Longer ones are a mistake in the answer."""

_NOBODYS_TOKEN = "a-token-that-was-never-issued"  # noqa: S105  # no secret

_COUNTRY = re.compile(r"[A-Za-z]{2}")

_RETRY_LATER = timedelta(minutes=10)
"""What Sage asks to wait for when it is temporarily unavailable."""

_REFUSALS = {
    "server_error": "Sage had an error of its own",
    "invalid_request": "Sage could not read the request",
    "invalid_scope": "Sage does not know what was asked for",
    "unauthorized_client": "Sage does not let this app ask",
    "unsupported_response_type": "Sage does not let this app ask for a code",
}


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What a code gave.

    Attributes:
        tokens: The tokens.
        person: Sage's id of the person who allowed it; None if the answer does not say.
        region: The country of the authorisation, in capitals; None where nothing says it.
        access_expires_at: When the access token ends (aware, UTC).
        refresh_expires_at: When the refresh token ends (aware, UTC).
    """

    tokens: TokenSet
    person: str | None
    region: str | None
    access_expires_at: datetime
    refresh_expires_at: datetime


class SignIn:
    """Begins sign-ins, exchanges their codes, and refreshes and revokes what that gave."""

    def __init__(self, config: SageConfig, http: httpx2.AsyncClient, now: Clock) -> None:
        self._config, self._http, self._now = config, http, now

    def begin(self, *, state: str, redirect_uri: str, region: str | None = None) -> BegunSignIn:
        """Begin a sign-in in a country. Without one in the address, Sage itself asks for it first."""
        kept = Kept(secrets.token_urlsafe(48), region)
        digest = hashlib.sha256(kept.code_verifier.encode()).digest()
        asked = {
            # The country has to be that of the business; the filter only leaves others out of Sage's own question.
            **({"country": region.lower()} if region else {"filter": "apiv3.1"}),
            "response_type": "code",
            "client_id": self._config.client_id,
            "redirect_uri": redirect_uri,
            "scope": SCOPE,
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        query = urlencode(asked, quote_via=quote, safe="")  # the slash of the id too
        return BegunSignIn(f"{self._config.authorize_url}?{query}", kept.packed())

    async def exchange(self, params: Mapping[str, str], kept: bytes, *, redirect_uri: str) -> Exchanged:
        """Exchange the code that came back.

        Raises:
            ConsentDenied: The person said no.
            OtherRegion: The login has no business in the country.
            ConsentFailed: Another error came back, or no code, or the code was refused.
            ProviderError: Sage could not be reached, or refuses the app.
        """
        code, begun = code_in(params, self._now()), Kept.unpacked(kept)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": begun.code_verifier,
        }
        try:
            try:
                exchanged = await self._exchanged(form)
            except NotReached:  # only then is the code unused; it is good for a minute
                exchanged = await self._exchanged(form)
        except (SignedOut, TokenRefused) as refused:
            raise ConsentFailed(refused.detail) from None
        if not exchanged.tokens.refresh_token:
            raise ConsentFailed("the tokens came without a refresh token")
        return replace(exchanged, region=country_of(params, code) or begun.region)

    async def refresh(self, credential: Credential) -> Credential:
        """Refresh a credential. See ``Provider.refresh``."""
        held = TokenSet.unpacked(credential.secret)
        if not held.refresh_token:
            raise SignedOut("there is no refresh token")
        newer = await self._exchanged({"grant_type": "refresh_token", "refresh_token": held.refresh_token})
        tokens = newer.tokens
        if not tokens.refresh_token:  # the token that was good goes on being it (RFC 6749 section 6)
            tokens = replace(tokens, refresh_token=held.refresh_token)
        return replace(
            credential,
            secret=tokens.packed(),
            access_expires_at=newer.access_expires_at,
            refresh_expires_at=newer.refresh_expires_at,
        )

    async def check_app(self) -> None:
        """Try the app's secret. See ``Provider.check_app``."""
        try:
            await self._post(self._config.token_url, {"grant_type": "refresh_token", "refresh_token": _NOBODYS_TOKEN})
        except (SignedOut, TokenRefused):
            return  # it knows the app, and not the token

    async def revoke(self, credential: Credential) -> None:
        """End the grant. Access tokens live out their five minutes. See ``Provider.revoke``."""
        try:
            await self._post(self._config.revoke_url, {"token": TokenSet.unpacked(credential.secret).refresh_token})
        except SignedOut:
            return

    async def _exchanged(self, form: Mapping[str, str]) -> Exchanged:
        asked_at = self._now()
        answer = await self._post(self._config.token_url, form)
        access_token, refresh_token = answer.get("access_token"), answer.get("refresh_token")
        if not isinstance(access_token, str) or not access_token:
            raise Unavailable("token endpoint: a success without an access token")
        access = _seconds(answer.get("expires_in"), ACCESS_SECONDS, _LONGEST_ACCESS)
        refresh = _seconds(answer.get("refresh_token_expires_in"), REFRESH_SECONDS, _LONGEST_REFRESH)
        return Exchanged(
            tokens=TokenSet(access_token, refresh_token.strip() if isinstance(refresh_token, str) else ""),
            person=text(answer.get("requested_by_id")),
            region=None,
            access_expires_at=asked_at + timedelta(seconds=access),
            refresh_expires_at=asked_at + timedelta(seconds=refresh),
        )

    async def _post(self, url: str, form: Mapping[str, str]) -> Mapping[str, object]:
        """The answer to a form; every failure becomes one of our errors, without secrets."""
        app = {"client_id": self._config.client_id, "client_secret": self._config.client_secret}
        request = self._http.build_request(
            "POST", url, data={**app, **form}, headers={"accept": "application/json"}, extensions=TOKENS.asked
        )
        try:
            response = await self._http.send(request)
        except httpx2.ConnectError:
            raise NotReached("token endpoint: ConnectError") from None
        except httpx2.RequestError as error:
            raise Unavailable(f"token endpoint: {type(error).__name__}") from None
        if not 200 <= response.status_code < 300:
            raise classify_identity(response.status_code, response.headers, response.content, self._now())
        try:
            answer = read_json(response.content)
        except ValueError:
            is_page = response.content.strip()[:1] == b"<"
            raise (NotReached if is_page else Unavailable)("token endpoint: a success that is not JSON") from None
        if not isinstance(answer, dict):
            raise Unavailable("token endpoint: a success that is no object")
        return answer


def code_in(params: Mapping[str, str], now: datetime) -> str:
    """The code that came back, whole: with the country before its slash.

    Raises:
        ConsentDenied: The person said no.
        OtherRegion: The login has no business in the country.
        ConsentFailed: Another error came back, or no code.
        Unavailable: Sage asks to try again later.
    """
    error, reason, code = params.get("error"), params.get("reason", ""), params.get("code")
    if error == "access_denied":
        raise ConsentDenied("access_denied")
    if "already in use" in reason.lower():
        raise OtherRegion("the login has no business in the chosen country")
    if error == "temporarily_unavailable":
        raise Unavailable("Sage cannot sign anybody in at present", retry_at=now + _RETRY_LATER)
    if error:
        raise ConsentFailed(_REFUSALS.get(error, "an error came back that Sage's documents do not name"))
    if not code:
        raise ConsentFailed("no code came back")
    return code


def country_of(params: Mapping[str, str], code: str) -> str | None:
    """The country of an authorisation, in capitals: beside the code, or else before the code's slash."""
    before, slash, _ = code.partition("/")
    for said in (params.get("country", ""), before if slash else ""):
        if _COUNTRY.fullmatch(said):
            return said.upper()
    return None


def _seconds(lifetime: object, usual: int, longest: int) -> int:
    try:
        seconds = int(str(lifetime))
    except ValueError:
        return usual
    return seconds if 0 < seconds <= longest else usual
