"""The list of organisations from which people choose in *Add clients*, as its page shows it."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from contracts.words.runs import Verdict
from starter.actor import Actor
from starter.answers.views import Choosable
from starter.operations import Operations
from starter.runs.choices import NamedChoice
from web.kit.rendering import new_form_key
from web.pages.connections import setting_words
from web.pages.connections.settings_form import SettingsForm
from web.pages.runs.choice_forms import CREATE, Chosen
from web.pages.runs.expected import Queue, arrivals, strangers

FOR_CLIENT, OTHER = "for_client", "other"


class OrganisationShape(NamedTuple):
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


class OrganisationTexts(NamedTuple):
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


class MoveForm(NamedTuple):
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
            (None, MoveForm(text.id, text.client_id, new_form_key()))
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


def _choosable(
    found: Sequence[Choosable],
    codes: Iterable[str],
    form: Chosen,
    *,
    linkable: Collection[str],
    names: Mapping[str, str],
    for_client: NamedChoice | None,
    marks: bool,
) -> Iterator[tuple[OrganisationShape, OrganisationTexts]]:
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
        can_be_chosen, is_alike = row.can_be_chosen, verdict is Verdict.LOOKS_LIKE_CLIENT
        made_code = next(made) if can_be_chosen else None
        code = form.codes.get(identity, made_code) if form.codes else made_code
        treatment = form.treatments.get(identity, "") if form.treatments else ""
        suggested = is_alike and client in linkable
        linked = treatment if treatment in names and not (suggested and treatment == client) else None
        fault = faults.get(identity) if faults else None
        own = tuple((field, given[identity]) for field, given in fields if given.get(identity)) if fields else ()
        yield (
            OrganisationShape(
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
            OrganisationTexts(
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
