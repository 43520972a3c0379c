"""Codes, access tokens and refresh tokens, and when each expires, by the platform's policies.

A grant is one line of refresh tokens with its owner, a person or an organisation. Tokens are kept only here, and this
module logs nothing.
"""

import secrets
from dataclasses import dataclass, field, replace

from emulators.kit.clock import Clock
from emulators.kit.oauth.policies import NewerConsent, Owner, Policies, Reuse


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person has agreed to in one sign-in.

    Attributes:
        scope: What the grant may do, in the order that tokens list it.
        event_id: Of this consent.
        auth_time: Seconds since the epoch.
        session_id: Of the person's session.
        nonce: What the first id_token must repeat.
        organisation_id: The one that was chosen, where a grant is an organisation's.
        region: The region that the person said, where one is asked for.
        is_regional: Whether the grant stands beside those that its owner has for other regions.
    """

    person_id: str
    scope: tuple[str, ...]
    event_id: str
    auth_time: int
    session_id: str
    nonce: str | None = field(default=None, repr=False)
    organisation_id: str | None = None
    region: str | None = None
    is_regional: bool = False


@dataclass(slots=True)
class Code:
    """An authorisation code that was not exchanged yet."""

    consent: Consent
    redirect_uri: str
    challenge: str | None = field(repr=False)
    challenge_method: str = "S256"
    expires_at: float = 0.0


@dataclass(slots=True)
class TokenSet:
    """One grant's refresh tokens: the current one and the one before it.

    Attributes:
        current_since: When the current one was issued.
        rotated_at: When ``previous`` was exchanged for it.
        used_at: When the current one was last used without becoming another.
        grant_id: Its owner's id; another one where grants of one owner stand beside each other.
    """

    consent: Consent
    current: str = field(repr=False)
    current_since: float
    previous: str | None = field(default=None, repr=False)
    rotated_at: float = 0.0
    used_at: float = 0.0
    grant_id: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """What an access token permits. ``person_id`` is None for the app's own token."""

    person_id: str | None
    scope: frozenset[str]
    expires_at: float
    is_revoked: bool = False
    organisation_id: str | None = None
    grant_id: str | None = None
    region: str | None = None


def in_region(owner_id: str, region: str | None) -> str:
    """The id of an owner's grant for one region."""
    return owner_id if region is None else f"{owner_id}@{region}"


