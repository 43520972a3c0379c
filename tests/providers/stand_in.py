"""A small server that signs in, hands out tokens and answers as it is told, for tests that need to see the calls."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import parse_qs

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.providers.clock import HandClock

IDENTITY = "https://identity.test"
API = "https://api.test"
CLIENT_ID = "0123456789ABCDEF0123456789ABCDEF"
SECRET = "a-secret-of-this-test"

Answer = Callable[[Request], Response]


@dataclass
class Call:
    """What the server saw of one call."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    form: Mapping[str, str]


@cache
def key_named(kid: str, owner: str = "xero") -> RSAKey:
    """The key of an id; making one takes a tenth of a second, so each is made once."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


@dataclass
class StandIn:
    """Answers each path from its queue, then with the last answer of it for ever."""

    clock: HandClock
    key: RSAKey = field(default_factory=lambda: key_named("first"))
    published: list[RSAKey] | None = None
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    def answer(self, path: str, *answers: Answer | Response | object) -> None:
        """Queue answers for a path; anything that is no response is sent as JSON."""
        self.answers[path] = [_as_answer(answer) for answer in answers]

    def seen(self, path: str) -> list[Call]:
        return [call for call in self.calls if call.path == path]

    def tokens(
        self,
        nonce: str,
        claims: Mapping[str, object] | None = None,
        *,
        key: RSAKey | None = None,
        access: Mapping[str, object] | None = None,
    ) -> dict[str, object]:
        """A token answer as Xero's, with claims of the id_token changed at will (None removes one)."""
        now = int(self.clock().timestamp())
        signing = key or self.key
        header = {"alg": "RS256", "kid": signing.kid}
        access_token = jwt.encode(
            header,
            {
                "iss": IDENTITY,
                "aud": f"{IDENTITY}/resources",
                "xero_userid": "user-1",
                "authentication_event_id": "event-1",
                "exp": now + 1800,
                **(access or {}),
            },
            signing,
        )
        half = base64.urlsafe_b64encode(hashlib.sha256(access_token.encode()).digest()[:16]).rstrip(b"=").decode()
        identity: dict[str, object] = {
            "iss": IDENTITY,
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            "at_hash": half,
            "xero_userid": "user-1",
            "name": "Ada Marsh",
            "email": "ada@example.test",
            **(claims or {}),
        }
        return {
            "access_token": access_token,
            "refresh_token": "refresh-1",
            "id_token": jwt.encode(header, {k: v for k, v in identity.items() if v is not None}, signing),
            "expires_in": 1800,
            "token_type": "Bearer",
            "scope": "openid offline_access accounting.settings.read",
        }

    @property
    def app(self) -> Starlette:
        methods = ["GET", "POST", "DELETE"]
        return Starlette(routes=[Route("/{path:path}", self._serve, methods=methods)])

    async def _serve(self, request: Request) -> Response:
        body = (await request.body()).decode()
        form = {key: values[0] for key, values in parse_qs(body).items()}
        path = request.url.path
        self.calls.append(Call(request.method, path, dict(request.query_params), {**request.headers}, form))
        queue = self.answers.get(path)
        if queue:
            return (queue.pop(0) if len(queue) > 1 else queue[0])(request)
        if path == "/.well-known/openid-configuration":
            return JSONResponse(
                {
                    "issuer": IDENTITY,
                    "authorization_endpoint": "https://login.test/identity/connect/authorize",
                    "token_endpoint": f"{IDENTITY}/connect/token",
                    "revocation_endpoint": f"{IDENTITY}/connect/revocation",
                    "jwks_uri": f"{IDENTITY}/.well-known/openid-configuration/jwks",
                }
            )
        if path == "/.well-known/openid-configuration/jwks":
            published = self.published if self.published is not None else [self.key]
            keys = KeySet([*published])
            return JSONResponse(keys.as_dict())
        return Response("The resource you're looking for cannot be found", 404)


def _as_answer(answer: object) -> Answer:
    if isinstance(answer, Response):
        return lambda _: answer
    if callable(answer):
        return answer
    return lambda _: JSONResponse(answer)
