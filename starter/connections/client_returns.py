"""What is different about a sign-in that a client's own people begin by a link: only that client's books are taken.

What came is held against the client's own organisation, by its id, before anything of it is kept. A link that was used
or taken back meanwhile is refused before the code is exchanged, so that no second set of tokens comes into being.
"""

import logging
from dataclasses import replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.client_links import LinkState
from contracts.words.refusals import RefusalCode, Refused
from models.events import writes as events
from models.grants import client_links, sign_ins
from models.grants.client_links import ClientLinkView
from models.grants.tables import ConsentAttempt
from models.notices import writes as notices
from models.notices.letters import notice_of
from models.practices.tables import Colleague, Practice
from providers.port.credential import Credential, OneCredential
from providers.port.errors import ProviderError
from providers.port.provider import FinishedSignIn, Provider
from rules.clients.link_letters import has_signed_in
from rules.clients.sign_in_links import is_own
from starter.runs import consent_words

logger = logging.getLogger(__name__)

SIGNED_IN = "client_signed_in"
"""The kind of notice that tells of a client's own people."""

_GOES_ON = frozenset({LinkState.OPEN, LinkState.EXPIRED})
"""Of a sign-in that was begun in time, the end of the link's time is no matter."""


class OtherPick(Exception):
    """A sign-in by a client's link brought other organisations than the client's own.

    Attributes:
        credential: What it gave; it is not kept.
        names: What came, by name; it is not kept either.
    """

    def __init__(self, credential: Credential, names: tuple[str, ...]) -> None:
        super().__init__("another organisation than the client's own")
        self.credential = credential
        self.names = names


async def check_link(session: AsyncSession, attempt: ConsentAttempt, at: datetime) -> None:
    """Let no sign-in by a client's link be finished that was used, taken back or is of no use any more.

    Raises:
        Refused: ``WRONG_STAGE``.
    """
    if attempt.client_link_id is None:
        return
    state = (await _link(session, attempt)).state(at)
    if state not in _GOES_ON:
        is_used = state is LinkState.USED
        said = consent_words.CLIENT_LINK_USED if is_used else consent_words.CLIENT_LINK_OVER
        raise Refused(RefusalCode.WRONG_STAGE, said)


async def own_only(provider: Provider, attempt: ConsentAttempt, finished: FinishedSignIn) -> FinishedSignIn:
    """What a sign-in by a client's link brought, without other organisations than the client's own.

    Raises:
        OtherPick: The client's own is not among what it reaches.
        ProviderError: What it reaches could not be read.
    """
    reached = finished.organisations or await provider.organisations(
        OneCredential(finished.credential), finished.consent_ref
    )
    own = tuple(one for one in reached if one.organisation_id == attempt.expected_organisation_id)
    if is_own(attempt.expected_organisation_id, {one.organisation_id for one in reached}):
        return replace(finished, organisations=own)
    chosen = [one for one in reached if one.is_from_this_consent] or reached
    raise OtherPick(finished.credential, tuple(one.name for one in chosen))


async def use_up(session: AsyncSession, attempt: ConsentAttempt, at: datetime) -> None:
    """Use a link up in the transaction that keeps what came by it, and tell of it on the client's timeline.

    Raises:
        Refused: ``WRONG_STAGE``: another sign-in by it has succeeded at the same time.
    """
    found = await _link(session, attempt)
    if not await client_links.use(session, found.link.id, at):
        raise Refused(RefusalCode.WRONG_STAGE, consent_words.CLIENT_LINK_USED)
    await _tell(session, found, attempt, "client.signed_in_by_link", at)


async def note_other_pick(session: AsyncSession, attempt: ConsentAttempt, at: datetime) -> str:
    """Write on the client's timeline that something else was chosen, without its name; gives the client's own."""
    found = await _link(session, attempt)
    await _tell(session, found, attempt, "client.other_pick_by_link", at)
    return found.connection.organisation_name


async def client_name(session: AsyncSession, attempt: ConsentAttempt) -> str | None:
    """Name of the client that a sign-in by a link was for, connected or not yet; None for other sign-ins."""
    if attempt.client_link_id is not None:
        return (await _link(session, attempt)).client.name
    if attempt.link_id is None:
        return None
    asked_for = await sign_ins.client_of(session, attempt.run_id)
    return asked_for and asked_for.name


async def tell_of_never_connected(
    session: AsyncSession, attempt: ConsentAttempt, title: str, page: str, at: datetime
) -> None:
    """Tell who sent a link that the client, which was never connected, is signed in: they have to choose its books.

    Args:
        session: The transaction that keeps what the sign-in brought.
        attempt: A sign-in by a link; of one that is for no single client, nothing is told.
        title: The accounting software's name.
        page: Address of the run in which its books are chosen.
        at: This moment.
    """
    client = await sign_ins.client_of(session, attempt.run_id)
    if client is None:
        return
    whose = {"colleague_id": attempt.colleague_id, "run_id": attempt.run_id}
    await events.changed(session, attempt.practice_id, client.client_id, "client.signed_in_by_link", at, **whose)
    sender = await session.get_one(Colleague, attempt.colleague_id)
    practice = await session.get_one(Practice, attempt.practice_id)
    letter = has_signed_in(client.name, title, sender.name, page)
    key = f"{SIGNED_IN}/{attempt.id}"
    await notices.write(session, [notice_of(letter, practice, sender.id, kind=SIGNED_IN, key=key, at=at)])


async def let_go(provider: Provider, credential: Credential) -> None:
    """End at the provider what was allowed by mistake, if it answers."""
    try:
        await provider.revoke(credential)
    except ProviderError as error:
        logger.warning("a sign-in for another organisation could not be ended at %s: %s", provider.title, error.detail)


async def _link(session: AsyncSession, attempt: ConsentAttempt) -> ClientLinkView:
    assert attempt.client_link_id is not None  # noqa: S101  # the callers have looked
    found = await client_links.by_id(session, attempt.client_link_id)
    assert found is not None  # noqa: S101  # a foreign key
    return found


async def _tell(session: AsyncSession, found: ClientLinkView, attempt: ConsentAttempt, kind: str, at: datetime) -> None:
    whose = {"colleague_id": attempt.colleague_id, "run_id": attempt.run_id, "connection_id": found.connection.id}
    await events.changed(session, attempt.practice_id, found.client.id, kind, at, **whose)
