"""Choosing organisations on a page: the list to choose from, and reading a form without scripts.

With scripts, the page sends the selection as JSON (``contracts.payloads.selection``). The workflow decides whether it
is accepted.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple
from uuid import UUID

from pydantic import ValidationError
from starlette.datastructures import FormData

from contracts.payloads.selection import SelectedOrganisation, Selection
from contracts.words.mistakes import first_of
from contracts.words.refusals import Refusal, RefusalCode, Refused
from contracts.words.runs import Action, Verdict
from starter.actor import Actor
from starter.answers.choice_lists import ChoicePlan
from starter.answers.views import Choosable
from starter.operations import Operations
from starter.runs.choices import NamedChoice
from web.kit.rendering import new_form_key
from web.pages.connections import setting_words
from web.pages.connections.settings_form import SettingsForm, settings_in
from web.pages.runs.expected import Queue, arrivals, strangers

CREATE = "create"
FOR_CLIENT, OTHER = "for_client", "other"
_MOST = 120
"""Characters of a form's value; ids are shorter."""


class Fault(NamedTuple):
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
    def faults(self) -> dict[str, Fault]:
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
                found[self.organisation_ids[place]] = Fault(message, is_in_code=words[-1] == "code")
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


class Shape(NamedTuple):
    """What rows of the list have in common with many others; see ``web.kit.rendering.filled``.

    Attributes:
        verdict: What the organisation is.
        can_be_chosen: Whether it may be ticked.
        suggested: Whether its client is only a suggestion to link to.
        is_marked: Whether to mark it as just allowed, because not all of them are.
        moves: Whether it looks like a connected client, whose connection may be changed to it.
        is_ticked: Whether it is chosen.
        treatment: What it is to become: ``create``, ``for_client``, ``other``; empty as long as nobody has said it.
        own: Team and owner of its own: the names of their fields, and their ids.
        has_wrong_code: Whether it is the code that is wrong, if anything is.
    """

    verdict: Verdict | None
    can_be_chosen: bool
    suggested: bool
    is_marked: bool
    moves: bool
    is_ticked: bool
    treatment: str
    own: tuple[tuple[str, str], ...]
    has_wrong_code: bool


class Texts(NamedTuple):
    """What a row of the list has of its own; None where there is nothing to say.

    Attributes:
        place: Its place in the list, for ids on the page.
        id: The organisation.
        name: Its name.
        message: More about its verdict.
        distinction: What distinguishes it from others of the same name.
        client_id: The client that it is or looks like.
        client_name: That client's name.
        client_code: That client's code.
        code: The code in its field.
        made_code: The code that its client gets unless another is given, where that is not the one in its field.
        linked_id: The client that somebody has linked it to.
        linked_name: That client's name.
        fault: What is wrong with it.
    """

    place: str
    id: str
    name: str
    message: str | None
    distinction: str | None
    client_id: str | None
    client_name: str | None
    client_code: str | None
    code: str | None
    made_code: str | None
    linked_id: str | None
    linked_name: str | None
    fault: str | None


class Move(NamedTuple):
    """A form that changes a client's connection to an organisation of the list.

    Attributes:
        id: The organisation.
        client_id: The client.
        key: What makes the form count once.
    """

    id: str
    client_id: str
    key: str


