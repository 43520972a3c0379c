"""Signing in at the operator's identity provider: a sign-in begins and ends in one browser, and leads to a colleague.

Only existing colleagues are let in: by the account that is bound to them or, the first time, by an e-mail address that
the provider vouches for. Nobody becomes a colleague here. Of a sign-in, the account's id and address are stored, and no
token.
"""

import hmac
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.refusals import RefusalCode, Refused
from models.access import identities, sessions
from models.access.identities import ColleagueByAccount
from models.access.sessions import hashed
from models.access.tables import Identity, IdentityAttempt
from models.events import writes as events
from models.kit.database import Database
from models.kit.sealing import IdentitySecrets, Sealer, open_identity_secrets, seal_identity_secrets
from models.practices import teams
from models.practices.tables import Practice
from providers.identity import Person, SignIn
from providers.port.errors import AppRefused, ConsentFailed, ProviderError
from starter.access import first_step, identity_words
from starter.access.sessions import Sessions
from starter.actor import Actor
from starter.people.people import changing

logger = logging.getLogger(__name__)

VALID_FOR = timedelta(minutes=15)
"""How long somebody may take at the provider."""
MOST_FROM_IP = 100
"""Begun within that time; a whole office may share an IP address."""


@dataclass(frozen=True, slots=True)
class IdentityRules:
    """The operator's settings for the identity provider.

    Attributes:
        title: Its name on the button.
        domains: Domains to which an address must belong; empty for any.
        trusts_unsaid: Whether an address counts if the provider does not say whether it is verified.
        second_steps: The provider's words (``amr``, ``acr``) for a second step that replaces ours.
    """

    title: str
    domains: frozenset[str] = frozenset()
    trusts_unsaid: bool = False
    second_steps: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """The operator's identity provider, and the rules for what is believed of it."""

    sign_in: SignIn
    rules: IdentityRules


@dataclass(frozen=True, slots=True)
class SignInResult:
    """The result of a sign-in.

    Attributes:
        back: The page that was asked for.
        token: The secret for the browser's cookie; None where a practice has to be chosen first.
        practices: The practices to choose from; empty when the colleague is signed in.
    """

    back: str
    token: str | None = field(default=None, repr=False)
    practices: Sequence[Practice] = ()


