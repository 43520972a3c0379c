"""Runs: start, look, choose, retry, stop."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
from pydantic import ValidationError

from cli.kit.acting import acting, client_id_of
from cli.kit.output import As, Json, Provider, Region, out, print_json, table, words
from contracts.payloads.runs import SelectionAccepted
from contracts.payloads.selection import SelectedOrganisation, Selection
from contracts.words.causes import Cause
from contracts.words.mistakes import first_of
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import Outcome, RunKind, Stage
from starter.actor import Actor
from starter.answers.run_words import TALLIED, accounts_sum, said_of_run
from starter.answers.runs import RunAnswer, RunSummaryAnswer
from starter.answers.sign_ins import ExpectedOrganisationsAnswer
from starter.answers.wording import number
from starter.exit_statuses import execute
from starter.operations import Operations
from starter.runs.kinds import RunOptions
from starter.runs.retries import Retried
from starter.runs.starting import StartedRun

MOST_DIGITS = 4
"""Of a place."""

runs = typer.Typer(no_args_is_help=True, help="Runs: one bulk operation each.")

Clients = Annotated[
    list[str] | None,
    typer.Option(
        "--client",
        help="Likewise: a client without a connection, by its code or id; repeat for more. Reassign: a colleague's.",
    ),
]
RunId = Annotated[str, typer.Argument(metavar="RUN-ID", help="The run's id, as `runs list` shows it.")]


@runs.command("start")
def start(
    kind: Annotated[RunKind, typer.Argument(help="What to do.")] = RunKind.ADD_CLIENTS,
    provider: Provider = None,
    key: Annotated[str | None, typer.Option(help="The same key again gives the same run.")] = None,
    moves_healthy: Annotated[
        bool, typer.Option("--all", help="Reconnect all: move healthy connections to this login too.")
    ] = False,
    region: Region = None,
    organisations: Annotated[
        list[str] | None,
        typer.Option(
            "--organisation", help="Add clients, where each sign-in brings one: an organisation to sign in for; repeat."
        ),
    ] = None,
    clients: Clients = None,
    takes_over: Annotated[
        bool, typer.Option("--take-over", help="Reassign: agree that colleagues' sign-ins end when yours begin.")
    ] = False,
    as_email: As = None,
    json: Json = False,
) -> None:
    """Start a run, and print the address to sign in at."""

    async def work() -> tuple[StartedRun, Sequence[str], str]:
        if moves_healthy and kind is not RunKind.RECONNECT_ALL:
            raise Refused(RefusalCode.INVALID, f"{kind.heading} has no healthy connections to move.", field="--all")
        async with acting(as_email) as (operations, actor):
            software = operations.software.chosen(provider)
            options = RunOptions(
                moves_healthy=moves_healthy,
                region=region,
                names=tuple(organisations or ()),
                client_ids=await _ids_of(operations, actor, clients),
                takes_over=takes_over,
            )
            started = await operations.runs.start(actor, kind, software, key, options)
            names = await operations.runs.to_allow_again(actor, started.run_id)
            return started, names, operations.software.allow_words(software).allow_again(names) if names else ""

    started, to_allow, how = execute(work())
    if json:
        print_json({"run_id": started.run_id, "authorize_url": started.authorize_url, "to_allow": list(to_allow)})
    else:
        if to_allow:
            out.print(how, style="bold", soft_wrap=True)
            out.print("\n".join(f"  {name}" for name in to_allow), highlight=False, markup=False)
        out.print(f"Run {started.run_id} is waiting for a sign-in. Open:", highlight=False)
        out.print(started.authorize_url or "(it is past its sign-in)", highlight=False, soft_wrap=True)
        out.print(f"Then look at it: clientsync runs show {started.run_id}", highlight=False, soft_wrap=True)


@runs.command("list")
def list_runs(
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 20,
    as_email: As = None,
    json: Json = False,
) -> None:
    """List the practice's runs, newest first."""

    async def work() -> list[RunSummaryAnswer]:
        async with acting(as_email) as (operations, actor):
            return [RunSummaryAnswer.of(run) for run in await operations.runs.recent(actor, limit=limit)]

    found = execute(work())
    if json:
        print_json({"runs": found})
        return
    rows = table("Run", "Stage", "Result", "Outcomes", "By", "Started")
    for run in found:
        began = f"{run.created_at:%Y-%m-%d %H:%M}"
        rows.add_row(run.run_id, words(run.stage), words(run.result), _tally(run.counts), run.colleague, began)
    out.print(rows if found else "No runs yet. Start one: clientsync runs start")


