"""Checks a selection against what the practice may do: the whole selection is accepted, or none of it; pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from contracts.payloads.selection import SelectedOrganisation, Selection
from contracts.words.client_accounts import code_of
from contracts.words.practices import Plan
from contracts.words.refusals import RefusalCode, Refused, RowFault
from contracts.words.runs import Action, Stage, Verdict


class ChosenOrganisation(NamedTuple):
    """What was chosen for one organisation, with batch defaults filled in."""

    organisation_id: str
    action: Action
    link_client_id: UUID | None
    owner_id: UUID
    team_id: UUID | None
    code: str | None = None


class Terms(NamedTuple):
    """What a selection is checked against.

    Attributes:
        verdicts: Of every organisation of the run, in order.
        plan: The practice's.
        allowance: Clients that the practice may have.
        clients: Clients that it has.
        teams: Its teams.
        colleagues: Its active colleagues.
        linkable: Its clients without a connection.
        already: The client of each organisation of the run that is a client already.
        default_owner: The colleague who started the run.
        codes: The codes in use, each with its client's name.
    """

    verdicts: Mapping[str, Verdict]
    plan: Plan
    allowance: int
    clients: int
    teams: Collection[UUID]
    colleagues: Collection[UUID]
    linkable: Collection[UUID]
    already: Mapping[str, UUID]
    default_owner: UUID
    codes: Mapping[str, str] = {}


MOST_FAULTS = 200
"""Rows that a refusal names at most: it travels through Temporal."""


def require_listed(stage: Stage) -> None:
    """Refuse a choice while the run's list is not complete; the recorded stage decides this.

    Raises:
        Refused: The run has no list yet, or is adding to it.
    """
    if stage is not Stage.AWAITING_SELECTION:
        message = f"The run is {stage.value.replace('_', ' ')}; organisations can be chosen once they are listed."
        raise Refused(RefusalCode.WRONG_STAGE, message)


def resolve(selection: Selection, terms: Terms) -> list[ChosenOrganisation]:
    """The choices of a selection, with batch defaults filled in.

    Raises:
        Refused: Something in it cannot be done; the field is named.
    """
    _check_team(selection.team_id, "team_id", terms)
    _check_owner(selection.owner_id, "owner_id", terms)
    chosen = list(selection.organisations)
    if selection.all_new:
        named = {organisation.organisation_id for organisation in chosen}
        chosen += [
            SelectedOrganisation(organisation_id=organisation_id)
            for organisation_id, verdict in terms.verdicts.items()
            if verdict is Verdict.NEW and organisation_id not in named
        ]
        if not chosen:
            raise Refused(RefusalCode.INVALID, "No organisation on the list is new.", field="all_new")
    choices = [_resolve_one(place, organisation, selection, terms) for place, organisation in enumerate(chosen)]
    _check_links(choices)
    choices = _with_codes(chosen, choices, terms)
    _check_allowance(choices, terms)
    return choices


def _resolve_one(place: int, chosen: SelectedOrganisation, selection: Selection, terms: Terms) -> ChosenOrganisation:
    field = f"organisations.{place}"
    if chosen.organisation_id not in terms.verdicts:
        raise Refused(
            RefusalCode.UNKNOWN_ORGANISATION,
            f"Organisation {chosen.organisation_id} is not on this run's list.",
            field=f"{field}.organisation_id",
        )
    _check_team(chosen.team_id, f"{field}.team_id", terms)
    _check_owner(chosen.owner_id, f"{field}.owner_id", terms)
    # Linking what was linked before changes nothing, so that the same selection can be sent again in a later run.
    is_done = chosen.client_id == terms.already.get(chosen.organisation_id)
    if chosen.action is Action.LINK and chosen.client_id not in terms.linkable and not is_done:
        raise Refused(
            RefusalCode.UNKNOWN_CLIENT,
            "The client to link to is not one of your clients without a connection. To give a connected client other "
            "books, change its connection.",
            field=f"{field}.client_id",
        )
    return ChosenOrganisation(
        organisation_id=chosen.organisation_id,
        action=chosen.action,
        link_client_id=chosen.client_id,
        owner_id=chosen.owner_id or selection.owner_id or terms.default_owner,
        team_id=chosen.team_id or selection.team_id,
    )


def _check_team(team_id: UUID | None, field: str, terms: Terms) -> None:
    if team_id is None:
        return
    if terms.plan is not Plan.ADVANCED:
        raise Refused(RefusalCode.PLAN_TOO_SMALL, "Assigning a team needs the advanced plan.", field=field)
    if team_id not in terms.teams:
        raise Refused(RefusalCode.UNKNOWN_TEAM, "There is no such team in your practice.", field=field)


def _check_owner(owner_id: UUID | None, field: str, terms: Terms) -> None:
    if owner_id is not None and owner_id not in terms.colleagues:
        raise Refused(RefusalCode.UNKNOWN_COLLEAGUE, "There is no such active colleague in your practice.", field=field)


def _check_links(choices: list[ChosenOrganisation]) -> None:
    seen: set[UUID] = set()
    for place, choice in enumerate(choices):
        if choice.link_client_id in seen:
            raise Refused(
                RefusalCode.CLIENT_ALREADY_CONNECTED,
                "Two organisations cannot be linked to the same client.",
                field=f"organisations.{place}.client_id",
            )
        if choice.link_client_id is not None:
            seen.add(choice.link_client_id)


def code_faults(codes: Mapping[int, str], in_use: Mapping[str, str]) -> dict[int, str]:
    """What is wrong with codes that are wanted together, by their places.

    Args:
        codes: The codes as they are kept.
        in_use: The codes in use, each with its client's name.
    """
    given = Counter(codes.values())
    twice = "{times} of the chosen have the code {code}. Give each its own."
    taken = "Your client {name} has the code {code}. Choose another."
    return {
        place: twice.format(times=given[code], code=code)
        if given[code] > 1
        else taken.format(name=in_use[code], code=code)
        for place, code in codes.items()
        if given[code] > 1 or code in in_use
    }


def _with_codes(
    chosen: Sequence[SelectedOrganisation], choices: Sequence[ChosenOrganisation], terms: Terms
) -> list[ChosenOrganisation]:
    """The choices with their codes as they are kept; what is a client already keeps its own.

    Raises:
        Refused: Codes cannot be used, are in use, or are given twice; each is named in its row.
    """
    faults: dict[int, tuple[RefusalCode, str]] = {}
    codes: dict[int, str] = {}
    for place, row in enumerate(chosen):
        if (row.code or "").strip() and terms.verdicts[row.organisation_id] is not Verdict.ALREADY_CLIENT:
            try:
                codes[place] = code_of(row.code or "")
            except Refused as refused:
                faults[place] = (refused.refusal.code, refused.refusal.message)
    told = code_faults(codes, terms.codes)
    faults |= {place: (RefusalCode.DUPLICATE, message) for place, message in told.items()}
    if faults:
        rows = [RowFault(field=f"organisations.{place}.code", message=faults[place][1]) for place in sorted(faults)]
        many = f"{len(rows)} codes cannot be used as they are. Nothing was chosen yet."
        first = faults[min(faults)]
        raise Refused(first[0], first[1] if len(rows) == 1 else many, field=rows[0].field, rows=rows[:MOST_FAULTS])
    return [choice._replace(code=codes.get(place)) for place, choice in enumerate(choices)]


def _check_allowance(choices: list[ChosenOrganisation], terms: Terms) -> None:
    creates = sum(
        choice.action is Action.CREATE and terms.verdicts[choice.organisation_id] is not Verdict.ALREADY_CLIENT
        for choice in choices
    )
    room = max(terms.allowance - terms.clients, 0)
    if creates > room:
        raise Refused(
            RefusalCode.OVER_ALLOWANCE,
            f"You chose {creates} new clients, but your allowance of {terms.allowance} has room for {room}. "
            "Choose fewer, archive clients that have left, or have the allowance raised.",
            field="organisations",
        )
