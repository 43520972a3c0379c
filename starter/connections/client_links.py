"""Links by which a client's own people sign in for it: made, listed, taken back, and followed.

Often only they may allow an app at their accounting software. Who follows a link needs no account here, sees the names
of the practice and of the client and nothing else, and can connect nothing but that client's own organisation
(``consent_returns`` holds what came against it before anything is kept). A link may be followed until one sign-in by it
has succeeded: who closes the provider's page, or chooses wrongly, presses again.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from contracts.words.access import scope_of
from contracts.words.client_links import DAYS, MOST_DAYS, LinkState, MailState
from contracts.words.connections import ConnectionStatus
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import RunKind
from models.access.sessions import hashed
from models.clients.tables import Client
from models.connections import reads as managed_connections
from models.events import writes as events
from models.grants import client_links, sign_ins
from models.grants.client_links import ClientLinkView
from models.grants.tables import ClientLink
from models.kit.columns import now
from models.kit.database import Database
from models.runs.tables import Run
from starter.actor import Actor
from starter.clients.finding import missing
from starter.connections.link_mails import LinkMails, WantedMail
from starter.connections.managing import ARCHIVED, LEAVES, Managing, managed_or_refused
from starter.people.colleagues import actor_of
from starter.runs import consent_words
from starter.runs.consents import MOST_BY_LINK, Consents, awaits
from starter.runs.kinds import RunOptions
from starter.runs.runs import Runs
from starter.runs.sign_in_regions import RegionChoice

__all__ = ["MOST_A_DAY", "MOST_OPEN", "AskedClient", "ClientLinkView", "ClientLinks", "MadeLink"]

MOST_OPEN = 10
"""Links of one client that work at the same time."""
MOST_A_DAY = 500
"""Links that a practice makes in a day."""


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A new link.

    Attributes:
        link_id: Its id.
        address: What is sent to the client; it cannot be shown again.
        expires_at: Until when it works.
        mail: What has become of the mail with it; None where none was asked for.
    """

    link_id: UUID
    address: str = field(repr=False)
    expires_at: datetime
    mail: MailState | None = None


@dataclass(frozen=True, slots=True)
class AskedClient:
    """A link for a client that was never connected.

    Attributes:
        run_id: The run that waits for the sign-in; who stops it takes the link back.
        client_name: The client.
        address: What is sent to the client; it cannot be shown again.
        expires_at: Until when it works.
        mail: What has become of the mail with it; None where none was asked for.
    """

    run_id: str
    client_name: str
    address: str = field(repr=False)
    expires_at: datetime
    mail: MailState | None = None


