"""How strict Intuit's identity server is, and how long what it gives out is good. Times are in seconds.

Source: Intuit's pages on OAuth 2.0 and OpenID Connect, its OAuth client libraries, and its notice of November 2025 on
refresh tokens.
"""

from emulators.books.people import Role
from emulators.kit.oauth.policies import (
    Answered,
    Offered,
    Owner,
    Paths,
    Picker,
    Pkce,
    Policies,
    RefreshTokens,
    Refusal,
    Revocation,
)

DAY = 86_400
CODE_SECONDS = 600
ACCESS_SECONDS = 3600
REFRESH_SECONDS = 101 * DAY
STABLE_SECONDS = DAY
HARD_END_SECONDS = 5 * 365 * DAY
ACCOUNTING = "com.intuit.quickbooks.accounting"
PAYMENT = "com.intuit.quickbooks.payment"
IDENTITY_SCOPES = ("openid", "email", "profile", "address", "phone")
SCOPES = frozenset({ACCOUNTING, PAYMENT, *IDENTITY_SCOPES})

POLICIES = Policies(
    refresh=RefreshTokens(
        idle=REFRESH_SECONDS,
        stable=STABLE_SECONDS,
        hard_end=HARD_END_SECONDS,
        bytes=30,
        prefix="RT1-",
        hard_end_header="x-include-refresh-token-hard-expires-in",
    ),
    owner=Owner.ORGANISATION,
    picker=Picker.ONE,
    offered=Offered.ALL,
    connecting_roles=frozenset({Role.ADVISER, Role.STANDARD}),
    asks_takeover=True,
    identity_scopes=frozenset(IDENTITY_SCOPES),
    discovered_scopes=IDENTITY_SCOPES,
    is_known_scope=SCOPES.__contains__,
    code_seconds=CODE_SECONDS,
    access_seconds=ACCESS_SECONDS,
    id_token_seconds=ACCESS_SECONDS,
    pkce=Pkce.IGNORED,
    revocation=Revocation(by_access_token=True, is_json=True, known_only=True),
    refusals={
        Refusal.CLIENT_UNKNOWN: Answered(401, "invalid_client"),
        Refusal.CLIENT_REPLACED: Answered(401, "invalid_client"),
        Refusal.GRANT_DEAD: Answered(400, "invalid_grant", "Incorrect or invalid refresh token"),
        Refusal.WITHOUT_GRANT_TYPE: Answered(400, "invalid_request"),
        Refusal.GRANT_TYPE_UNKNOWN: Answered(400, "unsupported_grant_type"),
        Refusal.SCOPE_WIDER: Answered(400, "invalid_scope"),
        Refusal.TOKEN_UNKNOWN: Answered(400, ""),
    },
)
"""One grant for each company. An adviser (an accountant's login) and a standard user (an admin of the company) may
consent; a newer consent takes the company over from whoever had connected it."""

PATHS = Paths(
    authorize="/connect/oauth2",
    token="/oauth2/v1/tokens/bearer",  # noqa: S106  # an address
    revocation="/v2/oauth2/tokens/revoke",
    discovery="/.well-known/openid_sandbox_configuration",
    keys="/op/v1/jwks",
    user_info="/v1/openid_connect/userinfo",
)
