"""Sign-ins at a provider: begun for a run, in the one browser that may finish them.

A colleague on a page goes to the provider at once; their session finishes it. Everybody else (another product's
backend, the command line, a colleague for whom somebody else signs in) gets the address of a page of ours, which says
for which practice the sign-in is and sends on only who agrees there: without it, whoever is sent a provider's address
could not tell whom they let in. A state is 256 random bits of which only the hash is kept; it works once.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from contracts.words.access import scope_of
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import RunKind, Stage
from models.access.sessions import hashed
from models.events import writes as events
from models.grants import sign_ins
from models.grants.sign_ins import LinkView
from models.grants.tables import ClientLink, ConsentAttempt, SignInLink
from models.kit.columns import now
from models.kit.database import Database
from models.kit.sealing import Sealer, seal_kept
from models.runs import reads as run_views
from models.runs import sign_ins as run_sign_ins
from models.runs.expected import organisations as expected_organisations
from models.runs.tables import Run
from providers.port.errors import ProviderError
from providers.port.provider import Provider, Providers
from starter.actor import Actor
from starter.runs import consent_words
from starter.runs.sign_in_regions import RegionChoice, checked, choice_of

__all__ = ["AWAITS_CONSENT", "MOST_BY_LINK", "Consents", "LinkView", "PreparedAttempt", "PreparedConsent", "awaits"]

AWAITS_CONSENT = frozenset({Stage.AWAITING_CONSENT, Stage.LISTING, Stage.AWAITING_SELECTION})
"""Stages in which a (further) sign-in adds organisations to a run."""

MOST_BY_LINK = 50
"""Sign-ins begun by one link; it ends with the first that succeeds."""


@dataclass(frozen=True, slots=True)
class PreparedConsent:
    """A sign-in that is ready to be stored and begun: at the provider, or at a page of ours."""

    row: ConsentAttempt | SignInLink
    authorize_url: str

    def for_place(self, position: int | None) -> None:
        """Say for which of the organisations that its run expects by name it is; a link is for the next one."""
        if isinstance(self.row, ConsentAttempt):
            self.row.expected_position = position


class Consents:
    """The operations that begin sign-ins; how they end is in ``consent_returns``.

    Args:
        database: The product's database.
        sealer: Seals what a sign-in needs again.
        providers: The providers that this process speaks to.
        public_url: Base address at which browsers reach us, without a final slash.
        valid_for: How long a sign-in may take, and how long a link to one can be used.
    """

    def __init__(
        self, database: Database, sealer: Sealer, providers: Providers, public_url: str, valid_for: timedelta
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._providers = providers
        self._public_url = public_url
        self._valid_for = valid_for

    def provider(self, name: str) -> Provider:
        """The provider of that name.

        Raises:
            Refused: There is none.
        """
        found = self._providers.get(name)
        if found is None:
            known = ", ".join(sorted(self._providers))
            raise Refused(
                RefusalCode.INVALID, f"{name!r} is not an accounting software known here: {known}.", field="provider"
            )
        return found

    async def regions(self, practice_id: UUID, provider: str, client_id: UUID | None = None) -> RegionChoice | None:
        """The countries of which one is chosen before a sign-in, and the usual one; None where there are none.

        Args:
            practice_id: Whose sign-in.
            provider: The accounting software's name in addresses.
            client_id: The client that it is for, where it is for one.

        Raises:
            Refused: Unknown provider.
        """
        async with self._database.reading() as session:
            return await choice_of(session, self.provider(provider), practice_id, client_id)

    async def regions_by_link(self, asked: LinkView) -> RegionChoice | None:
        """The same for whoever follows a link; the country that its maker has said is the usual one."""
        choice = await self.regions(asked.run.practice_id, asked.run.provider, asked.run.client_id)
        return choice and replace(choice, usual=asked.link.region or choice.usual)

    async def prepare(
        self, actor: Actor, run: Run, at: datetime, expected: str | None, region: str | None = None
    ) -> PreparedConsent:
        """A sign-in for a run; the caller stores its row.

        Args:
            actor: The colleague who asks for it.
            run: The run, stored or not.
            at: This moment.
            expected: The provider's id of the organisation that it is for, where it is for one.
            region: The country, where the provider has several: that of the client or of the latest sign-in unless it
                is said.

        Raises:
            Refused: ``UNAVAILABLE`` when the provider cannot be reached; ``INVALID``, with the choices, where no
                country is known.
        """
        region = await self._region(run, region)
        if actor.session_id is None:
            return self._link(actor, run, at, region)
        return await self._attempt(run, actor.colleague_id, at, expected, region)

    async def begin(self, actor: Actor, run_id: str, region: str | None = None) -> str:
        """A further sign-in for a run; gives the address for the browser.

        Args:
            actor: The colleague who asks for it.
            run_id: The run.
            region: As for ``prepare``.

        Raises:
            Refused: Unknown run, or past the stages in which a sign-in is of use; or as ``prepare``.
        """
        run = await self._waiting(actor, run_id)
        prepared = await self.prepare(actor, run, now(), await self._expected(run), region)
        async with self._database.transaction() as session:
            prepared.for_place(await expected_organisations.next_position(session, run.id))
            session.add(prepared.row)
        return prepared.authorize_url

    async def link(self, actor: Actor, run_id: str, valid_for: timedelta | None = None) -> str:
        """The address of a page of ours at which somebody else signs in for the run.

        Args:
            actor: Who sends it.
            run_id: The run.
            valid_for: How long it can be used; as long as a sign-in may take unless it is said.

        Raises:
            Refused: Unknown run, or past the stages in which a sign-in is of use.
        """
        at = now()
        run = await self._waiting(actor, run_id)
        prepared = self._link(actor, run, at, None, valid_for)  # who follows it is asked
        made = {"kind": "run.sign_in_link_made", "run_id": run.id, "practice_id": actor.practice_id, "at": at}
        async with self._database.transaction() as session:
            session.add(prepared.row)
            await events.record(session, [made | {"colleague_id": actor.colleague_id, "client_id": run.client_id}])
        return prepared.authorize_url

    async def asked(self, token: str) -> LinkView:
        """What a link asks whoever follows it to sign in for.

        Raises:
            Refused: ``NOT_FOUND``: unknown. ``WRONG_STAGE``: it was used, is too old, or its run needs none any more.
        """
        async with self._database.reading() as session:
            found = await sign_ins.find_link(session, hashed(token))
        if found is None or found.has_left:
            raise Refused(RefusalCode.NOT_FOUND, consent_words.UNKNOWN_LINK)
        if found.is_used:
            raise Refused(RefusalCode.WRONG_STAGE, consent_words.USED_LINK)
        if found.link.expires_at <= now() or not awaits(found.run):
            raise Refused(RefusalCode.WRONG_STAGE, consent_words.OLD_LINK)
        return found

    async def follow(self, token: str, mark: str, region: str | None = None) -> str:
        """Somebody agrees to sign in by a link; gives the provider's address for their browser.

        Args:
            token: The link's.
            mark: A secret that their browser keeps: the sign-in is finished there and nowhere else.
            region: The country that they chose, where there are several.

        Raises:
            Refused: As ``asked`` and ``prepare``; ``TOO_MANY``: it was followed too often.
        """
        found = await self.asked(token)
        link = found.link
        async with self._database.reading() as session:
            if await sign_ins.begun_by(session, link.id) >= MOST_BY_LINK:
                raise Refused(RefusalCode.TOO_MANY, consent_words.WORN_LINK)
        region = await self._region(found.run, region or link.region)
        attempt = await self._attempt(found.run, link.colleague_id, now(), await self._expected(found.run), region)
        attempt.row.link_id, attempt.row.browser_hash = link.id, hashed(mark)
        async with self._database.transaction() as session:
            attempt.for_place(await expected_organisations.next_position(session, found.run.id))
            session.add(attempt.row)
        return attempt.authorize_url

    async def begin_for_client(self, run: Run, link: ClientLink, mark: str, region: str | None) -> str:
        """Somebody of a client's own begins a sign-in by the client's link; gives the provider's address.

        Args:
            run: The run that was begun by the link, and waits.
            link: The link.
            mark: As for ``follow``.
            region: The country that they chose, where there are several.

        Raises:
            Refused: As ``prepare``.
        """
        region = await self._region(run, region)
        attempt = await self._attempt(run, link.colleague_id, now(), await self._expected(run), region)
        attempt.row.client_link_id, attempt.row.browser_hash = link.id, hashed(mark)
        async with self._database.transaction() as session:
            session.add(attempt.row)
        return attempt.authorize_url

    def redirect_uri(self, provider: str) -> str:
        """Where a provider sends browsers back to."""
        return f"{self._public_url}/connect/{provider}/callback"

    def page_of(self, run_id: str) -> str:
        """The address of a run's page."""
        return f"{self._public_url}/activity/{run_id}"

    async def _waiting(self, actor: Actor, run_id: str) -> Run:
        async with self._database.reading() as session:
            run = await run_views.find_run(session, actor.practice_id, run_id)
        if run is None:
            raise Refused(RefusalCode.NOT_FOUND, f"There is no run {run_id[:120]!r} in your practice.")
        actor.check(scope_of(run.kind))
        if not awaits(run):
            raise Refused(
                RefusalCode.WRONG_STAGE,
                "This run is past its sign-in. Start another one to sign in with another login.",
            )
        return run

    async def _region(self, run: Run, said: str | None) -> str | None:
        choice = await self.regions(run.practice_id, run.provider, run.client_id)
        return checked(self.provider(run.provider), choice, said)

    def _link(
        self, actor: Actor, run: Run, at: datetime, region: str | None, valid_for: timedelta | None = None
    ) -> PreparedConsent:
        token = secrets.token_urlsafe(32)
        link = SignInLink(
            token_hash=hashed(token),
            practice_id=actor.practice_id,
            colleague_id=actor.colleague_id,
            run_id=run.id,
            provider=run.provider,
            region=region,
            created_at=at,
            expires_at=at + (valid_for or self._valid_for),
        )
        return PreparedConsent(link, f"{self._public_url}/sign-in-link/{token}")

    async def _expected(self, run: Run) -> str | None:
        async with self._database.reading() as session:
            return await run_sign_ins.organisation_expected(session, run)

    async def _attempt(
        self, run: Run, colleague_id: UUID, at: datetime, expected: str | None, region: str | None
    ) -> "PreparedAttempt":
        provider, state = self.provider(run.provider), secrets.token_urlsafe(32)
        try:
            begun = await provider.begin_sign_in(
                state=state, redirect_uri=self.redirect_uri(run.provider), expected=expected, region=region
            )
        except ProviderError as error:
            message = f"{provider.title} cannot be reached just now. Nothing was changed; try again in a moment."
            raise Refused(RefusalCode.UNAVAILABLE, message) from error
        attempt = ConsentAttempt(
            state_hash=hashed(state),
            practice_id=run.practice_id,
            colleague_id=colleague_id,
            run_id=run.id,
            provider=run.provider,
            expected_organisation_id=expected,
            sealed_secrets=b"",
            created_at=at,
            expires_at=at + self._valid_for,
        )
        attempt.sealed_secrets = seal_kept(self._sealer, attempt.id, begun.kept)
        return PreparedAttempt(attempt, begun.address)


@dataclass(frozen=True, slots=True)
class PreparedAttempt(PreparedConsent):
    """A sign-in that begins at the provider."""

    row: ConsentAttempt


def awaits(run: Run) -> bool:
    """Whether a run waits for a (further) sign-in."""
    is_repairing = run.kind is RunKind.RECONNECT_ALL and run.stage is not Stage.AWAITING_CONSENT
    # A repair goes on with the one login, and nobody signs in for a hand-over.
    return run.stage in AWAITS_CONSENT and not is_repairing and not run.is_hand_over
