"""How platforms' identity servers differ, as data: who owns a grant, what people are asked, what expires when."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from emulators.books.people import Role

DAY = 86_400


class Owner(StrEnum):
    """The owners of grants; each has one grant at a time, unless consents stand beside each other."""

    PERSON = "person"
    ORGANISATION = "organisation"


class ConsentPage(StrEnum):
    """When a person who has signed in is asked for consent."""

    ALWAYS = "always"
    WHEN_NEW = "when new"
    """Not while a grant of theirs is alive that covers what is asked for."""


class Picker(StrEnum):
    """How many organisations can be chosen in one sign-in."""

    MANY = "many"
    ONE = "one"
    NONE = "none"
    """Nothing is chosen: the grant reaches whatever the person reaches, now and later."""


class Offered(StrEnum):
    """Which organisations can be chosen."""

    NEW = "new"
    """What the person has not connected; with the rest they may go on as it is."""
    ALL = "all"


class NewerConsent(StrEnum):
    """What happens to the owner's older grant when the code of a newer consent is exchanged."""

    SUPERSEDES = "supersedes"
    STANDS_BESIDE = "stands beside"


class Pkce(StrEnum):
    """How a proof key (PKCE) is treated."""

    REQUIRED = "required"
    ACCEPTED = "accepted"
    IGNORED = "ignored"


class Reuse(StrEnum):
    """What happens when a refresh token that is no longer valid is used."""

    REFUSED = "refused"
    ENDS_GRANT = "ends the grant"


class ClientIn(StrEnum):
    """Where the app's id and secret may stand in a token request."""

    HEADER = "header"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class RefreshTokens:
    """How refresh tokens live. Times are in seconds.

    Attributes:
        idle: One that is not used for so long is over.
        grace: So long the one before may be used again, as after a lost answer, while the newer was not used.
        stable: So long after it was issued a refresh gives back the same one.
        hard_end: So long after the consent every one is over, however it was used; None for never.
        reuse: What using one again does that is over.
        scope: Given only with this scope; None for always.
        bytes: Random bytes of which each is made.
        prefix: What each begins with.
        hard_end_header: A token request with this header, saying ``true``, is told when the grant ends however it is
            used; empty tells every one.
    """

    idle: int
    grace: int = 0
    stable: int = 0
    hard_end: int | None = None
    reuse: Reuse = Reuse.REFUSED
    scope: str | None = None
    bytes: int = 32
    prefix: str = ""
    hard_end_header: str = ""


@dataclass(frozen=True, slots=True)
class Revocation:
    """What revoking a token does.

    Attributes:
        by_access_token: Whether an access token may be named, besides refresh tokens.
        ends_access: Whether access tokens are over at once; otherwise they live out their time.
        ends_connections: Whether the connections of the grant's owner are over too.
        is_json: Whether the token comes in JSON, in place of a form.
        known_only: Whether an unknown token is refused; the standard says that it is no error.
    """

    by_access_token: bool = False
    ends_access: bool = True
    ends_connections: bool = True
    is_json: bool = False
    known_only: bool = False


class Refusal(StrEnum):
    """Why the token endpoint refuses."""

    CLIENT_UNKNOWN = "client unknown"
    CLIENT_REPLACED = "the client's secret was replaced"
    GRANT_DEAD = "code or refresh token unknown, used up or over"
    WITHOUT_GRANT_TYPE = "no grant type, or nothing to revoke"
    GRANT_TYPE_UNKNOWN = "grant type unknown"
    SCOPE_WIDER = "more scopes than were granted"
    NOT_FOR_JSON = "JSON was not asked for"
    TOKEN_UNKNOWN = "token to be revoked unknown"  # noqa: S105  # a word, no secret


@dataclass(frozen=True, slots=True)
class Answered:
    """How a refusal is answered.

    Attributes:
        error: The word; empty for an answer without a body.
        description: More words; None for none.
    """

    status: int
    error: str
    description: str | None = None


class AskedWrong(StrEnum):
    """What is wrong with an app's request for a sign-in."""

    CLIENT = "client"
    REDIRECT_URI = "redirect_uri"
    RESPONSE_TYPE = "response_type"
    NO_SCOPE = "no scope"
    SCOPE = "scope"
    CHALLENGE_METHOD = "code_challenge_method"
    CHALLENGE = "code_challenge"


