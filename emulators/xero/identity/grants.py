"""Codes, access tokens and rotating refresh tokens, and when each of them dies.

A token set belongs to a person, not to an organisation. A newer consent of the same person supersedes the older set.
Tokens are kept here and nowhere else; nothing of this module writes a log.
"""

import secrets
from dataclasses import dataclass, field, replace

from emulators.kit.clock import Clock
from emulators.xero.identity.scopes import IDENTITY_SCOPES

CODE_SECONDS = 300
ACCESS_SECONDS = 1800
GRACE_SECONDS = 1800
REFRESH_SECONDS = 60 * 86400


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to in one pass.

    Attributes:
        scope: What this token set may do, in the order that tokens list it.
        event_id: The authentication event.
        auth_time: Seconds since the epoch.
        session_id: ``global_session_id`` and ``sid``.
        nonce: What the first id_token must repeat.
    """

    person_id: str
    scope: tuple[str, ...]
    event_id: str
    auth_time: int
    session_id: str
    nonce: str | None = field(default=None, repr=False)


@dataclass(slots=True)
class Code:
    """An authorisation code waiting to be exchanged, once."""

    consent: Consent
    redirect_uri: str
    challenge: str | None = field(repr=False)
    expires_at: float = 0.0


@dataclass(slots=True)
class TokenSet:
    """One person's refresh tokens: the current one and the one before it.

    Attributes:
        current_since: When the current one was issued; it dies 60 days later unless used.
        rotated_at: When ``previous`` was first exchanged; for 30 minutes it may be tried again.
    """

    consent: Consent
    current: str = field(repr=False)
    current_since: float
    previous: str | None = field(default=None, repr=False)
    rotated_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Access:
    """What an access token stands for. ``person_id`` is None for the app's own token."""

    person_id: str | None
    scope: frozenset[str]
    expires_at: float
    is_revoked: bool = False


class Grants:
    """All codes and tokens of the sandbox."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[str, Code] = {}
        self._sets: dict[str, TokenSet] = {}
        self._person_of_refresh: dict[str, str] = {}
        self._access: dict[str, Access] = {}
        self._scopes_of: dict[str, dict[str, None]] = {}

    def granted_scope(self, person_id: str, asked: list[str]) -> tuple[str, ...]:
        """What a consent gives: what is asked now, and what the person allowed before."""
        before = self._scopes_of.setdefault(person_id, {})
        before.update(dict.fromkeys(scope for scope in asked if scope not in IDENTITY_SCOPES))
        return tuple(dict.fromkeys([*asked, *before]))

    def new_code(self, consent: Consent, redirect_uri: str, challenge: str | None) -> str:
        """A code for a consent just given."""
        text = secrets.token_urlsafe(32)
        self._codes[text] = Code(consent, redirect_uri, challenge, self._clock.now() + CODE_SECONDS)
        return text

    def take_code(self, text: str) -> Code | None:
        """The code, now used up; None if unknown, used or too old."""
        code = self._codes.pop(text, None)
        return code if code and code.expires_at > self._clock.now() else None

    def start(self, consent: Consent) -> str | None:
        """Begin a token set, superseding the person's older one.

        Returns:
            Its refresh token; None unless ``offline_access`` was granted.
        """
        self._end_set(consent.person_id)
        if "offline_access" not in consent.scope:
            return None
        text = secrets.token_urlsafe(32)
        self._sets[consent.person_id] = TokenSet(consent, text, self._clock.now())
        self._person_of_refresh[text] = consent.person_id
        return text

    def rotate(self, refresh_token: str) -> tuple[Consent, str] | None:
        """Exchange a refresh token for the next; None if it is dead.

        The one before may be tried again for 30 minutes, as long as the newer one was not used: the answer got lost,
        so what it held dies and the retry's pair takes its place.
        """
        token_set = self._set_of(refresh_token)
        if token_set is None:
            return None
        now = self._clock.now()
        if refresh_token == token_set.current:
            if now - token_set.current_since >= REFRESH_SECONDS:
                return None
            if token_set.previous:
                self._person_of_refresh.pop(token_set.previous, None)
            token_set.previous, token_set.rotated_at = refresh_token, now
        elif now - token_set.rotated_at >= GRACE_SECONDS:
            return None
        else:
            self._person_of_refresh.pop(token_set.current, None)
        text = secrets.token_urlsafe(32)
        token_set.current, token_set.current_since = text, now
        self._person_of_refresh[text] = token_set.consent.person_id
        return token_set.consent, text

    def scope_of(self, refresh_token: str) -> tuple[str, ...]:
        """The scopes that a refresh token can give."""
        token_set = self._set_of(refresh_token)
        return token_set.consent.scope if token_set else ()

    def revoke(self, refresh_token: str) -> str | None:
        """Kill the token set of this refresh token.

        Returns:
            The person whose it was.
        """
        token_set = self._set_of(refresh_token)
        if token_set is None:
            return None
        self.revoke_person(token_set.consent.person_id)
        return token_set.consent.person_id

    def revoke_person(self, person_id: str) -> None:
        """Kill everything that a person granted: refresh tokens, access tokens, remembered scopes."""
        self._end_set(person_id)
        self._scopes_of.pop(person_id, None)
        for token, access in self._access.items():
            if access.person_id == person_id:
                self._access[token] = Access(person_id, access.scope, access.expires_at, is_revoked=True)

    def expire_access(self, person_id: str | None) -> None:
        """Let the access tokens of a person, or of everybody, be over now; refresh tokens stay good."""
        now = self._clock.now()
        for token, access in self._access.items():
            if person_id in (None, access.person_id):
                self._access[token] = replace(access, expires_at=min(access.expires_at, now))

    def remember_access(self, token: str, person_id: str | None, scope: tuple[str, ...]) -> None:
        """Make an access token good for half an hour."""
        now = self._clock.now()
        if len(self._access) >= 20_000:
            self._access = {text: access for text, access in self._access.items() if access.expires_at > now}
        self._access[token] = Access(person_id, frozenset(scope), now + ACCESS_SECONDS)

    def access(self, token: str) -> Access | None:
        """What an access token stands for, expired or not; None if the sandbox never issued it."""
        return self._access.get(token)

    def token_sets(self) -> list[TokenSet]:
        """Every living token set, to be saved."""
        return list(self._sets.values())

    def living_access(self) -> dict[str, Access]:
        """Every access token that has not expired, to be saved."""
        now = self._clock.now()
        return {token: access for token, access in self._access.items() if access.expires_at > now}

    def remembered_scopes(self) -> dict[str, list[str]]:
        """What each person allowed before, to be saved."""
        return {person_id: list(scopes) for person_id, scopes in self._scopes_of.items()}

    def restore(self, sets: list[TokenSet], access: dict[str, Access], scopes: dict[str, list[str]]) -> None:
        """Put back what was saved."""
        for token_set in sets:
            self._sets[token_set.consent.person_id] = token_set
            for text in filter(None, (token_set.current, token_set.previous)):
                self._person_of_refresh[text] = token_set.consent.person_id
        self._access |= access
        self._scopes_of = {person_id: dict.fromkeys(allowed) for person_id, allowed in scopes.items()}

    def _set_of(self, refresh_token: str) -> TokenSet | None:
        person_id = self._person_of_refresh.get(refresh_token)
        return self._sets.get(person_id) if person_id else None

    def _end_set(self, person_id: str) -> None:
        ended = self._sets.pop(person_id, None)
        if ended:
            self._person_of_refresh.pop(ended.current, None)
            if ended.previous:
                self._person_of_refresh.pop(ended.previous, None)
