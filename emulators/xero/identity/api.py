"""``/connect/token`` and ``/connect/revocation``: codes to tokens, refresh with rotation, revocation."""

import base64
import hashlib
import secrets
from dataclasses import replace
from hmac import compare_digest
from urllib.parse import parse_qsl, unquote_plus

import orjson
from starlette.types import Receive, Scope, Send

from emulators.xero.answers import JSON, answer, drop, read_form
from emulators.xero.faults import Kind
from emulators.xero.identity.grants import ACCESS_SECONDS, Consent
from emulators.xero.identity.tokens import access_token, app_token, id_token
from emulators.xero.misbehaviour import act_out
from emulators.xero.world import World

Form = dict[str, str]

_NO_STORE = [JSON, (b"cache-control", b"no-store, no-cache, max-age=0"), (b"pragma", b"no-cache")]


class TokenRefusedError(Exception):
    """The token endpoint refuses, with an error word of OAuth 2 under a status."""

    def __init__(self, word: str, status: int = 400) -> None:
        super().__init__(word)
        self.status = status


class IdentityApi:
    """The token and revocation endpoints, as an ASGI app."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        world, path = self._world, scope["path"]
        label = f"{scope['method']} {path}"
        status = await act_out(world.faults.plan(path), world, [], scope, receive, send)
        if status is not None:
            world.calls.record(label, status)
            return
        if scope["method"] != "POST":
            await answer(send, 405, [(b"allow", b"POST")])
            world.calls.record(label, 405)
            return
        form = dict(parse_qsl((await read_form(receive)).decode("utf-8", "replace"), keep_blank_values=True))
        try:
            self._check_client(scope, form)
            if path == "/connect/revocation":
                body = self._revoke(form)
            else:
                issued = self._tokens(form, base_url(scope))
                world.handed_out.note(form)
                world.handed_out.note(issued)
                body = orjson.dumps(issued)
            status = 200
        except TokenRefusedError as refused:
            status, body = refused.status, orjson.dumps({"error": str(refused)})
        world.calls.record(label, status)
        if status == 200:
            # Before the answer: a client must never hold a token that a restart forgets.
            world.save()
        is_refresh = status == 200 and form.get("grant_type") == "refresh_token"
        if is_refresh and world.faults.take(Kind.DROP_REFRESH_RESPONSE, path):
            await drop(scope, receive)
            return
        await answer(send, status, _NO_STORE, body)

    def _check_client(self, scope: Scope, form: Form) -> None:
        if self._world.faults.take(Kind.CLIENT_REFUSED, scope["path"]):
            raise TokenRefusedError("invalid_client", 401)
        header = dict(scope["headers"]).get(b"authorization", b"")
        if header[:6].lower() == b"basic ":
            try:
                text = base64.b64decode(header[6:], validate=True).decode()
            except ValueError:
                raise TokenRefusedError("invalid_client") from None
            client_id, _, secret = (unquote_plus(part) for part in text.partition(":"))
        else:
            client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        config = self._world.config
        is_known = compare_digest(client_id.encode(), config.client_id.encode())
        if not (compare_digest(secret.encode(), config.client_secret.encode()) and is_known):
            raise TokenRefusedError("invalid_client")

    def _tokens(self, form: Form, issuer: str) -> dict[str, object]:
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchange(form, issuer)
            case "refresh_token":
                return self._refresh(form, issuer)
            case "client_credentials":
                return self._app(form, issuer)
            case None:
                raise TokenRefusedError("invalid_request")
            case _:
                raise TokenRefusedError("unsupported_grant_type")

    def _exchange(self, form: Form, issuer: str) -> dict[str, object]:
        code = self._world.grants.take_code(form.get("code", ""))
        if code is None or form.get("redirect_uri") != code.redirect_uri:
            raise TokenRefusedError("invalid_grant")
        verifier = form.get("code_verifier")
        if (code.challenge is None) != (verifier is None):
            raise TokenRefusedError("invalid_grant")
        if verifier is not None and code.challenge is not None:
            digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
            if not compare_digest(digest, code.challenge.encode()):
                raise TokenRefusedError("invalid_grant")
        self._world.calls.token_exchanges += 1
        refresh_token = self._world.grants.start(code.consent)
        return self._token_set(code.consent, refresh_token, issuer, code.consent.nonce)

    def _refresh(self, form: Form, issuer: str) -> dict[str, object]:
        grants, refresh_token = self._world.grants, form.get("refresh_token", "")
        if not set(form.get("scope", "").split()) <= set(
            grants.scope_of(refresh_token) or form.get("scope", "").split()
        ):
            raise TokenRefusedError("invalid_scope")
        rotated = grants.rotate(refresh_token)
        if rotated is None:
            raise TokenRefusedError("invalid_grant")
        self._world.calls.refreshes += 1
        consent, next_token = rotated
        if self._world.faults.take(Kind.REFRESH_TOKEN_LEFT_OUT, "/connect/token"):
            return self._token_set(consent, None, issuer, None) | {"refresh_token": None}
        return self._token_set(consent, next_token, issuer, None)

    def _token_set(
        self, consent: Consent, refresh_token: str | None, issuer: str, nonce: str | None
    ) -> dict[str, object]:
        world = self._world
        withheld = world.settings.withheld_scopes
        consent = replace(consent, scope=tuple(scope for scope in consent.scope if scope not in withheld))
        access = access_token(world, consent, issuer)
        world.grants.remember_access(access, consent.person_id, consent.scope)
        body: dict[str, object] = {}
        if "openid" in consent.scope:
            body["id_token"] = id_token(world, consent, issuer, access, nonce)
        body |= {"access_token": access, "expires_in": ACCESS_SECONDS, "token_type": "Bearer"}
        if refresh_token is not None:
            body["refresh_token"] = refresh_token
        return body | {"scope": " ".join(consent.scope)}

    def _app(self, form: Form, issuer: str) -> dict[str, object]:
        scope = form.get("scope", "app.connections").split()
        if scope != ["app.connections"]:
            raise TokenRefusedError("invalid_scope")
        access = app_token(self._world, issuer, secrets.token_hex(16).upper())
        self._world.grants.remember_access(access, None, ("app.connections",))
        return {
            "access_token": access,
            "expires_in": ACCESS_SECONDS,
            "token_type": "Bearer",
            "scope": "app.connections",
        }

    def _revoke(self, form: Form) -> bytes:
        if "token" not in form:
            raise TokenRefusedError("invalid_request")
        person_id = self._world.grants.revoke(form["token"])
        if person_id:
            self._world.connections.remove_matching(person_id=person_id)
        return b""


def base_url(scope: Scope) -> str:
    """The address at which this call reached the sandbox; also the issuer."""
    host = dict(scope["headers"]).get(b"host", b"127.0.0.1").decode("ascii", "replace")
    return f"{scope['scheme']}://{host}"
