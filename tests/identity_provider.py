"""The operator's own identity provider on a socket: says who somebody is, by OpenID Connect Core and Discovery 1.0.

Signs support's tokens, and signs people in: authorisation code with PKCE (RFC 7636), each code once, its own name in
the answer (RFC 9207). It shares no code with what checks its answers. Tests let it do wrong on purpose.
"""

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from emulators.kit.signing import SigningKey, half_hash
from tests.journeys.serving import listening, serving

AUDIENCE, GROUP = "temporal-ui", "clientsync-support"
CLIENT, SECRET = "clientsync-pages", "s3cret/with+signs&more"
OVER = timedelta(minutes=5)

Claims = dict[str, Any]


@dataclass
class IdentityProvider:
    """The provider.

    Attributes:
        issuer: Its identifier.
        key: It signs with it.
        asked_for_keys: How often somebody wanted its keys.
        account: Who sits before it: claims about them, ``sub`` among them.
        says_no: The error that it sends people back with, if any.
        about: Claims that stand in the id_token; the others are told at its UserInfo endpoint alone.
        altered: Claims of id_tokens that are not what they have to be; None leaves one out.
        signs: Signs id_tokens.
        named: What it says its name is when it sends people back; None leaves it out.
        metadata: What of its discovery document is not as usual.
        codes: What was asked for, by code.
        is_down: Whether its token endpoint answers with 503.
        now: Tells the time that stands in its tokens.
        asked_to_exchange: The forms that its token endpoint was sent.
    """

    issuer: str
    key: SigningKey = field(default_factory=SigningKey)
    asked_for_keys: int = 0
    account: Claims = field(default_factory=dict)
    says_no: str | None = None
    about: frozenset[str] = frozenset({"email", "email_verified", "name", "amr", "acr", "hd", "xms_edov"})
    altered: Claims = field(default_factory=dict)
    signs: Callable[[Claims], str] | None = None
    named: str | None = None
    metadata: Claims = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    access: dict[str, Claims] = field(default_factory=dict)
    is_down: bool = False
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    asked_to_exchange: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.named = self.issuer

    def token(self, *, key: SigningKey | None = None, **claims: Any) -> str:
        """A token of somebody of support; claims that are None are left out."""
        usual = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": "u-17",
            "name": "Sam Support",
            "groups": ["staff", GROUP],
            **self._times(),
        }
        return (key or self.key).sign(_without_none(usual | claims))

    def discovery(self) -> Claims:
        """Discovery, section 3."""
        return _without_none(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
                **self.metadata,
            }
        )

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser of whoever sits here goes on (Core, section 3.1.2)."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert {"openid", "email"} <= set(asked["scope"].split())
        assert asked["code_challenge_method"] == "S256"
        assert all(len(asked[name]) >= 22 for name in ("state", "nonce", "code_challenge"))
        if self.says_no is not None:
            back = {"error": self.says_no, "error_description": "<b>not today</b>"}
        else:
            code = secrets.token_urlsafe(24)
            self.codes[code] = asked
            back = {"code": code}
        return (
            f"{asked['redirect_uri']}?{urlencode(_without_none(back | {'state': asked['state'], 'iss': self.named}))}"
        )

    def exchange(self, form: dict[str, str], authorization: str | None) -> tuple[int, Claims]:
        """The tokens of a code, once (Core, section 3.1.3; RFC 6749, section 5.2; RFC 7636, section 4.6)."""
        self.asked_to_exchange.append(form)
        if self.is_down:
            return 503, {}
        if not _is_client(form, authorization):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form.get("code", ""), None)
        if form.get("grant_type") != "authorization_code":
            return 400, {"error": "unsupported_grant_type"}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if (
            asked is None
            or form.get("redirect_uri") != asked["redirect_uri"]
            or challenge.rstrip(b"=").decode() != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant", "error_description": f"no such code: {form.get('code')}"}
        access_token = secrets.token_urlsafe(24)
        self.access[access_token] = dict(self.account)
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.account["sub"],
            "nonce": asked["nonce"],
            "at_hash": half_hash(access_token),
            **self._times(),
            **{name: value for name, value in self.account.items() if name in self.about},
            **self.altered,
        }
        id_token = (self.signs or self.key.sign)(_without_none(claims))
        return 200, {"access_token": access_token, "id_token": id_token, "token_type": "Bearer", "expires_in": 300}

    def _times(self) -> Claims:
        at = self.now()
        return {"iat": int(at.timestamp()), "exp": int((at + OVER).timestamp())}


def _without_none(claims: Claims) -> Claims:
    return {name: value for name, value in claims.items() if value is not None}


def _is_client(form: dict[str, str], authorization: str | None) -> bool:
    if authorization is None:
        return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
    return authorization == f"Basic {base64.b64encode(f'{CLIENT}:{SECRET}'.encode()).decode()}"


@asynccontextmanager
async def identity_provider(key: SigningKey | None = None) -> AsyncIterator[IdentityProvider]:
    """A provider, for as long as the block lasts."""
    socket, url = listening()
    made, app = IdentityProvider(url, key or SigningKey()), FastAPI()

    @app.get("/.well-known/openid-configuration")
    async def discovery() -> Claims:
        return made.discovery()

    @app.get("/keys")
    async def keys() -> Claims:
        made.asked_for_keys += 1
        return dict(made.key.public())

    @app.get("/authorize")
    async def authorize(request: Request) -> Response:
        return RedirectResponse(made.authorize(dict(request.query_params)), status_code=302)

    @app.post("/token")
    async def token(request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        status, answer = made.exchange(form, request.headers.get("authorization"))
        return JSONResponse(answer, status, headers={"Cache-Control": "no-store"})

    @app.get("/userinfo")
    async def userinfo(request: Request) -> Response:
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        return JSONResponse(made.access[bearer]) if bearer in made.access else Response(status_code=401)

    async with serving(app, socket):
        yield made
