"""The OpenID discovery document and the signing keys, where a platform has them."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emulators.kit.oauth.identity_wire import IdentityWire
from emulators.kit.oauth.policies import ClientIn, Paths, Pkce
from emulators.kit.oauth.token_endpoint import base_url
from emulators.kit.world import World

_METHODS = {ClientIn.HEADER: "client_secret_basic", ClientIn.BODY: "client_secret_post"}


class Discovery:
    """What an OpenID client reads first.

    Args:
        world: Whose identity server.
        wire: How the platform writes.
        paths: Where its parts are.
    """

    def __init__(self, world: World, wire: IdentityWire, paths: Paths) -> None:
        self._world = world
        self._wire = wire
        self._paths = paths

    def routes(self) -> list[Route]:
        """The addresses of the two documents; none without them."""
        pairs = ((self._paths.discovery, self._document), (self._paths.keys, self._keys))
        return [Route(path, endpoint) for path, endpoint in pairs if path is not None]

    async def _document(self, request: Request) -> Response:
        paths, policies = self._paths, self._world.policies
        here = base_url(request.scope)
        browsers = (self._world.config.public_url or here).rstrip("/")
        self._world.calls.record(f"GET {paths.discovery}", 200)
        grant_types = ["authorization_code", "client_credentials", "refresh_token"]
        if policies.app_scope is None:
            grant_types.remove("client_credentials")
        body: dict[str, object] = {
            "issuer": self._wire.issuer(here),
            "jwks_uri": f"{here}{paths.keys}",
            "authorization_endpoint": f"{browsers}{paths.authorize}",
            "token_endpoint": f"{here}{paths.token}",
            "revocation_endpoint": f"{here}{paths.revocation}",
            "scopes_supported": list(policies.discovered_scopes),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": grant_types,
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": [_METHODS[one] for one in ClientIn if one in policies.client_in],
        }
        if paths.user_info is not None:
            body["userinfo_endpoint"] = f"{here}{paths.user_info}"
        if policies.pkce is not Pkce.IGNORED:
            body["code_challenge_methods_supported"] = sorted(policies.pkce_methods)
        return JSONResponse(body, headers=self._wire.headers())

    async def _keys(self, _request: Request) -> Response:
        self._world.calls.record(f"GET {self._paths.keys}", 200)
        return JSONResponse(self._world.key.public(), headers=self._wire.headers())
