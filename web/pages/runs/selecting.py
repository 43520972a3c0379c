"""Choosing organisations on a page: the list to choose from, and reading a form without scripts.

With scripts, the page sends the selection as JSON (``contracts.payloads.selection``). The workflow decides whether it
is accepted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from pydantic import ValidationError
from starlette.datastructures import FormData

from contracts.payloads.selection import SelectedOrganisation, Selection
from contracts.words.refusals import Refusal, RefusalCode, Refused
from contracts.words.runs import Action, Verdict
from starter.actor import Actor
from starter.answers.views import OrganisationView
from starter.operations import Operations

CREATE = "create"
_MOST = 120
"""Characters of a form's value; ids are shorter."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selection form as it was sent, to be shown again.

    Attributes:
        organisation_ids: The ticked organisations, in the form's order.
        treatments: By organisation id: ``create``, or the id of the client to link to.
        team_id: The team of the whole batch; empty for none.
        owner_id: The owner of the whole batch; empty for the default.
        refusal: Why it was refused; None when it was not.
    """

    organisation_ids: Sequence[str] = ()
    treatments: Mapping[str, str] = field(default_factory=dict)
    team_id: str = ""
    owner_id: str = ""
    refusal: Refusal | None = None

    @property
    def at_fault(self) -> str | None:
        """The organisation to which the refusal's field (``organisations.3.client_id``) belongs; None without one."""
        words = (self.refusal.field or "").split(".") if self.refusal else []
        place = int(words[1]) if len(words) > 1 and words[1].isdigit() else -1
        return self.organisation_ids[place] if 0 <= place < len(self.organisation_ids) else None


def chosen_in(form: FormData) -> Chosen:
    """Read a form without scripts; nothing is checked yet."""
    words = {name: value for name, value in form.multi_items() if isinstance(value, str) and len(value) <= _MOST}
    ticked = [value for value in form.getlist("choose") if isinstance(value, str) and len(value) <= _MOST]
    return Chosen(
        organisation_ids=tuple(dict.fromkeys(ticked)),
        treatments={name.removeprefix("as."): value for name, value in words.items() if name.startswith("as.")},
        team_id=words.get("team_id", ""),
        owner_id=words.get("owner_id", ""),
    )


def selection_of(chosen: Chosen) -> Selection:
    """The selection that a form makes.

    Raises:
        Refused: It chooses nothing, or has a value that no form of ours has.
    """
    if not chosen.organisation_ids:
        raise Refused(RefusalCode.INVALID, "Choose at least one organisation.", field="organisations")
    try:
        return Selection(
            team_id=_id(chosen.team_id),
            owner_id=_id(chosen.owner_id),
            organisations=tuple(
                _selected(identity, chosen.treatments.get(identity, CREATE)) for identity in chosen.organisation_ids
            ),
        )
    except (ValidationError, ValueError) as error:
        message = "This form has a value that cannot be used. Reload the page and choose again."
        raise Refused(RefusalCode.INVALID, message) from error


def _selected(organisation_id: str, treatment: str) -> SelectedOrganisation:
    if treatment == CREATE:
        return SelectedOrganisation(organisation_id=organisation_id)
    return SelectedOrganisation(organisation_id=organisation_id, action=Action.LINK, client_id=_id(treatment))


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None


@dataclass(frozen=True, slots=True)
class Choosable:
    """A row of the list.

    Attributes:
        view: The organisation.
        can_be_chosen: Whether it may be ticked.
        suggested: Whether its client is only a suggestion to link to.
        is_marked: Whether to mark it as just allowed, because not all of them are.
    """

    view: OrganisationView
    can_be_chosen: bool
    suggested: bool
    is_marked: bool


async def values(door: Operations, actor: Actor, run_id: str, chosen: Chosen | None = None) -> dict[str, object]:
    """The values for the list's template.

    Args:
        door: All operations.
        actor: Who looks.
        run_id: A run that awaits its selection.
        chosen: The form that was sent and refused; None when the page is opened.

    Raises:
        Refused: There is no such run in the practice.
    """
    found, total = await door.runs.organisations(actor, run_id, limit=None)
    offered = await door.choices.offered(actor)
    linkable = {client.id for client in offered.linkable}  # one that is connected is moved to other books on purpose
    just_allowed = sum(view.organisation.is_just_allowed for view in found)
    candidates = [
        Choosable(
            view,
            can_be_chosen=view.organisation.verdict is not Verdict.ALREADY_CLIENT,
            suggested=view.organisation.verdict is Verdict.LOOKS_LIKE_CLIENT and view.client_id in linkable,
            is_marked=view.organisation.is_just_allowed and just_allowed < total,
        )
        for view in sorted(
            found, key=lambda view: (not view.organisation.is_just_allowed, view.organisation.name.casefold())
        )
    ]
    verdicts = {verdict: sum(view.organisation.verdict is verdict for view in found) for verdict in Verdict}
    return {
        "candidates": candidates,
        "verdicts": {verdict: count for verdict, count in verdicts.items() if count},
        "total": total,
        "just_allowed": just_allowed if just_allowed < total else 0,
        "offered": offered,
        "linkable": [{"id": str(client.id), "name": client.name} for client in offered.linkable],
        "chosen": chosen or Chosen(),
    }
