"""Signing in at an identity provider: authorisation code with PKCE, through Authlib.

No error shows a code, verifier, secret or token. No token is kept after a sign-in is finished.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx2
import orjson
from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]  # Authlib ships no types
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]  # likewise

from providers.identity.issuer import BadTokenError, Claims, Issuer, Metadata
from providers.kit.bounds import TOKENS, Bound
from providers.kit.clock import Clock
from providers.kit.http import Through
from providers.port.errors import AppRefused, ConsentFailed, Unavailable

SCOPE = "openid email profile"
LONGEST_SUBJECT = 255
"""Characters (OpenID Connect Core 1.0, section 2)."""
GOOGLE = "https://accounts.google.com"

_EXCHANGE = Bound(TOKENS.largest, seconds=15)
"""Somebody waits for it."""
_OUR_FAULT = frozenset({"invalid_client", "unauthorized_client"})
"""What a token endpoint says of a client whose id or secret is wrong (RFC 6749, section 5.2)."""
_WORD = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class IdentityApp:
    """Our registration at the identity provider.

    Attributes:
        issuer: The provider's identifier, without a final slash.
        client_id: The app's id there.
        client_secret: Its secret.
        redirect_uri: The address to which browsers come back.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that was begun.

    Attributes:
        address: The address for the browser.
        code_verifier: To be stored until the browser comes back.
        nonce: To be stored until the browser comes back.
    """

    address: str
    code_verifier: str = field(repr=False)
    nonce: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """The person who signed in.

    Attributes:
        issuer: The issuer that says so.
        subject: The issuer's id of the person, which is never given to another one.
        email: The person's address; None if it is not known.
        is_email_theirs: Whether the issuer says that the address is verified; None if it does not say.
        made_steps: The ways in which they have proved who they are: the values of ``amr`` and ``acr``.
    """

    issuer: str
    subject: str
    email: str | None
    is_email_theirs: bool | None
    made_steps: frozenset[str]


class SignIn:
    """Begins and finishes sign-ins at one identity provider.

    Args:
        app: Our registration there.
        http: Reads its documents, and calls its token endpoint.
        clock: Tells the time.
    """

    def __init__(self, app: IdentityApp, http: httpx2.AsyncClient, clock: Clock) -> None:
        self._app = app
        self._http = http
        self._issuer = Issuer(app.issuer, http, clock)

    async def begin(self, state: str) -> Begun:
        """Begin a sign-in.

        Raises:
            Unavailable: The provider cannot be read, or offers no such sign-in.
        """
        authorize, _ = _endpoints(metadata := await self._issuer.metadata())
        code_verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        address, _ = self._client(metadata).create_authorization_url(
            authorize,
            state=state,
            code_verifier=code_verifier,
            nonce=nonce,
            redirect_uri=self._app.redirect_uri,
            scope=SCOPE,
        )
        return Begun(address, code_verifier, nonce)

    async def check(self) -> None:
        """Read the discovery document and the keys, as a sign-in needs them.

        Raises:
            Unavailable: It cannot be read.
        """
        _endpoints(await self._issuer.metadata())
        await self._issuer.keys()

    async def check_answerer(self, named: str | None) -> None:
        """Check that the browser comes back from this issuer and no other (RFC 9207).

        Args:
            named: The value of ``iss`` in the answer; None without one.

        Raises:
            ConsentFailed: It does not, or the issuer always says so and this answer does not.
            Unavailable: The provider cannot be read.
        """
        metadata = await self._issuer.metadata()
        if named != metadata.issuer and (named is not None or metadata.names_itself):
            raise ConsentFailed("the answer is of another issuer")

    async def finish(self, code: str, *, code_verifier: str, nonce: str) -> Person:
        """Exchange a code, and check who has signed in.

        Raises:
            ConsentFailed: The code is refused, or the id_token cannot be believed.
            AppRefused: Our own id or secret is refused.
            Unavailable: The provider does not answer.
        """
        metadata = await self._issuer.metadata()
        await self._issuer.keys()  # a code whose id_token nobody can check is lost
        tokens = await self._exchange(metadata, code, code_verifier)
        access_token, id_token = tokens.get("access_token"), tokens.get("id_token")
        if not isinstance(access_token, str) or not isinstance(id_token, str):
            raise ConsentFailed("the answer came without an id_token or an access token")
        try:
            claims = await self._issuer.id_token_claims(
                id_token, client_id=self._app.client_id, nonce=nonce, access_token=access_token
            )
        except BadTokenError as error:
            raise ConsentFailed(f"id_token refused: {error}") from None
        subject = str(claims["sub"])
        if len(subject) > LONGEST_SUBJECT or "\x00" in subject:
            raise ConsentFailed("id_token refused: its subject is no subject")
        about = claims if "email" in claims else await self._userinfo(metadata, access_token, subject) or claims
        return Person(metadata.issuer, subject, _email(about), _is_theirs(metadata.issuer, about), _steps(claims))

    async def _exchange(self, metadata: Metadata, code: str, code_verifier: str) -> Mapping[str, object]:
        _, token = _endpoints(metadata)
        try:
            answer = await self._client(metadata).fetch_token(
                token,
                grant_type="authorization_code",
                code=code,
                code_verifier=code_verifier,
                redirect_uri=self._app.redirect_uri,
            )
        except httpx2.RequestError as error:
            raise Unavailable(f"token endpoint: {type(error).__name__}") from None
        except (OAuthError, ValueError) as error:
            raise Unavailable(f"token endpoint: {type(error).__name__} in a success") from None
        return answer if isinstance(answer, Mapping) else {}

    def _client(self, metadata: Metadata) -> AsyncOAuth2Client:
        """Authlib's client for one exchange; it stores tokens, so it is not shared between sign-ins."""
        # In a header, the secret would have to be form-encoded first (RFC 6749, section 2.3.1), which not all do alike.
        method = "client_secret_post" if metadata.takes_secret_in_body else "client_secret_basic"
        client = AsyncOAuth2Client(
            self._app.client_id,
            self._app.client_secret,
            token_endpoint_auth_method=method,
            code_challenge_method="S256",
            transport=Through(self._http, _EXCHANGE),
            timeout=self._http.timeout,
        )
        client.register_compliance_hook("access_token_response", _checked)
        return client

    async def _userinfo(self, metadata: Metadata, access_token: str, subject: str) -> Claims | None:
        """What the provider tells of the same person where the id_token has no address (Core, section 5.4)."""
        if metadata.userinfo is None:
            return None
        told = await self._issuer.document(metadata.userinfo, bearer=access_token)
        if told.get("sub") != subject:  # Core, section 5.3.2
            raise ConsentFailed("the user information is of somebody else")
        return told