async def values(
    door: Operations, actor: Actor, run_id: str, provider: str, chosen: Chosen | None = None, wanted: Queue = ()
) -> dict[str, object]:
    """The values for the list's template.

    Args:
        door: All operations.
        actor: Who looks.
        run_id: A run of the actor's practice that awaits its selection.
        provider: The run's accounting software.
        chosen: The form that was sent and refused; None when the page is opened.
        wanted: The organisations that the run expects by name.
    """
    form = chosen or Chosen()
    page = await door.choices.to_choose(actor, run_id, provider, form.codes.values())
    found, offered = page.listed, page.offered
    linkable = {str(client.id) for client in offered.linkable}  # one that is connected is moved on purpose
    for_client = next((one for one in offered.linkable if str(one.id) == form.for_client), None)
    like_it = [row.organisation_id for row in found if row.client_id == form.for_client] if for_client else []
    if for_client and not form.organisation_ids and form.refusal is None and form.plan is None:
        form = replace(form, organisation_ids=tuple(like_it[:1]))
    if wanted and form.refusal is None and form.plan is None:
        fresh, links = arrivals(found, wanted, form.codes, linkable)
        form = replace(form, organisation_ids=(*form.organisation_ids, *fresh), treatments={**links, **form.treatments})
    names = {str(one.id): one.name for one in (*offered.teams, *offered.owners, *offered.linkable)}
    just_allowed = sum(row.is_just_allowed for row in found)
    marks = just_allowed < len(found)
    rows = list(_choosable(found, page.codes, form, linkable=linkable, names=names, for_client=for_client, marks=marks))
    verdicts = Counter(row.verdict for row in found)
    settings = chosen.settings if chosen else None
    if settings is None:
        settings = SettingsForm.of(page.settings)
    refused_field = (chosen.refusal.field if chosen and chosen.refusal else None) or ""
    return {
        "settings": settings,
        "setting_words": setting_words,
        "ticks": setting_words.ticks(door.software.lists(provider), settings.lists),
        "wrong_settings": refused_field.startswith("settings."),
        "candidates": rows,
        "moves": [
            (None, Move(text.id, text.client_id, new_form_key()))
            for shape, text in rows
            if shape.moves and text.client_id
        ],
        "strangers": strangers(found, wanted),
        "verdicts": {verdict: verdicts[verdict] for verdict in Verdict if verdicts[verdict]},
        "total": len(found),
        "just_allowed": just_allowed if marks else 0,
        "offered": offered,
        "linkable": [{"id": str(client.id), "name": client.name} for client in offered.linkable],
        "names": names,
        "told": [row for row in chosen.plan.rows if row.message] if chosen and chosen.plan else [],
        "chosen": form,
        "for_client": for_client,
        "is_like_it": bool(like_it),
    }


def _moves(rows: Iterable[tuple[Shape, Texts]]) -> list[tuple[None, Move]]:
    moving = ((text.id, text.client_id) for shape, text in rows if shape.moves)
    return [(None, Move(identity, client_id, new_form_key())) for identity, client_id in moving if client_id]


def _choosable(
    found: Sequence[Choosable],
    codes: Iterable[str],
    form: Chosen,
    *,
    linkable: Collection[str],
    names: Mapping[str, str],
    for_client: NamedChoice | None,
    marks: bool,
) -> Iterator[tuple[Shape, Texts]]:
    """The rows of the list, with what the form has for them.

    Args:
        found: The organisations, in order.
        codes: A code for each that may be chosen.
        form: What was sent.
        linkable: Clients that can be linked to.
        names: Names of what somebody may have chosen, by id.
        for_client: The client for which the run was begun.
        marks: Whether to mark what was just allowed.
    """
    its_client = str(for_client.id) if for_client else None
    made, ticked, faults = iter(codes), form.ticked, form.faults
    fields = [(name, given) for name, given in (("team", form.teams), ("owner", form.owners)) if given]
    for place, row in enumerate(found):
        identity, name, is_just_allowed, verdict, message, client, client_name, client_code, is_connected, apart = row
        can_be_chosen, is_alike = verdict is not Verdict.ALREADY_CLIENT, verdict is Verdict.LOOKS_LIKE_CLIENT
        made_code = next(made) if can_be_chosen else None
        code = form.codes.get(identity, made_code) if form.codes else made_code
        treatment = form.treatments.get(identity, "") if form.treatments else ""
        suggested = is_alike and client in linkable
        linked = treatment if treatment in names and not (suggested and treatment == client) else None
        fault = faults.get(identity) if faults else None
        own = tuple((field, given[identity]) for field, given in fields if given.get(identity)) if fields else ()
        yield (
            Shape(
                verdict,
                can_be_chosen,
                suggested,
                marks and is_just_allowed,
                is_alike and is_connected and not suggested,
                identity in ticked,
                FOR_CLIENT if treatment == its_client else treatment if treatment in {"", CREATE} else OTHER,
                own,
                fault is not None and fault.is_in_code,
            ),
            Texts(
                str(place),
                identity,
                name,
                message,
                apart,
                client,
                client_name,
                client_code,
                code,
                made_code if code != made_code else None,
                linked,
                names[linked] if linked else None,
                fault.message if fault else None,
            ),
        )
