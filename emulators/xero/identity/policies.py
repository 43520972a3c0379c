"""How strict Xero's identity server is, and how long what it gives out is good. Times are in seconds."""

from emulators.kit.oauth.policies import (
    Answered,
    AskedWrong,
    Offered,
    Paths,
    Picker,
    Policies,
    RefreshTokens,
    Refusal,
)
from emulators.xero.identity.scopes import IDENTITY_SCOPES, is_known
from emulators.xero.records.practice import CONNECTING_ROLES

ACCESS_SECONDS = 1800
GRACE_SECONDS = 1800
REFRESH_SECONDS = 60 * 86_400

POLICIES = Policies(
    refresh=RefreshTokens(idle=REFRESH_SECONDS, grace=GRACE_SECONDS, scope="offline_access"),
    picker=Picker.ONE,
    picker_if_asked={"bulk_connect:true": Picker.MANY},
    offered=Offered.NEW,
    connecting_roles=CONNECTING_ROLES,
    scopes_add_up=True,
    identity_scopes=IDENTITY_SCOPES,
    is_known_scope=is_known,
    code_seconds=300,
    access_seconds=ACCESS_SECONDS,
    id_token_seconds=300,
    app_scope="app.connections",
    refusals={
        Refusal.CLIENT_UNKNOWN: Answered(400, "invalid_client"),
        Refusal.CLIENT_REPLACED: Answered(401, "invalid_client"),
        Refusal.GRANT_DEAD: Answered(400, "invalid_grant"),
        Refusal.WITHOUT_GRANT_TYPE: Answered(400, "invalid_request"),
        Refusal.GRANT_TYPE_UNKNOWN: Answered(400, "unsupported_grant_type"),
        Refusal.SCOPE_WIDER: Answered(400, "invalid_scope"),
    },
    words={
        AskedWrong.CLIENT: "unauthorized_client : Unknown client or client not enabled",
        AskedWrong.REDIRECT_URI: "unauthorized_client : Invalid redirect_uri",
        AskedWrong.RESPONSE_TYPE: "unsupported_response_type : Invalid response_type",
        AskedWrong.NO_SCOPE: "invalid_scope",
        AskedWrong.SCOPE: "unauthorized_client : Invalid scope for client",
        AskedWrong.CHALLENGE_METHOD: "invalid_request : Transform algorithm not supported",
        AskedWrong.CHALLENGE: "invalid_request : Invalid code_challenge",
    },
    tells_app=False,
)
"""Revocation is the usual: it ends access tokens at once, and the person's connections."""

_DISCOVERY = "/.well-known/openid-configuration"
PATHS = Paths(
    authorize="/identity/connect/authorize",
    token="/connect/token",  # noqa: S106  # an address
    revocation="/connect/revocation",
    discovery=_DISCOVERY,
    keys=f"{_DISCOVERY}/jwks",
)