def _endpoints(metadata: Metadata) -> tuple[str, str]:
    if metadata.authorize is None or metadata.token is None:
        raise Unavailable("the discovery document names no authorization_endpoint or token_endpoint")
    return metadata.authorize, metadata.token


def _checked(response: httpx2.Response) -> httpx2.Response:
    """A successful answer, reduced to what is needed, for Authlib to read; raises for any other answer."""
    try:
        parsed = orjson.loads(response.content)
    except ValueError:
        parsed = None
    told = parsed if isinstance(parsed, dict) else {}
    if 400 <= response.status_code < 500 and response.status_code != 429:
        said = str(told.get("error"))
        word = said if _WORD.fullmatch(said) else "no word of the standard"
        detail = f"token endpoint: HTTP {response.status_code}, {word}"
        raise AppRefused(detail) if word in _OUR_FAULT else ConsentFailed(detail)
    if response.status_code != 200 or not told:
        raise Unavailable(f"token endpoint: HTTP {response.status_code}")
    of_use = {name: told[name] for name in ("access_token", "id_token") if name in told}
    return httpx2.Response(200, json=of_use, request=response.request)


def _email(claims: Claims) -> str | None:
    email = claims.get("email")
    return email if isinstance(email, str) and 3 <= len(email) <= 254 and "\x00" not in email else None


def _is_theirs(issuer: str, claims: Claims) -> bool | None:
    """Whether the issuer says that the address is verified; None if it does not say.

    Entra ID has no ``email_verified``; ``xms_edov``, which can be added to its tokens, says that the owner of the
    domain is verified. Google verifies an address of another domain once, when an account is made, and speaks for it
    only where a Workspace (``hd``) or Gmail has it (developers.google.com, "Verify the Google ID token").
    """
    said = claims.get("email_verified", claims.get("xms_edov"))
    if said is None:
        return None
    is_said = said is True or said == 1 or (isinstance(said, str) and said.lower() in {"true", "1"})
    if issuer == GOOGLE and not claims.get("hd"):
        return is_said and (_email(claims) or "").lower().endswith("@gmail.com")
    return is_said


def _steps(claims: Claims) -> frozenset[str]:
    amr, acr = claims.get("amr"), claims.get("acr")
    words = [*(amr if isinstance(amr, list) else ()), acr]
    return frozenset(word for word in words if isinstance(word, str))
