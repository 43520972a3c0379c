"""Client accounts by hand: made and changed. Registered under ``clientsync clients``."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

import typer

from cli.kit.acting import ClientName, acting, acting_on, client_id_of
from cli.kit.output import As, Json, out, print_json, words
from contracts.words.client_accounts import ClientPatch, NewClient
from contracts.words.refusals import RefusalCode, Refused
from starter.actor import Actor
from starter.answers.clients import ClientAnswer
from starter.answers.ends import ErasedAnswer, ErasePreviewAnswer, MergePreviewAnswer
from starter.exit_statuses import execute
from starter.operations import Operations

Name = Annotated[str | None, typer.Option(help="What the practice calls the client.")]
Code = Annotated[str | None, typer.Option(help="The practice's own code, unique in the practice.")]
Owner = Annotated[str | None, typer.Option(metavar="EMAIL", help="Who looks after the client.")]
Team = Annotated[str | None, typer.Option(help="The client's team, by name.")]
CompanyNumber = Annotated[str | None, typer.Option(help="Its number in a company registry.")]
TaxNumber = Annotated[str | None, typer.Option(help="Its tax number.")]
Reference = Annotated[str | None, typer.Option(help="Your reference.")]
Anyway = Annotated[bool, typer.Option("--anyway", help="Although another client has its number or its name.")]


def create(
    name: Annotated[str, typer.Argument(help="What the practice calls the client.")],
    code: Code = None,
    owner: Owner = None,
    team: Team = None,
    company_number: CompanyNumber = None,
    tax_number: TaxNumber = None,
    reference: Reference = None,
    anyway: Anyway = False,
    as_email: As = None,
    json: Json = False,
) -> None:
    """Add a client by hand, without a connection."""
    texts = {"code": code, "company_number": company_number, "tax_number": tax_number, "reference": reference}

    async def work() -> ClientAnswer:
        async with acting(as_email) as (operations, actor):
            chosen = await _chosen(operations, actor, owner, team)
            new = NewClient.model_validate({"name": name, "anyway": anyway} | texts | chosen)
            with _anyway_goes_on():
                client_id = await operations.accounts.add(actor, new)
            return await _after(operations, actor, client_id)

    _say(execute(work()), json, "Added {name} as {code}.")


def edit(
    client: ClientName,
    name: Name = None,
    code: Code = None,
    owner: Owner = None,
    team: Team = None,
    company_number: CompanyNumber = None,
    tax_number: TaxNumber = None,
    reference: Reference = None,
    anyway: Anyway = False,
    as_email: As = None,
    json: Json = False,
) -> None:
    """Change a client; an empty text ("") removes what was there."""
    texts = {"company_number": company_number, "tax_number": tax_number, "reference": reference}
    sent = {field: text for field, text in ({"name": name, "code": code} | texts).items() if text is not None}

    async def work() -> ClientAnswer:
        async with acting_on(client, as_email) as (operations, actor, client_id):
            wanted = sent | await _chosen(operations, actor, owner, team)
            if not wanted:
                raise Refused(RefusalCode.INVALID, "Say what to change: see `clientsync clients edit --help`.")
            with _anyway_goes_on():
                patch = ClientPatch.model_validate(wanted | {"anyway": anyway})
                await operations.accounts.change(actor, client_id, patch)
            return await _after(operations, actor, client_id)

    _say(execute(work()), json, "Saved {name}, {code}.")


def archive(client: ClientName, as_email: As = None, json: Json = False) -> None:
    """Archive a client: its connection is ended, and all that was read of it is kept."""

    async def work() -> ClientAnswer:
        async with acting_on(client, as_email) as (operations, actor, client_id):
            await operations.archive.archive(actor, client_id)
            return await _after(operations, actor, client_id)

    _say(execute(work()), json, "Archived {name}, {code}.")


def restore(client: ClientName, as_email: As = None, json: Json = False) -> None:
    """Take a client out of the archive. It is not connected: add it again with Add clients, or reconnect it."""

    async def work() -> ClientAnswer:
        async with acting_on(client, as_email) as (operations, actor, client_id):
            await operations.archive.restore(actor, client_id)
            return await _after(operations, actor, client_id)

    _say(execute(work()), json, "Restored {name}, {code}.")


def erase(
    client: ClientName,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, only say what would go.")] = False,
    as_email: As = None,
    json: Json = False,
) -> None:
    """Say what erasing an archived client for good would delete; with --yes, erase it."""

    async def work() -> ErasePreviewAnswer | ErasedAnswer:
        async with acting_on(client, as_email) as (operations, actor, client_id):
            if (done := await operations.erasing.erased(actor, client_id)) is not None:
                return ErasedAnswer.of(done)
            preview = await operations.erasing.preview(actor, client_id)
            if yes:
                return ErasedAnswer.of(await operations.erasing.erase(actor, client_id, preview.code))
            return ErasePreviewAnswer.of(client_id, preview)

    answer = execute(work())
    if json:
        print_json(answer)
    elif isinstance(answer, ErasedAnswer):
        done = f"{answer.code} was erased for good by {answer.erased_by} on {answer.erased_at:%d %B %Y}."
        out.print(done, highlight=False, markup=False)
    else:
        goes = f"{answer.rows} rows of lists and {answer.events} lines of its timeline would go"
        stays = f"its code and the numbers of {answer.runs} runs would stay."
        out.print(f"{answer.name}, {answer.code}: {goes}; {stays}", highlight=False, markup=False)
        for name in answer.merged:
            out.print(f"With it goes {name}, which was merged into it.", highlight=False, markup=False)
        next_step = answer.refused or "Nothing was changed. To do it, add --yes."
        out.print(next_step, style="dim", highlight=False, markup=False)


def merge(
    client: ClientName,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The account that goes, by code or id.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, only say what would be done.")] = False,
    as_email: As = None,
    json: Json = False,
) -> None:
    """Say what merging OTHER into CLIENT would do, both being accounts of one client; with --yes, merge them."""

    async def work() -> MergePreviewAnswer | ClientAnswer:
        async with acting_on(client, as_email) as (operations, actor, client_id):
            other_id = await client_id_of(operations, actor, other)
            if yes:
                await operations.merging.merge(actor, client_id, other_id)
                return await _after(operations, actor, client_id)
            return MergePreviewAnswer.of(await operations.merging.preview(actor, client_id, other_id))

    answer = execute(work())
    if json:
        print_json(answer)
    elif isinstance(answer, ClientAnswer):
        _say(answer, json, "Merged into {name}, {code}.")
    else:
        for one in answer.fields:
            label = words(one.field).capitalize()
            moves = f"{one.has} moves" if one.keeps is None else f"{one.keeps} stays; {one.has} is left in the archive"
            out.print(f"{label}: {moves}.", highlight=False, markup=False)
        connection = f"{words(answer.connection)}, {answer.organisation_name or 'no organisation'}"
        out.print(f"Connection: {connection}.", highlight=False, markup=False)
        moved = f"{answer.rows} rows of lists and {answer.events} lines of the timeline move."
        out.print(moved, highlight=False, markup=False)
        next_step = answer.refused or "Nothing was changed. To do it, add --yes."
        out.print(next_step, style="dim", highlight=False, markup=False)


async def _chosen(operations: Operations, actor: Actor, owner: str | None, team: str | None) -> dict[str, UUID | None]:
    """The people and teams that were named, by id; an empty team is none."""
    chosen: dict[str, UUID | None] = {}
    if owner is not None:
        chosen["owner_id"] = await operations.colleagues.id_of(actor, owner, field="owner")
    if team is not None:
        chosen["team_id"] = await _team_id(operations, actor, team) if team else None
    return chosen


async def _team_id(operations: Operations, actor: Actor, name: str) -> UUID:
    teams = [view.team for view in await operations.people.teams(actor)]
    for team in teams:
        if team.name.casefold() == name.strip().casefold():
            return team.id
    there = ", ".join(team.name for team in teams)
    message = f"There is no team {name!r} in your practice. " + (f"There is: {there}." if there else "It has no team.")
    raise Refused(RefusalCode.UNKNOWN_TEAM, message, field="team")


@contextmanager
def _anyway_goes_on() -> Iterator[None]:
    """Name the option to who is asked whether this is another client."""
    try:
        yield
    except Refused as refused:
        asked = refused.refusal
        if asked.code is not RefusalCode.LOOKS_LIKE_CLIENT:
            raise
        raise Refused(asked.code, f"{asked.message} --anyway goes on.", field=asked.field) from None


async def _after(operations: Operations, actor: Actor, client_id: UUID) -> ClientAnswer:
    """The client as it is now."""
    return ClientAnswer.of(await operations.clients.show(actor, client_id))


def _say(client: ClientAnswer, json: bool, sentence: str) -> None:
    if json:
        print_json(client)
    else:
        out.print(sentence.format(name=client.name, code=client.code), highlight=False, markup=False)