@runs.command("show")
def show(run_id: RunId, as_email: As = None, json: Json = False) -> None:
    """Show a run: its stage, and each organisation with its verdict, its outcome and the cause of that."""

    async def work() -> tuple[RunAnswer, str | None]:
        async with acting(as_email) as (operations, actor):
            snapshot, view = await operations.runs.at_one_moment(actor, run_id)
            lacking = await operations.runs.lacking(actor, run_id)
            said = said_of_run(view, snapshot, operations.software.title(view.run.provider), lacking)
            return RunAnswer.of(await operations.runs.show(actor, run_id)), said

    run, said = execute(work())
    if json:
        print_json(run)
    else:
        print_run(run, said)


def print_run(run: RunAnswer, sentence: str | None) -> None:
    """Print a run for people, with the sentence that its page has; ``None`` where it has none."""
    out.print(f"{run.run_id}: {words(run.stage)}{f', {words(run.result)}' if run.result else ''}", style="bold")
    if sentence:
        out.print(sentence, highlight=False)
    if run.message and run.message != sentence:
        out.print(run.message)
    rows = table("Organisation", "Listed as", "Outcome", "What happened, and what to do", "Id")
    for found in run.organisations:
        says_whom_to_ask = found.outcome is Outcome.UNREACHABLE and found.cause is not Cause.WRONG_ORGANISATION
        next_step = None if says_whom_to_ask else found.next_step
        said = " ".join(filter(None, [found.message or found.verdict_message, next_step]))
        name = f"{found.name} ({found.distinction})" if found.distinction else found.name
        rows.add_row(name, words(found.verdict), words(found.outcome), said, found.organisation_id)
    out.print(rows)
    if run.accounts:
        made = run.accounts
        out.print(accounts_sum(made.made, made.complete, made.waiting, made.need_you), highlight=False)
    out.print(_tally(run.counts), highlight=False)
    if run.offers:
        out.print("This login also reaches, and nobody added:", style="bold")
        for offer in run.offers:
            out.print(f"  {offer.name}  {offer.organisation_id}", highlight=False)
        out.print("To add some: clientsync runs start add-clients", highlight=False)
    if run.stage is Stage.AWAITING_SELECTION:
        choose = f"clientsync runs select {run.run_id} -o ID, or --all"
        out.print(f"Choose: {choose}", highlight=False, soft_wrap=True)


@runs.command("expected")
def expected(
    run_id: RunId,
    add: Annotated[list[str] | None, typer.Option(help="Expect an organisation too; repeat for more.")] = None,
    clients: Clients = None,
    drop: Annotated[int | None, typer.Option(help="Leave the one at this place out.")] = None,
    take: Annotated[
        str | None,
        typer.Option(metavar="PLACE=ID", help="Say that an organisation that came is the one at this place."),
    ] = None,
    take_off: Annotated[
        str | None, typer.Option(metavar="ID", help="Take an organisation off that was picked by mistake.")
    ] = None,
    as_email: As = None,
    json: Json = False,
) -> None:
    """Show the organisations that a run expects by name, where each sign-in brings one; or change them."""

    async def work() -> ExpectedOrganisationsAnswer:
        async with acting(as_email) as (operations, actor):
            door = operations.expected_organisations
            if add or clients:
                await door.add(actor, run_id, add or [], await _ids_of(operations, actor, clients))
            if drop is not None:
                await door.drop(actor, run_id, drop)
            if take is not None:
                await door.take(actor, run_id, *_taken(take))
            if take_off is not None:
                await door.take_off(actor, run_id, take_off)
            return ExpectedOrganisationsAnswer.of(await door.expected(actor, run_id))

    found = execute(work())
    if json:
        print_json(found)
        return
    rows = table("Place", "Organisation", "Sign-in", "Came instead", "Id")
    for one in found.organisations:
        rows.add_row(str(one.position), one.name, words(one.state), one.came_instead or "", one.organisation_id or "")
    out.print(rows if found.organisations else "This run expects no organisation by name.")


