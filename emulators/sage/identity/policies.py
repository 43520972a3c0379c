"""How strict Sage's identity server is, and how long what it gives out is good. Times are in seconds.

Source: Sage's guides on authentication and on troubleshooting OAuth.
"""

from emulators.books.people import Role
from emulators.kit.oauth.policies import (
    Answered,
    ClientIn,
    ConsentPage,
    Paths,
    Picker,
    Policies,
    RefreshTokens,
    Refusal,
    Revocation,
)

ACCESS_SECONDS = 300
CODE_SECONDS = 60
REFRESH_SECONDS = 31 * 86_400
COUNTRIES = {"GB": "United Kingdom", "IE": "Ireland", "CA": "Canada"}
SCOPES = frozenset({"readonly", "full_access"})

POLICIES = Policies(
    refresh=RefreshTokens(idle=REFRESH_SECONDS, bytes=1100),
    consent_page=ConsentPage.WHEN_NEW,
    picker=Picker.NONE,
    connecting_roles=frozenset(Role),
    identity_scopes=frozenset(),
    is_known_scope=SCOPES.__contains__,
    usual_scope="full_access",
    implied_scopes={"full_access": frozenset({"readonly"})},
    regions=COUNTRIES,
    region_parameter="country",
    code_seconds=CODE_SECONDS,
    access_seconds=ACCESS_SECONDS,
    client_in=frozenset({ClientIn.BODY}),
    wants_accept=True,
    pkce_methods=frozenset({"S256", "plain"}),
    revocation=Revocation(ends_access=False),
    refusals={
        Refusal.CLIENT_UNKNOWN: Answered(400, "invalid_client"),
        Refusal.CLIENT_REPLACED: Answered(400, "invalid_client"),
        Refusal.GRANT_DEAD: Answered(400, "invalid_grant"),
        Refusal.WITHOUT_GRANT_TYPE: Answered(400, "invalid_request"),
        Refusal.GRANT_TYPE_UNKNOWN: Answered(400, "unsupported_grant_type"),
        Refusal.SCOPE_WIDER: Answered(400, "invalid_scope"),
        Refusal.NOT_FOR_JSON: Answered(400, "invalid_request", "JSON was not asked for"),
        Refusal.TOKEN_UNKNOWN: Answered(400, "invalid_grant"),
    },
)
"""One living line of refresh tokens for each person: a used one and one that a newer consent replaced are refused at
once. Revocation ends a refresh token; access tokens live out their five minutes."""

PATHS = Paths(
    authorize="/oauth2/auth/central",
    token="/token",  # noqa: S106  # an address
    revocation="/revoke",
    discovery=None,
    keys=None,
)
