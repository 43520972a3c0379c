"""What a provider tells us by itself: by signed webhooks, and by browsers that come from it unsigned.

Webhooks mark lists as due and read nothing. A browser proves nothing, so that it changes nothing: the connection that
it names is looked at, and what the provider answers then counts.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.lists import ListName, RowKind
from contracts.words.refusals import RefusalCode, Refused
from models.clients.tables import Client
from models.connections import webhooks
from models.connections.settings import chosen_lists
from models.connections.tables import Connection
from models.kit.columns import now
from models.kit.database import Database
from models.practices.tables import Colleague, Practice
from providers.port.provider import Provider
from providers.port.webhook import UnusableDelivery
from rules.lists.told_changes import ToldOf, changed_since, is_due
from starter.actor import Actor
from starter.connections.managing import Managing
from starter.people.colleagues import actor_of
from starter.runs.consents import Consents

logger = logging.getLogger(__name__)

MOST_LOOKED_AT = 5
"""Practices whose connection to one organisation is looked at for one browser."""

_LOOKED_FOR = "Somebody may have disconnected the app at the accounting software."


class ToldByProviders:
    """The operations on what providers tell.

    Args:
        database: The product's database.
        consents: Finds providers.
        managing: Reads a client's profile at once.
    """

    def __init__(self, database: Database, consents: Consents, managing: Managing) -> None:
        self._database = database
        self._consents = consents
        self._managing = managing

    def webhook_header(self, provider: str) -> str:
        """The header that holds the signature of a provider's webhooks.

        Raises:
            Refused: ``NOT_FOUND``: it is unknown or has none.
        """
        webhook = self._known(provider).webhook
        if webhook is None:
            raise _nothing_here()
        return webhook.header

    async def delivered(self, provider: str, body: bytes, signature: str | None) -> int:
        """A webhook came: mark the connections as due whose lists have changed since they were read.

        Companies that nobody here knows are left out without a word.

        Args:
            provider: From the address.
            body: The request's, byte for byte.
            signature: What its header says.

        Returns:
            How many connections are due for it; none when it was delivered before.

        Raises:
            Refused: ``NOT_FOUND``: no such provider, or it has no webhooks. ``UNAUTHENTICATED``: not signed as it has
                to be, or no delivery.
        """
        webhook = self._known(provider).webhook
        if webhook is None:
            raise _nothing_here()
        try:
            changes = webhook.changes(body, signature)
        except UnusableDelivery as error:
            logger.warning("a webhook for %s was refused: %s", provider, error)
            raise Refused(RefusalCode.UNAUTHENTICATED, "This delivery is not signed as it has to be.") from None
        if not changes:
            return 0
        at = now()
        async with self._database.transaction() as session:
            there = await webhooks.living(session, provider, {one.organisation_id for one in changes})
            known = {one.organisation_id for one in there}
            theirs = [one for one in changes if one.organisation_id in known]
            new = await webhooks.first_time(session, provider, [one.event_id for one in theirs], at)
            latest = changed_since(
                (ToldOf(one.organisation_id, one.at, one.lists) for one in theirs if one.event_id in new),
                at,
            )
            due = [one.id for one in there if _is_due(one, latest)]
            if due:
                await webhooks.mark_due(session, due, at)
        return len(due)

    def takes_browsers(self, provider: str) -> str:
        """The name of a provider, for the page that its browsers come to.

        Raises:
            Refused: ``NOT_FOUND``: it is unknown, or no browsers come from it.
        """
        found = self._known(provider)
        if found.capabilities.organisation_parameter is None:
            raise _nothing_here()
        return found.title

    async def perhaps_disconnected(self, provider: str, params: Mapping[str, str]) -> None:
        """Look at the connection that a browser names, once an hour at most; it is told nothing of what is found.

        Args:
            provider: From the address.
            params: The address' query.
        """
        organisation_id = self._organisation_in(provider, params)
        if organisation_id is None:
            return
        at = now()
        async with self._database.transaction() as session:
            there = (await webhooks.living(session, provider, [organisation_id]))[:MOST_LOOKED_AT]
            hourly = f"looked at {organisation_id} in {at:%Y-%m-%d %H}"
            if not there or not await webhooks.first_time(session, provider, [hourly], at):
                return
            whose = [await self._owner(session, one) for one in there]
        for actor, client_id in whose:
            try:
                await self._managing.look(actor, client_id, RowKind.ORGANISATION, _LOOKED_FOR)
            except Refused as refused:
                logger.info("a connection could not be looked at: %s", refused.refusal.code.value)

    async def client_of(self, actor: Actor, provider: str, params: Mapping[str, str]) -> UUID | None:
        """The client of the actor's practice whose books a browser names; None where there is none."""
        organisation_id = self._organisation_in(provider, params)
        if organisation_id is None:
            return None
        async with self._database.reading() as session:
            found = await webhooks.of_practice(session, actor.practice_id, provider, organisation_id)
        return found.client_id if found else None

    def _organisation_in(self, provider: str, params: Mapping[str, str]) -> str | None:
        name = self._known(provider).capabilities.organisation_parameter
        found = params.get(name, "") if name else ""
        return found if 0 < len(found) <= 64 and found.isprintable() else None  # as the column has it

    def _known(self, provider: str) -> Provider:
        try:
            return self._consents.provider(provider)
        except Refused:
            raise _nothing_here() from None

    @staticmethod
    async def _owner(session: AsyncSession, connection: Connection) -> tuple[Actor, UUID]:
        client = await session.get_one(Client, connection.client_id)
        owner = await session.get_one(Colleague, client.owner_id)
        return actor_of(owner, await session.get_one(Practice, connection.practice_id)), client.id


def _is_due(connection: Connection, latest: Mapping[str, Mapping[ListName, datetime]]) -> bool:
    changed = latest.get(connection.organisation_id)
    return changed is not None and is_due(changed, chosen_lists(connection), connection.lists_pulled_at)


def _nothing_here() -> Refused:
    return Refused(RefusalCode.NOT_FOUND, "There is nothing at this address.")
