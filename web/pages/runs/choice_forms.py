"""Reads the form by which organisations are chosen without scripts; what it says is judged elsewhere.

With scripts, the page sends the selection as JSON (``contracts.payloads.selection``). The workflow decides whether it
is accepted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from pydantic import ValidationError
from starlette.datastructures import FormData

from contracts.payloads.selection import SelectedOrganisation, Selection
from contracts.words.mistakes import first_of
from contracts.words.refusals import Refusal, RefusalCode, Refused
from contracts.words.runs import Action
from starter.answers.choice_lists import ChoicePlan
from web.pages.connections.settings_form import SettingsForm, settings_in

CREATE = "create"
_MOST = 120
"""Characters of a form's value; ids are shorter."""


class ChoiceFault(NamedTuple):
    """What is wrong with a row, and whether it is its code."""

    message: str
    is_in_code: bool


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selection form as it was sent, to be shown again.

    Attributes:
        organisation_ids: The ticked organisations, in the form's order.
        treatments: By organisation id: ``create``, or the id of the client to link to.
        team_id: The team of the whole batch; empty for none.
        owner_id: The owner of the whole batch; empty for the default.
        refusal: Why it was refused; None when it was not.
        codes: The codes of the form, by organisation id.
        owners: The owners of single rows, likewise.
        teams: The teams of single rows, likewise.
        plan: What the file comes to that has made the choice; None without one.
        file_name: The name of that file.
        file_refusal: Why a file could not be read.
        settings: The settings of the form; None where it had none.
        for_client: The client for which the run was begun; empty where it was for none.
    """

    organisation_ids: Sequence[str] = ()
    treatments: Mapping[str, str] = field(default_factory=dict)
    team_id: str = ""
    owner_id: str = ""
    refusal: Refusal | None = None
    codes: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)
    plan: ChoicePlan | None = None
    file_name: str = ""
    file_refusal: Refusal | None = None
    settings: SettingsForm | None = None
    for_client: str = ""

    @property
    def ticked(self) -> frozenset[str]:
        """The ticked organisations."""
        return frozenset(self.organisation_ids)

    @property
    def faults(self) -> dict[str, ChoiceFault]:
        """What is wrong with single rows, by organisation id; their fields are such as ``organisations.3.code``."""
        if self.refusal is None:
            return {}
        told = [(row.field, row.message) for row in self.refusal.rows] or [
            (self.refusal.field or "", self.refusal.message)
        ]
        found = {}
        for path, message in told:
            words = path.split(".")
            place = int(words[1]) if len(words) > 1 and words[1].isdigit() else -1
            if 0 <= place < len(self.organisation_ids):
                found[self.organisation_ids[place]] = ChoiceFault(message, is_in_code=words[-1] == "code")
        return found


def chosen_in(form: FormData) -> Chosen:
    """Read a form without scripts; nothing is checked yet."""
    words = {name: value for name, value in form.multi_items() if isinstance(value, str) and len(value) <= _MOST}
    ticked = [value for value in form.getlist("choose") if isinstance(value, str) and len(value) <= _MOST]
    return Chosen(
        organisation_ids=tuple(dict.fromkeys(ticked)),
        treatments=_of_rows(words, "as."),
        team_id=words.get("team_id", ""),
        owner_id=words.get("owner_id", ""),
        codes=_of_rows(words, "code."),
        owners=_of_rows(words, "owner."),
        teams=_of_rows(words, "team."),
        for_client=words.get("for_client", ""),
        settings=settings_in(form, words) if "settings" in words else None,
    )


def _of_rows(words: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in words.items() if name.startswith(prefix)}


def selection_of(chosen: Chosen) -> Selection:
    """The selection that a form makes.

    Raises:
        Refused: It chooses nothing, or has a value that no form of ours has.
    """
    if not chosen.organisation_ids:
        raise Refused(RefusalCode.INVALID, "Choose at least one organisation.", field="organisations")
    try:
        settings = chosen.settings and chosen.settings.patch()
    except ValidationError as error:
        field, sentence = first_of(error)
        message = f"Settings of the new clients: {sentence}"
        raise Refused(RefusalCode.INVALID, message, field=f"settings.{field}") from error
    try:
        return Selection(
            settings=settings,
            team_id=_id(chosen.team_id),
            owner_id=_id(chosen.owner_id),
            organisations=tuple(_selected(identity, chosen) for identity in chosen.organisation_ids),
        )
    except (ValidationError, ValueError) as error:
        message = "This form has a value that cannot be used. Reload the page and choose again."
        raise Refused(RefusalCode.INVALID, message) from error


def _selected(organisation_id: str, chosen: Chosen) -> SelectedOrganisation:
    treatment = chosen.treatments.get(organisation_id, CREATE)
    is_new = treatment == CREATE
    return SelectedOrganisation(
        organisation_id=organisation_id,
        action=Action.CREATE if is_new else Action.LINK,
        client_id=None if is_new else _id(treatment),
        team_id=_id(chosen.teams.get(organisation_id, "")),
        owner_id=_id(chosen.owners.get(organisation_id, "")),
        code=(chosen.codes.get(organisation_id, "").strip() or None) if is_new else None,
    )


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None