@runs.command("select")
def select(
    run_id: RunId,
    organisations: Annotated[
        list[str] | None, typer.Option("--organisation", "-o", help="Id of an organisation to add; give several.")
    ] = None,
    all_new: Annotated[bool, typer.Option("--all-new", help="Add every organisation that is new.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Choose everything on the run's list.")] = False,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A selection as the JSON API takes it.")
    ] = None,
    as_email: As = None,
    json: Json = False,
) -> None:
    """Choose organisations, or clients to take over; checked first, and taken whole or refused whole."""

    async def work() -> tuple[RunKind, SelectionAccepted]:
        selection = None if everything else _selection(organisations or [], all_new, file)
        async with acting(as_email) as (operations, actor):
            view = await operations.runs.show(actor, run_id)
            if selection is None:
                selection = _selection([row.organisation_id for row in view.organisations], False, None)
            return view.run.kind, await operations.runs.select(actor, run_id, selection)

    kind, accepted = execute(work())
    if json:
        print_json(accepted)
    elif kind is RunKind.CHANGE_CONNECTION:
        out.print(
            "Chosen. The new organisation's lists are being read; then see what will match: "
            f"clientsync connections change preview CLIENT {run_id}",
            highlight=False,
            soft_wrap=True,
        )
    elif kind is RunKind.REASSIGN_CLIENTS:
        out.print(f"{accepted.chosen} chosen to be taken over. {accepted.skipped} skipped.", highlight=False)
    else:
        out.print(
            f"{accepted.chosen} chosen: {accepted.to_create} to create, {accepted.to_link} to link, "
            f"{accepted.already_clients + accepted.existing} already clients. {accepted.skipped} skipped.",
            highlight=False,
        )


@runs.command("retry")
def retry(run_id: RunId, as_email: As = None, json: Json = False) -> None:
    """Do what failed in a finished run again, alone; clients in trouble try at once."""

    async def work() -> Retried:
        async with acting(as_email) as (operations, actor):
            return await operations.runs.retry(actor, run_id)

    retried = execute(work())
    if json:
        print_json({"run_id": run_id} | asdict(retried))
    else:
        out.print(f"{retried.reopened} put back to be done, {retried.tried_now} trying at once.", highlight=False)
        if retried.limited:
            out.print(f"{retried.limited} wait for the end of a limit, since no call is made before.", highlight=False)


@runs.command("cancel")
def cancel(run_id: RunId, as_email: As = None, json: Json = False) -> None:
    """Stop a run. What was already done stays."""

    async def work() -> None:
        async with acting(as_email) as (operations, actor):
            await operations.runs.cancel(actor, run_id)

    execute(work())
    if json:
        print_json({"run_id": run_id, "cancelling": True})
    else:
        out.print(f"Run {run_id} is being stopped.", highlight=False)


async def _ids_of(operations: Operations, actor: Actor, clients: Sequence[str] | None) -> tuple[UUID, ...]:
    return tuple([await client_id_of(operations, actor, client) for client in clients or ()])


def _taken(text: str) -> tuple[int, str]:
    """The place and the organisation of ``--take``."""
    place, _, organisation_id = text.partition("=")
    if not (place.isascii() and place.isdecimal() and len(place) <= MOST_DIGITS and organisation_id):
        raise Refused(RefusalCode.INVALID, "Say the place and the organisation's id: 2=9130…", field="--take")
    return int(place), organisation_id


def _tally(counts: Mapping[Outcome, int]) -> str:
    """Outcomes in the words and the order of *Activity*."""
    return ", ".join(f"{number(counts[outcome])} {words(outcome)}" for outcome in TALLIED if counts.get(outcome))


def _selection(organisations: list[str], all_new: bool, file: Path | None) -> Selection:
    try:
        if file is not None:
            return Selection.model_validate_json(file.read_bytes())
        chosen = tuple(SelectedOrganisation(organisation_id=found) for found in dict.fromkeys(organisations))
        return Selection(organisations=chosen, all_new=all_new)
    except ValidationError as error:
        field, sentence = first_of(error)
        raise Refused(RefusalCode.INVALID, f"The selection cannot be used. {sentence}", field=field) from None