STANDARD_REFUSALS: Mapping[Refusal, Answered] = {
    Refusal.CLIENT_UNKNOWN: Answered(401, "invalid_client"),
    Refusal.CLIENT_REPLACED: Answered(401, "invalid_client"),
    Refusal.GRANT_DEAD: Answered(400, "invalid_grant"),
    Refusal.WITHOUT_GRANT_TYPE: Answered(400, "invalid_request"),
    Refusal.GRANT_TYPE_UNKNOWN: Answered(400, "unsupported_grant_type"),
    Refusal.SCOPE_WIDER: Answered(400, "invalid_scope"),
    Refusal.NOT_FOR_JSON: Answered(406, "invalid_request"),
    Refusal.TOKEN_UNKNOWN: Answered(400, "invalid_grant"),
}
STANDARD_WORDS: Mapping[AskedWrong, str] = {
    AskedWrong.CLIENT: "unauthorized_client : Unknown client",
    AskedWrong.REDIRECT_URI: "invalid_request : Unknown redirect_uri",
    AskedWrong.RESPONSE_TYPE: "unsupported_response_type",
    AskedWrong.NO_SCOPE: "invalid_scope",
    AskedWrong.SCOPE: "invalid_scope",
    AskedWrong.CHALLENGE_METHOD: "invalid_request : Transform algorithm not supported",
    AskedWrong.CHALLENGE: "invalid_request : Invalid code_challenge",
}
"""The standard's error word, and after `` : `` what it says besides."""


def _all_known(_scope: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Policies:
    """One platform's identity server.

    Attributes:
        refresh: How refresh tokens live.
        owner: Whose a grant is.
        consent_page: When a person is asked.
        picker: How many organisations may be chosen.
        picker_if_asked: The same for requests with one of these words in ``acr_values``.
        offered: Which organisations are offered.
        connecting_roles: Who may connect an organisation.
        asks_takeover: Whether somebody is asked before an organisation's grant is taken over from somebody else.
        newer_consent: What a newer consent does to the owner's older grant.
        ends_superseded_access: Whether the access tokens of a grant that was superseded are over at once.
        scopes_add_up: Whether a consent gives what the person allowed earlier too.
        identity_scopes: Scopes that are about the person alone; with no others, no organisation is chosen.
        discovered_scopes: The scopes that the discovery document names.
        is_known_scope: Whether an app may ask for a scope.
        usual_scope: What an app is given that asks for no scope; None refuses it.
        implied_scopes: What a scope includes besides itself.
        regions: Names of the regions of which a person says one before signing in, by their codes; none where it does
            not matter.
        region_parameter: How an app's request may name the region.
        code_seconds: How long a code is good, once.
        access_seconds: How long an access token is good.
        id_token_seconds: How long an id_token is good.
        app_scope: The scope of the app's own tokens (``client_credentials``); None for no such tokens.
        client_in: Where credentials may stand.
        wants_accept: Whether token requests have to ask for JSON by their ``Accept`` header.
        pkce: What is made of a proof key.
        pkce_methods: Its methods.
        revocation: What revoking does.
        refusals: How each refusal of the token endpoint is answered.
        words: What is said of a wrong request for a sign-in.
        tells_app: Whether the app is told of it, as the standard says, unless client or address are wrong; otherwise
            the person alone is, on a page.
    """

    refresh: RefreshTokens
    owner: Owner = Owner.PERSON
    consent_page: ConsentPage = ConsentPage.ALWAYS
    picker: Picker = Picker.MANY
    picker_if_asked: Mapping[str, Picker] = field(default_factory=dict)
    offered: Offered = Offered.ALL
    connecting_roles: frozenset[Role] = frozenset({Role.STANDARD, Role.ADVISER})
    asks_takeover: bool = False
    newer_consent: NewerConsent = NewerConsent.SUPERSEDES
    ends_superseded_access: bool = False
    scopes_add_up: bool = False
    identity_scopes: frozenset[str] = frozenset({"openid", "profile", "email", "offline_access"})
    discovered_scopes: tuple[str, ...] = ("openid", "profile", "email", "offline_access")
    is_known_scope: Callable[[str], bool] = _all_known
    usual_scope: str | None = None
    implied_scopes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)
    region_parameter: str = "region"
    code_seconds: int = 300
    access_seconds: int = 1800
    id_token_seconds: int = 300
    app_scope: str | None = None
    client_in: frozenset[ClientIn] = frozenset(ClientIn)
    wants_accept: bool = False
    pkce: Pkce = Pkce.ACCEPTED
    pkce_methods: frozenset[str] = frozenset({"S256"})
    revocation: Revocation = field(default_factory=Revocation)
    refusals: Mapping[Refusal, Answered] = field(default_factory=lambda: STANDARD_REFUSALS)
    words: Mapping[AskedWrong, str] = field(default_factory=lambda: STANDARD_WORDS)
    tells_app: bool = True


@dataclass(frozen=True, slots=True)
class Paths:
    """Where the parts of an identity server are. The pages in between are nobody's business but its own.

    Attributes:
        user_info: Named in the discovery document; the platform answers it among its own calls.
    """

    authorize: str
    token: str
    revocation: str
    discovery: str | None
    keys: str | None
    user_info: str | None = None
    sign_in: str = "/identity/sign-in"
    region: str = "/identity/region"
    consent: str = "/identity/consent"
    error: str = "/identity/error"
