"""The code flow of OAuth with PKCE (RFC 6749, RFC 7636), in the dialect of a platform; Authlib writes its requests.

No error shows a code, verifier or token. The caller of ``refresh`` holds the grant's lease and saves the new credential
before use. What is a platform's own (what its sign-in page is asked, what comes back, whose the grant is) is added by
its provider.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import httpx2
from authlib.oauth2.auth import ClientAuth  # type: ignore[import-untyped]  # Authlib ships no types
from authlib.oauth2.rfc6749.parameters import (  # type: ignore[import-untyped]  # likewise
    prepare_grant_uri,
    prepare_token_request,
)
from authlib.oauth2.rfc7009 import prepare_revoke_token_request  # type: ignore[import-untyped]  # likewise
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]  # likewise

from providers.kit.bounds import TOKENS
from providers.kit.clock import Clock
from providers.kit.json_bodies import read_json
from providers.kit.json_values import whole
from providers.kit.oauth.token_endpoint import NotReached, TokenRefused, once_more
from providers.kit.oauth.token_sets import TokenSet, packed, unpacked
from providers.kit.refusals import Classify, noted
from providers.port.credential import Credential
from providers.port.errors import ConsentFailed, SignedOut, Unavailable
from providers.port.settings import App

_FORM = "application/x-www-form-urlencoded"

_JSON_STARTS = frozenset({b"{", b"[", b"\xef"})
"""With what a JSON body begins, which may have a byte order mark before it."""

_NOBODYS_TOKEN = "a-token-that-was-never-issued"  # noqa: S105  # no secret


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a token lives, in seconds.

    Attributes:
        usual: For an answer that does not say.
        longest: A longer one is a mistake in the answer.
    """

    usual: int
    longest: int

    def of(self, said: object) -> timedelta:
        """The life that an answer says, if it can be right."""
        try:
            seconds = int(str(said))
        except ValueError:
            seconds = 0
        return timedelta(seconds=seconds if 0 < seconds <= self.longest else self.usual)


@dataclass(frozen=True, slots=True)
class Dialect:
    """What token endpoints do not have in common.

    Attributes:
        secret_in_header: Whether the app's credentials stand in a header (RFC 6749 section 2.3.1) and not in the body.
        has_pkce: Whether the platform takes the challenge of RFC 7636.
        headers: Further headers of every call.
        refresh_life: The field of an answer that says how long the refresh token lives unless it is used, in seconds.
        end: The field that says for how long it can be refreshed at all, in seconds; empty where there is none.
    """

    secret_in_header: bool = False
    has_pkce: bool = True
    headers: Mapping[str, str] = field(default_factory=dict)
    refresh_life: str = "refresh_token_expires_in"
    end: str = ""


PLAIN = Dialect()


@dataclass(frozen=True, slots=True)
class Answered:
    """What a token endpoint gave.

    Attributes:
        tokens: The tokens; without a refresh token where none came.
        access_expires_at: When the access token ends (aware, UTC).
        refresh_expires_at: When the refresh token ends (aware, UTC).
        ends_at: When it ends even if it is refreshed (aware, UTC); None if the answer does not say.
        said: The whole answer.
    """

    tokens: TokenSet
    access_expires_at: datetime
    refresh_expires_at: datetime
    ends_at: datetime | None
    said: Mapping[str, object] = field(repr=False)