class Grants:
    """All codes and tokens of a stand-in.

    Args:
        clock: Whose time counts.
        policies: The platform's policies.

    Attributes:
        policies: The ones that count now; what a platform leaves open may be switched here.
    """

    def __init__(self, clock: Clock, policies: Policies) -> None:
        self._clock = clock
        self.policies = policies
        self._codes: dict[str, Code] = {}
        self._sets: dict[str, TokenSet] = {}
        self._grant_of_refresh: dict[str, str] = {}
        self._access: dict[str, Access] = {}
        self._scopes_of: dict[str, dict[str, None]] = {}

    def granted_scope(self, person_id: str, asked: list[str]) -> tuple[str, ...]:
        """The scopes that a consent gives: those asked for now and, where scopes add up, those allowed before."""
        if not self.policies.scopes_add_up:
            return tuple(asked)
        before = self._scopes_of.setdefault(person_id, {})
        identity = self.policies.identity_scopes
        before.update(dict.fromkeys(scope for scope in asked if scope not in identity))
        return tuple(dict.fromkeys([*asked, *before]))

    def keep_code(
        self, text: str, consent: Consent, redirect_uri: str, challenge: str | None, challenge_method: str = "S256"
    ) -> None:
        """Issue a code for a consent; it works once, for a limited time."""
        expires_at = self._clock.now() + self.policies.code_seconds
        self._codes[text] = Code(consent, redirect_uri, challenge, challenge_method, expires_at)

    def take_code(self, text: str) -> Code | None:
        """Use a code up; None if it is unknown, was used or is too old."""
        code = self._codes.pop(text, None)
        return code if code and code.expires_at > self._clock.now() else None

    def owner_of(self, consent: Consent) -> str:
        """The id of the person or the organisation that a consent's grant belongs to."""
        is_persons = self.policies.owner is Owner.PERSON
        owner = consent.person_id if is_persons or consent.organisation_id is None else consent.organisation_id
        return in_region(owner, consent.region) if consent.is_regional else owner

    def living(self, owner_id: str) -> Consent | None:
        """The newest consent of an owner whose grant is still valid; None without one."""
        found = [one for one in self._sets.values() if self.owner_of(one.consent) == owner_id and self._is_alive(one)]
        return max(found, key=lambda one: one.current_since).consent if found else None

    def start(self, consent: Consent) -> tuple[str, str | None]:
        """Begin a grant; what becomes of the owner's older one the policies say.

        Returns:
            The grant's id, and its refresh token; None in its place if the scopes give none.
        """
        grant_id = self.owner_of(consent)
        if self.policies.newer_consent is NewerConsent.STANDS_BESIDE:
            grant_id = f"{grant_id}/{secrets.token_hex(8)}"
        else:
            self._end(grant_id, ends_access=self.policies.ends_superseded_access)
        wanted = self.policies.refresh.scope
        if wanted is not None and wanted not in consent.scope:
            return grant_id, None
        text = self._fresh_token()
        self._sets[grant_id] = TokenSet(consent, text, self._clock.now(), grant_id=grant_id)
        self._grant_of_refresh[text] = grant_id
        return grant_id, text

    def rotate(self, refresh_token: str) -> TokenSet | None:
        """Exchange a refresh token for what is good after it, which may be itself; None if it is dead.

        The one before may be tried again during the grace, as long as the newer one was not used: the answer got lost,
        so what it held dies and the retry's pair takes its place.
        """
        token_set = self._set_of(refresh_token)
        if token_set is None or not self._is_alive(token_set):
            return None
        rules, now = self.policies.refresh, self._clock.now()
        if refresh_token == token_set.current:
            if now - token_set.current_since < rules.stable:
                token_set.used_at = now
                return token_set
            if token_set.previous and rules.reuse is Reuse.REFUSED:
                self._grant_of_refresh.pop(token_set.previous, None)
            token_set.previous, token_set.rotated_at = refresh_token, now
        elif refresh_token != token_set.previous or now - token_set.rotated_at >= rules.grace:
            if rules.reuse is Reuse.ENDS_GRANT:
                self._end(token_set.grant_id, ends_access=True)
            return None
        elif rules.stable:
            return token_set
        else:
            self._grant_of_refresh.pop(token_set.current, None)
        text = self._fresh_token()
        token_set.current, token_set.current_since = text, now
        self._grant_of_refresh[text] = token_set.grant_id
        return token_set

    def scope_of(self, refresh_token: str) -> tuple[str, ...]:
        """The scopes that a refresh token can give."""
        token_set = self._set_of(refresh_token)
        return token_set.consent.scope if token_set else ()

    def refresh_left(self, consent: Consent) -> int:
        """For how many seconds a refresh token issued now is valid if nobody uses it."""
        idle = self.policies.refresh.idle
        hard = self.hard_left(consent)
        return idle if hard is None else min(idle, hard)

    def hard_left(self, consent: Consent) -> int | None:
        """Seconds until the grant ends however it is used; None if it does not end."""
        hard_end = self.policies.refresh.hard_end
        return None if hard_end is None else max(0, consent.auth_time + hard_end - int(self._clock.now()))

    def revoke(self, token: str) -> Consent | None:
        """Kill the grant of this token, as far as the policies say.

        Returns:
            What had been agreed to; None if the token is not known, or of a kind that cannot be revoked.
        """
        token_set = self._set_of(token)
        if token_set is None and self.policies.revocation.by_access_token and (access := self._access.get(token)):
            token_set = self._sets.get(access.grant_id or "")
        if token_set is None:
            return None
        self._end(token_set.grant_id, ends_access=self.policies.revocation.ends_access)
        self._scopes_of.pop(token_set.consent.person_id, None)
        return token_set.consent

    def revoke_owner(self, owner_id: str) -> None:
        """Kill every grant of an owner, as far as the policies say."""
        for grant_id in [key for key, one in self._sets.items() if self.owner_of(one.consent) == owner_id]:
            self._end(grant_id, ends_access=self.policies.revocation.ends_access)

    def revoke_person(self, person_id: str) -> None:
        """Kill what a person granted: refresh tokens, remembered scopes and, if revocation ends them, access tokens."""
        for grant_id in [key for key, one in self._sets.items() if one.consent.person_id == person_id]:
            self._end(grant_id, ends_access=False)
        self._scopes_of.pop(person_id, None)
        if not self.policies.revocation.ends_access:
            return
        for token, access in self._access.items():
            if access.person_id == person_id:
                self._access[token] = replace(access, is_revoked=True)

    def expire_access(self, person_id: str | None) -> None:
        """Let the access tokens of a person, or of everybody, expire now; refresh tokens stay valid."""
        now = self._clock.now()
        for token, access in self._access.items():
            if person_id in (None, access.person_id):
                self._access[token] = replace(access, expires_at=min(access.expires_at, now))

    def remember_access(self, token: str, consent: Consent, grant_id: str) -> None:
        """Make an access token good, for as long as access tokens are."""
        access = Access(
            consent.person_id,
            frozenset(consent.scope),
            self._clock.now() + self.policies.access_seconds,
            organisation_id=consent.organisation_id,
            grant_id=grant_id,
            region=consent.region,
        )
        self._keep_access(token, access)

    def remember_app_access(self, token: str, scope: tuple[str, ...]) -> None:
        """Make an access token of the app's own good."""
        self._keep_access(token, Access(None, frozenset(scope), self._clock.now() + self.policies.access_seconds))

    def access(self, token: str) -> Access | None:
        """What an access token stands for, expired or not; None if it was never issued."""
        return self._access.get(token)

    def token_sets(self) -> list[TokenSet]:
        """Every token set that was not ended, to be saved."""
        return list(self._sets.values())

    def living_access(self) -> dict[str, Access]:
        """Every access token that has not expired, to be saved."""
        now = self._clock.now()
        return {token: access for token, access in self._access.items() if access.expires_at > now}

    def remembered_scopes(self) -> dict[str, list[str]]:
        """What each person allowed before, to be saved."""
        return {person_id: list(scopes) for person_id, scopes in self._scopes_of.items()}

    def restore(self, sets: list[TokenSet], access: dict[str, Access], scopes: dict[str, list[str]]) -> None:
        """Load what was saved; a token set without a grant's id belongs to its owner's grant."""
        for token_set in sets:
            token_set.grant_id = token_set.grant_id or self.owner_of(token_set.consent)
            self._sets[token_set.grant_id] = token_set
            for text in filter(None, (token_set.current, token_set.previous)):
                self._grant_of_refresh[text] = token_set.grant_id
        self._access |= {token: replace(one, grant_id=one.grant_id or one.person_id) for token, one in access.items()}
        self._scopes_of = {person_id: dict.fromkeys(allowed) for person_id, allowed in scopes.items()}

    def _fresh_token(self) -> str:
        rules = self.policies.refresh
        return f"{rules.prefix}{secrets.token_urlsafe(rules.bytes)}"

    def _is_alive(self, token_set: TokenSet) -> bool:
        since = max(token_set.current_since, token_set.used_at)
        hard_left = self.hard_left(token_set.consent)
        return self._clock.now() - since < self.policies.refresh.idle and hard_left != 0

    def _keep_access(self, token: str, access: Access) -> None:
        if len(self._access) >= 20_000:
            self._access = self.living_access()
        self._access[token] = access

    def _set_of(self, refresh_token: str) -> TokenSet | None:
        grant_id = self._grant_of_refresh.get(refresh_token)
        return self._sets.get(grant_id) if grant_id else None

    def _end(self, grant_id: str, *, ends_access: bool) -> None:
        if self._sets.pop(grant_id, None):
            self._grant_of_refresh = {text: one for text, one in self._grant_of_refresh.items() if one != grant_id}
        if ends_access:
            for token, access in self._access.items():
                if access.grant_id == grant_id:
                    self._access[token] = replace(access, is_revoked=True)
