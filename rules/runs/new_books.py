"""Decides which other organisation a client may be moved to: one at a time, and none that belongs to another client."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from contracts.payloads.selection import Selection
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import Verdict
from rules.clients.matching import ConnectedClient, Judgement, KnownOrganisation, UnconnectedClient, called

FIELD = "organisations.0.organisation_id"


class OldBooks(NamedTuple):
    """The organisation that a client is connected to.

    Attributes:
        client_id: The client.
        organisation_id: The provider's id of its organisation.
        organisation_name: Its name.
    """

    client_id: UUID
    organisation_id: str
    organisation_name: str


def judge_books(
    organisation_id: str,
    known: KnownOrganisation | None,
    old: OldBooks,
    alike: UnconnectedClient | ConnectedClient | None = None,
) -> Judgement:
    """Judge one organisation that the sign-in reaches, for the client that is to be connected to other books.

    Args:
        organisation_id: The organisation.
        known: Whose it is, if it is a client's of the practice.
        old: What the client is connected to.
        alike: The client that it looks like, if it looks like one; it can be chosen all the same.
    """
    if organisation_id == old.organisation_id:
        return Judgement(organisation_id, Verdict.ALREADY_CLIENT, "The client is connected to it now.", old.client_id)
    if known is None:
        return _judge_unknown(organisation_id, old, alike)
    if known.client_id == old.client_id:
        message = "The client was connected to it before."
        return Judgement(organisation_id, Verdict.NEW, message, known.client_id)
    message = f"Belongs to your client {known.client_name}, looked after by {known.owner_name}."
    return Judgement(organisation_id, Verdict.ALREADY_CLIENT, message, known.client_id)


def _judge_unknown(organisation_id: str, old: OldBooks, alike: UnconnectedClient | ConnectedClient | None) -> Judgement:
    if alike is None:
        return Judgement(organisation_id, Verdict.NEW, None, None)
    if alike.id == old.client_id:
        return Judgement(organisation_id, Verdict.NEW, "Looks like this client's new books.", alike.id)
    message = f"Looks like your client {called(alike)}. Choose it only if these are this client's books."
    return Judgement(organisation_id, Verdict.NEW, message, alike.id)


def chosen_books(selection: Selection, listed: Collection[str], old: OldBooks) -> str:
    """Return the id of the organisation that was chosen for the client.

    Args:
        selection: What was chosen.
        listed: Ids of the organisations on the run's list.
        old: What the client is connected to.

    Raises:
        Refused: Not one organisation, one that is not listed or the client's own, or more than changing books can do.
    """
    if selection.all_new or len(selection.organisations) != 1:
        raise Refused(RefusalCode.INVALID, "Choose one organisation for the client.", field="organisations")
    [chosen] = selection.organisations
    if (selection.team_id, selection.owner_id, chosen.team_id, chosen.owner_id) != (None,) * 4:
        raise Refused(
            RefusalCode.INVALID, "The client keeps its team and owner; leave them out.", field="organisations"
        )
    if chosen.client_id not in {None, old.client_id}:
        raise Refused(
            RefusalCode.INVALID, "This run is about one client; leave client_id out.", field="organisations.0.client_id"
        )
    if chosen.organisation_id not in listed:
        message = f"Organisation {chosen.organisation_id} is not on this run's list."
        raise Refused(RefusalCode.UNKNOWN_ORGANISATION, message, field=FIELD)
    if chosen.organisation_id == old.organisation_id:
        raise Refused(RefusalCode.INVALID, f"The client is connected to {old.organisation_name} already.", field=FIELD)
    return chosen.organisation_id
