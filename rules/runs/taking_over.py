"""Checks which clients of colleagues are to be taken over: whole or not at all; and says whose sign-ins would end."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from contracts.payloads.selection import SelectedOrganisation, Selection
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import Action
from rules.runs.choosing import ChosenOrganisation
from rules.runs.expected_organisations import MOST

NAMED = 3
"""Sign-ins that a refusal names; more are counted."""


class HeldSignIn(NamedTuple):
    """A sign-in that ends when somebody else signs in for the same organisation.

    Attributes:
        holder: Who gave it.
        client: The client whose organisation it is for.
        client_id: The same for programs.
        organisation_id: The provider's id of that organisation.
    """

    holder: str
    client: str
    client_id: UUID
    organisation_id: str

    @property
    def sentence(self) -> str:
        """What becomes of it, for whoever is about to sign in."""
        return f"{self.holder}'s sign-in for {self.client} ends when yours begins."

    @property
    def ended(self) -> str:
        """What has become of it, for whoever has signed in."""
        return f"{self.holder}'s sign-in for {self.client} has ended: its books are read with the new one."


def asked_for(held: Sequence[HeldSignIn], client_ids: Sequence[UUID]) -> list[HeldSignIn]:
    """Return the sign-ins that end for the clients that somebody is going to take over; all where none is named.

    Args:
        held: The sign-ins that may end.
        client_ids: Clients of colleagues.

    Raises:
        Refused: One of them is no colleague's client, or is not connected; or they are too many.
    """
    if not client_ids:
        return list(held)
    by_client = {one.client_id: one for one in held}
    for place, client_id in enumerate(client_ids):
        if client_id not in by_client:
            message = "This client is not there, is not connected here, or is yours already."
            raise Refused(RefusalCode.UNKNOWN_CLIENT, message, field=f"client_ids.{place}")
    wanted = set(client_ids)
    if len(wanted) > MOST:
        message = f"A run takes over {MOST} clients at most. Take over the others with another run."
        raise Refused(RefusalCode.INVALID, message, field="client_ids")
    return [one for one in held if one.client_id in wanted]


def agree(held: Sequence[HeldSignIn], title: str, *, is_agreed: bool) -> None:
    """Let nobody end colleagues' sign-ins unawares, where the platform keeps one for each organisation.

    Args:
        held: The sign-ins that may end.
        title: The accounting software's name.
        is_agreed: Whether whoever is about to sign in has agreed to it.

    Raises:
        Refused: They have not.
    """
    if is_agreed:
        return
    said = [one.sentence for one in held[:NAMED]]
    if len(held) > NAMED:
        said.append(f"So do {len(held) - NAMED} more.")
    message = f"{title} keeps one sign-in for each organisation. {' '.join([*said, 'Agree to it first.'])}"
    raise Refused(RefusalCode.INVALID, message, field="takes_over")


def take_over(
    selection: Selection, listed: Collection[str], taker_id: UUID, *, is_chosen: bool
) -> list[ChosenOrganisation]:
    """Return the clients that a selection takes over.

    Args:
        selection: What was chosen.
        listed: Ids of the organisations on the run's list, in its order.
        taker_id: Who takes them over.
        is_chosen: Whether the clients of the run are chosen already.

    Raises:
        Refused: One of them is not on the list, or the selection asks for what reassigning cannot do.
    """
    if is_chosen:
        raise Refused(RefusalCode.ALREADY_SELECTED, "The clients of this run are already chosen.")
    _check_fields(selection, "", taker_id)
    for place, row in enumerate(selection.organisations):
        if row.organisation_id not in listed:
            raise Refused(
                RefusalCode.UNKNOWN_ORGANISATION,
                f"Organisation {row.organisation_id} is not on this run's list.",
                field=f"organisations.{place}.organisation_id",
            )
        _check_fields(row, f"organisations.{place}.", taker_id)
    wanted = [row.organisation_id for row in selection.organisations]
    if selection.all_new:
        wanted = list(listed)
    if not wanted:
        raise Refused(RefusalCode.INVALID, "There is no client to take over.", field="organisations")
    return [ChosenOrganisation(organisation_id, Action.REASSIGN, None, taker_id, None) for organisation_id in wanted]


def _check_fields(asked: Selection | SelectedOrganisation, where: str, taker_id: UUID) -> None:
    """Refuse fields that *Add clients* takes and *Reassign clients* does not."""
    if asked.team_id is not None:
        raise Refused(RefusalCode.INVALID, "A client keeps the team that it has.", field=f"{where}team_id")
    if asked.owner_id not in {None, taker_id}:
        raise Refused(RefusalCode.INVALID, "Clients are taken over by yourself.", field=f"{where}owner_id")
    if isinstance(asked, SelectedOrganisation) and asked.client_id is not None:
        raise Refused(RefusalCode.INVALID, "A client keeps its organisation.", field=f"{where}client_id")
    if isinstance(asked, Selection) and asked.settings is not None:
        raise Refused(RefusalCode.INVALID, "A connection keeps its settings.", field="settings")
    if isinstance(asked, SelectedOrganisation) and asked.code is not None:
        raise Refused(RefusalCode.INVALID, "A client keeps its code.", field=f"{where}code")
