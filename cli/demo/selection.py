"""What the demo's colleague chooses from the list, as pure functions."""

from uuid import UUID

from cli.demo.awkward import Casting
from contracts.payloads.selection import SelectedOrganisation, Selection
from contracts.words.runs import Action, Verdict
from starter.answers.runs import OrganisationAnswer, RunAnswer

EVERY = 3
"""Every third organisation goes to the second team."""


def choose(run: RunAnswer, casting: Casting, teams: tuple[UUID, UUID]) -> Selection:
    """Everything on the list except what is left out on purpose: created, or linked where it looks like a client.

    Args:
        run: The run with its list.
        casting: Tells what is left out, such as the demo company.
        teams: The team of the batch, and the team of every third organisation.
    """
    chosen = [
        organisation for organisation in run.organisations if not casting.is_left_out(organisation.organisation_id)
    ]
    return Selection(
        team_id=teams[0],
        organisations=tuple(
            _selected(organisation, teams[1] if place % EVERY == 0 else None)
            for place, organisation in enumerate(chosen)
        ),
    )


def _selected(organisation: OrganisationAnswer, team_id: UUID | None) -> SelectedOrganisation:
    is_known = organisation.verdict is Verdict.LOOKS_LIKE_CLIENT
    return SelectedOrganisation(
        organisation_id=organisation.organisation_id,
        action=Action.LINK if is_known else Action.CREATE,
        client_id=organisation.client_id if is_known else None,
        team_id=team_id,
    )


def same_again(selection: Selection, run: RunAnswer) -> Selection:
    """The same choice, without organisations that the later list does not have."""
    listed = {organisation.organisation_id for organisation in run.organisations}
    kept = tuple(chosen for chosen in selection.organisations if chosen.organisation_id in listed)
    return selection.model_copy(update={"organisations": kept})