class ClientLinks:
    """The operations on links for clients' own people.

    Args:
        database: The product's database.
        consents: Begins sign-ins.
        managing: Starts the run of a client's reconnect.
        runs: Starts the run of a client that was never connected.
        mails: Sends links by mail.
        public_url: Base address at which browsers reach us, without a final slash.
    """

    def __init__(
        self,
        database: Database,
        consents: Consents,
        managing: Managing,
        runs: Runs,
        mails: LinkMails,
        public_url: str,
    ) -> None:
        self._database = database
        self._mails = mails
        self._runs = runs
        self._consents = consents
        self._managing = managing
        self._public_url = public_url

    @property
    def sends_mail(self) -> bool:
        """Whether links can be sent by mail from here."""
        return self._mails.sends_mail

    async def make(self, actor: Actor, client_id: UUID, days: int = DAYS, send_to: str | None = None) -> MadeLink:
        """Make a link for one client, and mail it where that is asked for.

        Args:
            actor: Who sends it; a login that comes by it counts as brought by them.
            client_id: The client.
            days: For how many days it works.
            send_to: The e-mail address of whoever is asked; None sends nothing.

        Raises:
            Refused: No such client, no connection, one that is just being ended, archived, too many links, ``days``
                is not 1 to 60, or it cannot be mailed there.
        """
        actor.check(scope_of(RunKind.RECONNECT_ALL))
        if send_to is not None:
            send_to = await self._mails.check(actor, client_id, send_to)
        made, provider, organisation = await self._made(actor, client_id, days)
        if send_to is None:
            return made
        title = self._consents.provider(provider).title
        try:
            return replace(
                made, mail=await self._mails.send(actor, _mail(client_id, organisation, title, made, send_to))
            )
        except Refused:  # nobody has seen the link, and nobody gets it
            await self.withdraw(actor, client_id, made.link_id)
            raise

    async def mail(self, actor: Actor, client_id: UUID, address: str, send_to: str) -> MailState:
        """Mail a link that was made before, by the address that was shown then; again, nothing is sent.

        Raises:
            Refused: There is no such link of this client, it does not work any more, or it cannot be mailed there.
        """
        actor.check(scope_of(RunKind.RECONNECT_ALL))
        token = address.rpartition("/")[2]
        async with self._database.session() as session:
            link = await client_links.by_token(session, hashed(token))
            asked = None if link else await sign_ins.find_link(session, hashed(token))
            for_client = asked and await sign_ins.client_of(session, asked.run.id)
        if link is not None and (link.practice.id, link.client.id) == (actor.practice_id, client_id):
            if link.state(now()) is not LinkState.OPEN:
                raise Refused(RefusalCode.WRONG_STAGE, consent_words.CLIENT_LINK_OVER)
            provider, organisation = link.link.provider, link.connection.organisation_name
            made = MadeLink(link.link.id, f"{self._public_url}/client-sign-in/{token}", link.link.expires_at)
        elif asked and for_client and (asked.run.practice_id, for_client.client_id) == (actor.practice_id, client_id):
            await self._consents.asked(token)
            provider, organisation, expires_at = asked.run.provider, for_client.name, asked.link.expires_at
            made = MadeLink(asked.link.id, f"{self._public_url}/sign-in-link/{token}", expires_at)
        else:
            raise Refused(RefusalCode.NOT_FOUND, "This client has no such link.")
        send_to = await self._mails.check(actor, client_id, send_to, address)
        title = self._consents.provider(provider).title
        return await self._mails.send(actor, _mail(client_id, organisation, title, made, send_to))

    async def _made(self, actor: Actor, client_id: UUID, days: int) -> tuple[MadeLink, str, str]:
        """A new link, with the accounting software and the name of the client's organisation there."""
        if not 1 <= days <= MOST_DAYS:
            raise Refused(RefusalCode.INVALID, f"A link works for 1 to {MOST_DAYS} days.", field="days")
        at, token = now(), secrets.token_urlsafe(32)
        async with self._database.transaction() as session:
            found = await managed_or_refused(session, actor, client_id, is_locked=True)
            name, status = found.client.name, found.connection.status
            if status is ConnectionStatus.DISCONNECTING:
                raise Refused(RefusalCode.NOT_CONNECTED, LEAVES.format(name=name))
            if found.client.archived_at is not None:
                raise Refused(RefusalCode.NOT_CONNECTED, ARCHIVED.format(name=name))
            there = await client_links.of_client(session, actor.practice_id, client_id)
            if sum(one.state(at) is LinkState.OPEN for one in there) >= MOST_OPEN:
                message = f"{name} has {MOST_OPEN} links that still work. Withdraw one first."
                raise Refused(RefusalCode.TOO_MANY, message)
            if await client_links.made_since(session, actor.practice_id, at - timedelta(days=1)) >= MOST_A_DAY:
                raise Refused(RefusalCode.TOO_MANY, f"{MOST_A_DAY} links a day are the most. Go on tomorrow.")
            link = ClientLink(
                token_hash=hashed(token),
                practice_id=actor.practice_id,
                colleague_id=actor.colleague_id,
                client_id=client_id,
                provider=found.connection.provider,
                organisation_id=found.connection.organisation_id,
                was_ended=status is ConnectionStatus.DISCONNECTED,
                created_at=at,
                expires_at=at + timedelta(days=days),
            )
            session.add(link)
            await session.flush()
            whose = {"colleague_id": actor.colleague_id, "connection_id": found.connection.id}
            await events.changed(
                session, actor.practice_id, client_id, "client.sign_in_link_made", at, after=f"{days}", **whose
            )
            made = MadeLink(link.id, f"{self._public_url}/client-sign-in/{token}", link.expires_at)
            return made, found.connection.provider, found.connection.organisation_name

    async def ask(
        self,
        actor: Actor,
        client_id: UUID,
        provider: str,
        key: str | None,
        days: int = DAYS,
        send_to: str | None = None,
    ) -> AskedClient:
        """Make a link for a client that was never connected: whoever follows it signs in, and a colleague chooses.

        Which books are the client's, nobody knows before. So an *Add clients* begins with the link and waits; what the
        sign-in brings is listed in it, and becomes the client's once a colleague says so.

        Args:
            actor: Who sends it.
            client_id: The client.
            provider: Its accounting software.
            key: A repeat with the same key begins no second run.
            days: For how many days it works.
            send_to: The e-mail address of whoever is asked; None sends nothing.

        Raises:
            Refused: No such client, one that has a connection, archived, the actor may not add clients, ``days`` is
                not 1 to 60, or it cannot be mailed there.
        """
        if not 1 <= days <= MOST_DAYS:
            raise Refused(RefusalCode.INVALID, f"A link works for 1 to {MOST_DAYS} days.", field="days")
        async with self._database.reading() as session:
            if not await managed_connections.has_client(session, actor.practice_id, client_id):
                raise await missing(session, actor, client_id)
        if send_to is not None:
            send_to = await self._mails.check(actor, client_id, send_to)
        patience = timedelta(days=days)
        options = RunOptions(client_ids=(client_id,), sign_in_follows=True, patience=patience)
        started = await self._runs.start(actor, RunKind.ADD_CLIENTS, provider, key, options)
        address = await self._consents.link(actor, started.run_id, patience)
        async with self._database.transaction() as session:
            client = await session.get_one(Client, client_id)
            whose = {"colleague_id": actor.colleague_id, "run_id": started.run_id}
            kind = "client.sign_in_link_made"
            await events.changed(session, actor.practice_id, client_id, kind, now(), after=f"{days}", **whose)
        made, mail = AskedClient(started.run_id, client.name, address, now() + patience), None
        if send_to is not None:
            title = self._consents.provider(provider).title
            mail = await self._mails.send(actor, _mail(client_id, client.name, title, made, send_to))
        return replace(made, mail=mail)

    async def of_client(self, actor: Actor, client_id: UUID) -> Sequence[ClientLinkView]:
        """The links of one client, newest first; their secrets are not known.

        Raises:
            Refused: There is no such client in the practice, or it has no connection.
        """
        async with self._database.reading() as session:
            await managed_or_refused(session, actor, client_id)
            return await client_links.of_client(session, actor.practice_id, client_id)

    async def withdraw(self, actor: Actor, client_id: UUID, link_id: UUID) -> None:
        """Take a link back; again, it changes nothing. Sign-ins that are under way by it are not finished.

        Raises:
            Refused: There is no such link of a client of the practice.
        """
        actor.check(scope_of(RunKind.RECONNECT_ALL))
        at = now()
        async with self._database.transaction() as session:
            await managed_or_refused(session, actor, client_id)
            found = await client_links.by_id(session, link_id)
            if found is None or (found.link.practice_id, found.link.client_id) != (actor.practice_id, client_id):
                raise Refused(RefusalCode.NOT_FOUND, "This client has no such link.")
            if found.used_at is None and await client_links.revoke(session, link_id, actor.colleague_id, at):
                kind, whose = "client.sign_in_link_withdrawn", {"colleague_id": actor.colleague_id}
                await events.changed(session, actor.practice_id, client_id, kind, at, **whose)

    async def asked(self, token: str) -> ClientLinkView:
        """What a link asks whoever follows it to do.

        Raises:
            Refused: ``NOT_FOUND``: unknown. ``WRONG_STAGE``: it was used, or does not work any more.
        """
        async with self._database.reading() as session:
            found = await client_links.by_token(session, hashed(token))
        if found is None:
            raise Refused(RefusalCode.NOT_FOUND, consent_words.CLIENT_LINK_UNKNOWN)
        state = found.state(now())
        if state is LinkState.USED:
            raise Refused(RefusalCode.WRONG_STAGE, consent_words.CLIENT_LINK_USED)
        if state is not LinkState.OPEN:
            raise Refused(RefusalCode.WRONG_STAGE, consent_words.CLIENT_LINK_OVER)
        return found

    async def regions(self, asked: ClientLinkView) -> RegionChoice | None:
        """The countries of which one is chosen before the sign-in; None where there are none."""
        return await self._consents.regions(asked.practice.id, asked.connection.provider, asked.client.id)

    async def follow(self, token: str, mark: str, region: str | None = None) -> str:
        """Somebody agrees to sign in for the client; gives the provider's address for their browser.

        The run of the client's reconnect begins with this, as its sender's; while it waits, it is gone on with.

        Args:
            token: The link's.
            mark: A secret that their browser keeps: the sign-in is finished there and nowhere else.
            region: The country that they chose, where there are several.

        Raises:
            Refused: As ``asked``; ``TOO_MANY``: it was followed too often; the sign-in cannot be begun just now.
        """
        found = await self.asked(token)
        link = found.link
        async with self._database.reading() as session:
            if await client_links.begun_by(session, link.id) >= MOST_BY_LINK:
                raise Refused(RefusalCode.TOO_MANY, consent_words.WORN_LINK)
            run = await session.get(Run, link.run_id) if link.run_id else None
        if run is None or not awaits(run):
            run = await self._started(found, link.run_id)
        if not awaits(run):  # another request started it, and it has ended since
            run = await self._started(found, run.id)
        return await self._consents.begin_for_client(run, link, mark, region)

    async def _started(self, found: ClientLinkView, after: str | None) -> Run:
        link = found.link
        key = hashlib.sha256(f"client link {link.id} after {after}".encode()).hexdigest()  # twice at once: one
        sender = actor_of(found.sender, found.practice)
        started = await self._managing.reconnect(sender, found.client.id, key, sign_in_follows=True)
        async with self._database.transaction() as session:
            await client_links.note_run(session, link.id, started.run_id)
            return await session.get_one(Run, started.run_id)


def _mail(client_id: UUID, organisation: str, title: str, made: MadeLink | AskedClient, send_to: str) -> WantedMail:
    return WantedMail(client_id, organisation, title, made.address, made.expires_at, send_to)
