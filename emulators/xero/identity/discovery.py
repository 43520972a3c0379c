"""The OpenID discovery document and the signing keys."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emulators.xero.identity.api import base_url
from emulators.xero.world import World

PATH = "/.well-known/openid-configuration"


class Discovery:
    """What an OpenID client reads first."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """The addresses of the two documents."""
        return [Route(PATH, self._document), Route(f"{PATH}/jwks", self._keys)]

    async def _document(self, request: Request) -> Response:
        here = base_url(request.scope)
        browsers = (self._world.config.public_url or here).rstrip("/")
        self._world.calls.record(f"GET {PATH}", 200)
        return JSONResponse(
            {
                "issuer": here,
                "jwks_uri": f"{here}{PATH}/jwks",
                "authorization_endpoint": f"{browsers}/identity/connect/authorize",
                "token_endpoint": f"{here}/connect/token",
                "revocation_endpoint": f"{here}/connect/revocation",
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def _keys(self, _request: Request) -> Response:
        self._world.calls.record(f"GET {PATH}/jwks", 200)
        return JSONResponse(self._world.key.public())
