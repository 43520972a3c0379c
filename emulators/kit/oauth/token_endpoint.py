"""The token and revocation endpoints: exchange of codes, refresh, revocation, by the platform's policies."""

import base64
import hashlib
from dataclasses import replace
from hmac import compare_digest
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote_plus

import orjson
from starlette.types import Receive, Scope, Send

from emulators.kit.answers import JSON, answer, drop, read_form
from emulators.kit.faults.acting import act_out
from emulators.kit.faults.faults import CLIENT_REFUSED, DROP_REFRESH_RESPONSE, REFRESH_TOKEN_LEFT_OUT
from emulators.kit.oauth.grants import Code, Consent
from emulators.kit.oauth.identity_wire import IdentityWire, Issued
from emulators.kit.oauth.policies import ClientIn, Paths, Pkce, Refusal
from emulators.kit.world import World

Form = dict[str, str]

_NO_STORE = [JSON, (b"cache-control", b"no-store, no-cache, max-age=0"), (b"pragma", b"no-cache")]


class TokenRefusedError(Exception):
    """The token endpoint refuses."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


class Told(NamedTuple):
    """What a token request says besides its form.

    Attributes:
        issuer: Of its tokens, at the address that was called.
        wants_end: Whether the answer tells when the grant ends however it is used.
    """

    issuer: str
    wants_end: bool


class TokenEndpoint:
    """The two endpoints, as an ASGI app.

    Args:
        world: Whose tokens.
        wire: How the platform writes.
        paths: Where the endpoints are.
    """

    def __init__(self, world: World, wire: IdentityWire, paths: Paths) -> None:
        self._world = world
        self._wire = wire
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        world, path = self._world, scope["path"]
        label = f"{scope['method']} {path}"
        plan = world.faults.plan(path)
        status = await act_out(plan, world.faults.catalogue, world.calls, [], scope, receive, send)
        if status is not None:
            world.calls.record(label, status)
            return
        if scope["method"] != "POST":
            await answer(send, 405, [(b"allow", b"POST")])
            world.calls.record(label, 405)
            return
        is_revocation = path == self._paths.revocation
        form = _read(await read_form(receive), is_json=is_revocation and world.policies.revocation.is_json)
        try:
            self._check_accept(scope)
            self._check_client(scope, form)
            if is_revocation:
                body = self._revoke(form)
            else:
                issued = self._tokens(form, self._told(scope))
                world.handed_out.note(form)
                world.handed_out.note(issued)
                body = orjson.dumps(issued)
            status = 200
        except TokenRefusedError as refused:
            status, body = self._refused(refused.refusal)
        world.calls.record(label, status)
        if status == 200:
            # Before the answer: a client must never hold a token that a restart forgets.
            world.save()
        is_refresh = status == 200 and form.get("grant_type") == "refresh_token"
        if is_refresh and world.faults.take(DROP_REFRESH_RESPONSE, path):
            await drop(scope, receive)
            return
        more = [(name.encode(), value.encode()) for name, value in self._wire.headers().items()]
        await answer(send, status, [*_NO_STORE, *more], body)

    def _refused(self, refusal: Refusal) -> tuple[int, bytes]:
        answered = self._world.policies.refusals[refusal]
        if not answered.error:
            return answered.status, b""
        said = {"error": answered.error}
        if answered.description is not None:
            said["error_description"] = answered.description
        return answered.status, orjson.dumps(said)

    def _told(self, scope: Scope) -> Told:
        header = self._world.policies.refresh.hard_end_header
        wants_end = not header or dict(scope["headers"]).get(header.encode(), b"").lower() == b"true"
        return Told(self._wire.issuer(base_url(scope)), wants_end)

    def _check_accept(self, scope: Scope) -> None:
        if self._world.policies.wants_accept and b"json" not in dict(scope["headers"]).get(b"accept", b""):
            raise TokenRefusedError(Refusal.NOT_FOR_JSON)

    def _check_client(self, scope: Scope, form: Form) -> None:
        world = self._world
        if world.faults.take(CLIENT_REFUSED, scope["path"]):
            raise TokenRefusedError(Refusal.CLIENT_REPLACED)
        header = dict(scope["headers"]).get(b"authorization", b"")
        if header[:6].lower() == b"basic ":
            where = ClientIn.HEADER
            try:
                text = base64.b64decode(header[6:], validate=True).decode()
            except ValueError:
                raise TokenRefusedError(Refusal.CLIENT_UNKNOWN) from None
            client_id, _, secret = (unquote_plus(part) for part in text.partition(":"))
        else:
            where = ClientIn.BODY
            client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        is_known = compare_digest(client_id.encode(), world.config.client_id.encode())
        is_right = compare_digest(secret.encode(), world.config.client_secret.encode())
        if not (is_right and is_known and where in world.client_in):
            raise TokenRefusedError(Refusal.CLIENT_UNKNOWN)

    def _tokens(self, form: Form, told: Told) -> dict[str, object]:
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchange(form, told)
            case "refresh_token":
                return self._refresh(form, told)
            case "client_credentials" if self._world.policies.app_scope is not None:
                return self._app(form, told.issuer, self._world.policies.app_scope)
            case None:
                raise TokenRefusedError(Refusal.WITHOUT_GRANT_TYPE)
            case _:
                raise TokenRefusedError(Refusal.GRANT_TYPE_UNKNOWN)

    def _exchange(self, form: Form, told: Told) -> dict[str, object]:
        grants = self._world.grants
        code = grants.take_code(form.get("code", ""))
        if code is None or form.get("redirect_uri") != code.redirect_uri:
            raise TokenRefusedError(Refusal.GRANT_DEAD)
        if self._world.policies.pkce is not Pkce.IGNORED and not _is_proven(code, form.get("code_verifier")):
            raise TokenRefusedError(Refusal.GRANT_DEAD)
        self._world.calls.token_exchanges += 1
        grant_id, refresh_token = grants.start(code.consent)
        return self._token_set(code.consent, grant_id, refresh_token, told, code.consent.nonce)

    def _refresh(self, form: Form, told: Told) -> dict[str, object]:
        grants, refresh_token = self._world.grants, form.get("refresh_token", "")
        wanted = form.get("scope", "").split()
        if not set(wanted) <= set(grants.scope_of(refresh_token) or wanted):
            raise TokenRefusedError(Refusal.SCOPE_WIDER)
        rotated = grants.rotate(refresh_token)
        if rotated is None:
            raise TokenRefusedError(Refusal.GRANT_DEAD)
        self._world.calls.refreshes += 1
        if self._world.faults.take(REFRESH_TOKEN_LEFT_OUT, self._paths.token):
            left_out = self._token_set(rotated.consent, rotated.grant_id, None, told, None)
            return left_out | {"refresh_token": None}
        return self._token_set(rotated.consent, rotated.grant_id, rotated.current, told, None)

    def _token_set(
        self, consent: Consent, grant_id: str, refresh_token: str | None, told: Told, nonce: str | None
    ) -> dict[str, object]:
        world, wire = self._world, self._wire
        consent = replace(consent, scope=tuple(one for one in consent.scope if one not in world.withheld_scopes))
        access = wire.access_token(consent, told.issuer)
        world.grants.remember_access(access, consent, grant_id)
        id_token = None
        if "openid" in consent.scope:
            id_token = world.key.sign(wire.id_token(consent, told.issuer, access, nonce))
        return wire.token_answer(
            Issued(
                consent,
                access,
                world.policies.access_seconds,
                refresh_token,
                world.grants.refresh_left(consent),
                world.grants.hard_left(consent) if told.wants_end else None,
                id_token,
            )
        )

    def _app(self, form: Form, issuer: str, app_scope: str) -> dict[str, object]:
        if form.get("scope", app_scope).split() != [app_scope]:
            raise TokenRefusedError(Refusal.SCOPE_WIDER)
        access = self._wire.app_token(issuer)
        self._world.grants.remember_app_access(access, (app_scope,))
        return {
            "access_token": access,
            "expires_in": self._world.policies.access_seconds,
            "token_type": "Bearer",
            "scope": app_scope,
        }

    def _revoke(self, form: Form) -> bytes:
        world = self._world
        if "token" not in form:
            raise TokenRefusedError(Refusal.WITHOUT_GRANT_TYPE)
        revoked = world.grants.revoke(form["token"])
        if revoked is None and world.revokes_known_only:
            raise TokenRefusedError(Refusal.TOKEN_UNKNOWN)
        if revoked and world.policies.revocation.ends_connections:
            world.connections.remove_matching(person_id=revoked.person_id, organisation_id=revoked.organisation_id)
        return self._wire.revoked()


def _read(body: bytes, *, is_json: bool) -> Form:
    if not is_json:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        said = orjson.loads(body)
    except ValueError:
        return {}
    return {name: value for name, value in said.items() if isinstance(value, str)} if isinstance(said, dict) else {}


def _is_proven(code: Code, verifier: str | None) -> bool:
    if code.challenge is None or verifier is None:
        return code.challenge is None and verifier is None
    made = verifier.encode()
    if code.challenge_method == "S256":
        made = base64.urlsafe_b64encode(hashlib.sha256(made).digest()).rstrip(b"=")
    return compare_digest(made, code.challenge.encode())


def base_url(scope: Scope) -> str:
    """The address at which this call reached the stand-in."""
    host = dict(scope["headers"]).get(b"host", b"127.0.0.1").decode("ascii", "replace")
    return f"{scope['scheme']}://{host}"
