"""Checks which clients of colleagues are to be taken over: whole or not at all."""

from collections.abc import Collection
from uuid import UUID

from contracts.payloads.selection import SelectedOrganisation, Selection
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import Action
from rules.runs.choosing import Choice


def take_over(selection: Selection, listed: Collection[str], taker_id: UUID, *, is_chosen: bool) -> list[Choice]:
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
    return [Choice(organisation_id, Action.REASSIGN, None, taker_id, None) for organisation_id in wanted]


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