class CodeFlow:
    """Begins sign-ins, exchanges their codes, and refreshes and revokes what that gave.

    Args:
        app: Our app.
        access: How long its access tokens live.
        refresh: How long its refresh tokens live.
        classify: Makes an error of an answer that is no success.
        http: The client to send with.
        now: The clock, aware, in UTC.
        dialect: What is its own about its token endpoint.
    """

    def __init__(
        self,
        app: App,
        access: Lifetime,
        refresh: Lifetime,
        classify: Classify,
        http: httpx2.AsyncClient,
        now: Clock,
        dialect: Dialect = PLAIN,
    ) -> None:
        self._app, self._access, self._refresh = app, access, refresh
        self._classify, self._http, self._now, self._dialect = classify, http, now, dialect

    def address(self, code_verifier: str, asked: Mapping[str, str]) -> str:
        """The address of the sign-in page.

        Args:
            code_verifier: The PKCE verifier of this sign-in; not looked at where there is none.
            asked: The other parameters: state, redirect URI, scope, and what is the platform's own.
        """
        challenge = {}
        if self._dialect.has_pkce:
            challenge = {
                "code_challenge": create_s256_code_challenge(code_verifier),
                "code_challenge_method": "S256",
            }
        app = self._app
        address: str = prepare_grant_uri(app.authorize_url, app.client_id, "code", **asked, **challenge)
        return address

    async def exchange(self, code: str, code_verifier: str, *, redirect_uri: str) -> Answered:
        """Exchange a code, whole as it came back.

        Raises:
            ConsentFailed: It was refused, or gave no refresh token.
            ProviderError: The endpoint could not be reached, or refuses the app.
        """
        form = {"code": code, "redirect_uri": redirect_uri}
        if self._dialect.has_pkce:
            form["code_verifier"] = code_verifier
        try:
            # Only a code that has not been seen is sent again: one that comes twice may end what it gave.
            answered = await once_more(lambda: self._tokens("authorization_code", form), NotReached)
        except (SignedOut, TokenRefused) as refused:
            raise ConsentFailed(refused.detail) from None
        if not answered.tokens.refresh_token:
            raise ConsentFailed("the tokens came without a refresh token")
        return answered

    async def refresh(self, credential: Credential) -> Credential:
        """Refresh a credential. See ``Provider.refresh``."""
        held = unpacked(credential.secret)
        if not held.refresh_token:
            raise SignedOut("there is no refresh token")
        newer = await self._tokens("refresh_token", {"refresh_token": held.refresh_token})
        # What the answer does not say goes on being as it was (RFC 6749 section 6).
        token, scope = newer.tokens.refresh_token or held.refresh_token, newer.tokens.scope or held.scope
        return replace(
            credential,
            secret=packed(TokenSet(newer.tokens.access_token, token, scope)),
            access_expires_at=newer.access_expires_at,
            refresh_expires_at=newer.refresh_expires_at,
            ends_at=newer.ends_at or credential.ends_at,
        )

    async def check_app(self) -> None:
        """Try the app's secret, which is looked at before the token. See ``Provider.check_app``."""
        try:
            await self._asked("refresh_token", {"refresh_token": _NOBODYS_TOKEN})
        except (SignedOut, TokenRefused):
            return  # it knows the app, and not the token

    async def revoke(self, credential: Credential) -> None:
        """End a grant; one that has ended already counts as ended. See ``Provider.revoke``."""
        body, _ = prepare_revoke_token_request(unpacked(credential.secret).refresh_token)
        try:
            response = await self._post(self._app.revoke_url, body)
        except SignedOut:
            return
        if response.content.strip()[:1] == b"<":
            raise Unavailable("revocation endpoint: a page in place of an answer")

    async def _tokens(self, grant_type: str, form: Mapping[str, str]) -> Answered:
        asked_at = self._now()
        said = await self._asked(grant_type, form)
        refresh_token, scope = said.get("refresh_token"), said.get("scope")
        tokens = TokenSet(
            str(said["access_token"]),
            refresh_token.strip() if isinstance(refresh_token, str) else "",
            tuple(scope.split()) if isinstance(scope, str) else (),
        )
        return Answered(
            tokens,
            asked_at + self._access.of(said.get("expires_in")),
            asked_at + self._refresh.of(said.get(self._dialect.refresh_life)),
            _end(said.get(self._dialect.end), asked_at),
            said,
        )

    async def _asked(self, grant_type: str, form: Mapping[str, str]) -> Mapping[str, object]:
        """What the token endpoint answers, with an access token."""
        response = await self._post(self._app.token_url, prepare_token_request(grant_type, **form))
        try:
            return _fields(response.content)
        except Unavailable as error:
            # How the platform classifies an answer tells whose it is, with its id for support.
            whose = self._classify(response.status_code, response.headers, b"", self._now()).detail
            raise noted(type(error)(f"{whose}, {error.detail}"), "POST", response.request.url.path) from None

    async def _post(self, url: str, form: str) -> httpx2.Response:
        """The success that answers a form; every failure becomes one of our errors, without secrets."""
        headers = {"accept": "application/json", "content-type": _FORM, **self._dialect.headers}
        method = "client_secret_basic" if self._dialect.secret_in_header else "client_secret_post"
        app = ClientAuth(self._app.client_id, self._app.client_secret, method)
        url, headers, form = app.prepare("POST", url, headers, form)
        request = self._http.build_request("POST", url, content=form, headers=headers, extensions=TOKENS.asked)
        try:
            response = await self._http.send(request)
        except httpx2.ConnectError:
            raise NotReached("token endpoint: ConnectError") from None
        except httpx2.RequestError as error:
            raise Unavailable(f"token endpoint: {type(error).__name__}") from None
        if not 200 <= response.status_code < 300:
            refused = self._classify(response.status_code, response.headers, response.content, self._now())
            raise noted(refused, "POST", response.request.url.path)
        return response


def _fields(body: bytes) -> Mapping[str, object]:
    """The fields of a token endpoint's success.

    Raises:
        NotReached: A page stands in its place.
        Unavailable: It is none.
    """
    start = body.strip()[:1]
    if start and start not in _JSON_STARTS:
        raise NotReached("a page in place of an answer")
    try:
        answer = read_json(body)
    except ValueError:
        raise Unavailable("a success that is not JSON") from None
    if not isinstance(answer, dict):
        raise Unavailable("a success that is no object")
    if not isinstance(answer.get("access_token"), str) or not answer["access_token"]:
        raise Unavailable("a success without an access token")
    return answer


def basic(app: App) -> str:
    """The header by which an app names itself (RFC 6749 section 2.3.1); ids and secrets of letters and digits."""
    _, headers, _ = ClientAuth(app.client_id, app.client_secret).prepare("POST", app.token_url, {}, "")
    named: str = headers["Authorization"]
    return named


def _end(seconds: object, asked_at: datetime) -> datetime | None:
    """When a grant ends for good by an answer; None where it does not say, or says what cannot be."""
    left = whole(seconds)
    return asked_at + timedelta(seconds=left) if left is not None and left > 0 else None