class Identities:
    """The operations on sign-ins at the identity provider.

    Args:
        database: The product's database.
        sealer: Seals verifiers.
        sessions_of: The operations on sessions; their clock tells the time.
        provider: The identity provider; None when none is configured.
    """

    def __init__(
        self, database: Database, sealer: Sealer, sessions_of: Sessions, provider: IdentityProvider | None
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._sessions = sessions_of
        self._provider = provider

    @property
    def title(self) -> str | None:
        """The identity provider's name for people; None when none is configured."""
        return self._provider.rules.title if self._provider else None

    async def begin(self, *, mark: str, back: str, ip: str, practice_id: UUID | None = None) -> str:
        """Begin a sign-in; returns the provider's address for the browser.

        Args:
            mark: A secret that the browser keeps; only this browser can finish the sign-in.
            back: The page that was asked for; the caller has checked it.
            ip: The IP address of the request.
            practice_id: The practice to sign in to, for somebody who belongs to several.

        Raises:
            Refused: ``NOT_FOUND``: there is no identity provider. ``TOO_MANY`` from there. ``UNAVAILABLE``: it does
                not answer.
        """
        provider, at = self._there(), self._sessions.clock()
        async with self._database.reading() as session:
            if await identities.begun_from(session, ip, at - VALID_FOR) >= MOST_FROM_IP:
                raise Refused(RefusalCode.TOO_MANY, identity_words.too_many(VALID_FOR))
        state = secrets.token_urlsafe(32)
        try:
            begun = await provider.sign_in.begin(state)
        except ProviderError as error:
            raise self._failed(error) from error
        attempt = IdentityAttempt(
            state_hash=hashed(state),
            browser_hash=hashed(mark),
            sealed_secrets=b"",
            back=back,
            practice_id=practice_id,
            ip=ip[:64],
            created_at=at,
        )
        kept = IdentitySecrets(begun.code_verifier, begun.nonce)
        attempt.sealed_secrets = seal_identity_secrets(self._sealer, attempt.id, kept)
        async with self._database.transaction() as session:
            await identities.begin(session, attempt, forget_before=at - VALID_FOR)
        return begun.address

    async def finish(self, params: Mapping[str, str], *, mark: str | None, browser: str) -> SignInResult:
        """Finish a sign-in after the browser has come back from the provider.

        Args:
            params: The query: ``state`` with ``code`` or with ``error``, and ``iss`` where the provider gives it.
            mark: The secret that this browser has kept; None if it has none.
            browser: The browser's User-Agent header.

        Raises:
            Refused: ``WRONG_STAGE``: it came back already. Others: in the words for the person.
        """
        provider = self._there()
        attempt = await self._claimed(params.get("state", ""), mark)
        try:
            await provider.sign_in.check_answerer(params.get("iss"))
            if "error" in params or not params.get("code"):
                raise Refused(RefusalCode.FORBIDDEN, identity_words.not_signed_in(self.title, params.get("error")))
            kept = open_identity_secrets(self._sealer, attempt.id, attempt.sealed_secrets)
            person = await provider.sign_in.finish(params["code"], code_verifier=kept.code_verifier, nonce=kept.nonce)
        except ProviderError as error:
            raise self._failed(error) from error
        return await self._let_in(provider.rules, person, attempt, browser)

    async def of(self, actor: Actor, colleague_id: UUID) -> Sequence[Identity]:
        """The accounts by which a colleague of the actor's practice signs in."""
        async with self._database.reading() as session:
            return await identities.of_colleague(session, actor.practice_id, colleague_id)

    async def unbind(self, actor: Actor, colleague_id: UUID) -> None:
        """Remove the bindings of accounts from a colleague and end their sessions. For admins.

        Raises:
            Refused: Not an admin, or no such colleague.
        """
        async with changing(self._database, actor) as session:
            colleague = await teams.colleague_of(session, actor.practice_id, colleague_id)
            if colleague is None:
                raise Refused(RefusalCode.NOT_FOUND, "There is no such colleague in your practice.")
            if await identities.unbind(session, colleague.id):
                at = self._sessions.clock()
                await sessions.revoke(session, colleague.id, at, but=actor.session_id)
                event = {"practice_id": actor.practice_id, "colleague_id": actor.colleague_id, "at": at}
                unbound = event | {"kind": "colleague.identity_unbound", "after": colleague.name}
                await events.record(session, [unbound])

    def _there(self) -> IdentityProvider:
        if self._provider is None:
            raise Refused(RefusalCode.NOT_FOUND, identity_words.NONE)
        return self._provider

    def _failed(self, error: ProviderError) -> Refused:
        """The refusal for an error of the provider, in words for the person; the log has more, but nothing secret."""
        if isinstance(error, AppRefused):
            logger.error("the identity provider refuses our app (%s): look at CLIENTSYNC_SIGN_IN_*", error.detail)
            return Refused(RefusalCode.FORBIDDEN, identity_words.app_refused(self.title))
        logger.warning("sign-in at the identity provider failed: %s", error.detail)
        if isinstance(error, ConsentFailed):
            return Refused(RefusalCode.FORBIDDEN, identity_words.failed(self.title))
        return Refused(RefusalCode.UNAVAILABLE, identity_words.away(self.title))

    async def _claimed(self, state: str, mark: str | None) -> IdentityAttempt:
        """Take the sign-in of this state, which can be done once; a wrong browser does not use it up."""
        at = self._sessions.clock()
        async with self._database.transaction() as session:
            attempt = await identities.attempt_of(session, state)
            if attempt is None or attempt.created_at <= at - VALID_FOR:
                raise Refused(RefusalCode.NOT_FOUND, identity_words.TOO_LATE)
            if mark is None or not hmac.compare_digest(hashed(mark), attempt.browser_hash):
                raise Refused(RefusalCode.FORBIDDEN, identity_words.IN_ANOTHER_BROWSER)
            if not await identities.use(session, attempt, at):
                raise Refused(RefusalCode.WRONG_STAGE, identity_words.FINISHED)
        return attempt

    async def _let_in(
        self, rules: IdentityRules, person: Person, attempt: IdentityAttempt, browser: str
    ) -> SignInResult:
        problem = identity_words.problem_with_address(person, rules.title, rules.domains, unsaid=rules.trusts_unsaid)
        address = None if problem else _folded(person.email or "")
        async with self._database.transaction() as session:
            there = await identities.candidates(session, person.issuer, person.subject, address)
            able = who_may_it_be(there, person.subject)
            chosen = [one for one in able if attempt.practice_id in {None, one.practice.id}]
            if not chosen:
                said = identity_words.nobody(there, person, rules.title, problem)
                raise Refused(RefusalCode.FORBIDDEN, said)
            if len(chosen) > 1:
                return SignInResult(attempt.back, practices=[one.practice for one in chosen])
            token = await self._begin(session, chosen[0], person, rules, browser)
        return SignInResult(attempt.back, token)

    async def _begin(
        self, session: AsyncSession, one: ColleagueByAccount, person: Person, rules: IdentityRules, browser: str
    ) -> str:
        at, who = self._sessions.clock(), one.colleague
        event = {"practice_id": who.practice_id, "colleague_id": who.id, "at": at}
        if one.subject is None:
            identity = Identity(
                colleague_id=who.id,
                issuer=person.issuer,
                practice_id=who.practice_id,
                subject=person.subject,
                email=person.email,
                bound_at=at,
                used_at=at,
            )
            if not await identities.bind(session, identity):  # somebody was faster
                raise Refused(RefusalCode.FORBIDDEN, identity_words.failed(rules.title))
            bound = event | {"kind": "colleague.identity_bound", "after": f"{rules.title} ({person.email})"}
            await events.record(session, [bound])
        else:
            await identities.used(session, who.id, person.issuer, person.email, at)
        await events.record(session, [event | {"kind": "colleague.signed_in", "after": rules.title}])
        is_whole = not rules.second_steps.isdisjoint(person.made_steps)
        return await first_step.begin(session, who, browser=browser, at=at, is_whole=is_whole)


def who_may_it_be(there: Sequence[ColleagueByAccount], subject: str) -> Sequence[ColleagueByAccount]:
    """Choose the colleagues as whom somebody with this account may sign in; pure.

    In each practice, a colleague with this account comes first, whatever the address is by now. If nobody there has the
    account, the colleague with the address is chosen, unless another account is bound to them.

    Args:
        there: From ``models.access.identities.candidates``.
        subject: The account's id.
    """
    decided = {one.practice.id for one in there if one.subject == subject}
    return [
        one
        for one in there
        if one.colleague.deactivated_at is None
        and (one.subject == subject or (one.subject is None and one.practice.id not in decided))
    ]


def _folded(address: str) -> str:
    """The address in small ASCII letters.

    Other letters stay, because lower-casing them could give somebody else's address.
    """
    return address.lower() if address.isascii() else address
