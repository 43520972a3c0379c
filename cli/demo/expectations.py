"""What must hold at the end of the demo; each pure function yields a sentence for everything that does not."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from cli.demo.awkward import DAY_WAIT, AwkwardPart, Casting
from cli.demo.report import ADDED_UP, awkward, totals
from cli.demo.sandbox import SandboxFault
from cli.kit.output import words
from contracts.payloads.selection import Selection
from contracts.words.causes import Cause
from contracts.words.lists import ListName
from contracts.words.runs import Outcome
from starter.answers.clients import ClientAnswer, ListAnswer
from starter.answers.runs import OrganisationAnswer, RunAnswer

MADE = frozenset({Outcome.CREATED, Outcome.LINKED})
Lists = Mapping[UUID, Mapping[ListName, ListAnswer]]
"""The lists of some clients, by client id."""

Lacking = Mapping[str, Mapping[ListName, Cause]]
"""What organisations lack although all is well with them, by their ids."""


def endings(run: RunAnswer, casting: Casting) -> Iterator[str]:
    """Each awkward organisation has the verdict and outcome that it must have, and all others were created."""
    theirs = set()
    for part, organisation in awkward(run, casting):
        theirs.add(organisation.organisation_id)
        ending = casting.ending(part)
        found = (organisation.verdict, organisation.outcome, organisation.cause)
        if found != ending:
            yield f"{_called(part, organisation)} should be {_words(ending)}, but is {_words(found)}."
        if (ending.outcome is Outcome.RETRYING) is (organisation.retry_at is None):
            yield f"{_called(part, organisation)} has {'no' if organisation.retry_at is None else 'a'} next try."
    if missing := [
        part.value for part, played in casting.organisation_of.items() if played.organisation_id not in theirs
    ]:
        yield f"Not on the list at all: {', '.join(missing)}."
    for organisation in run.organisations:
        if organisation.organisation_id not in theirs and organisation.outcome is not Outcome.CREATED:
            became = words(organisation.outcome) or "without an outcome"
            because = words(organisation.cause) or "no cause"
            yield f"{organisation.name} should be created, but is {became} ({because})."


def day_limit(run: RunAnswer, casting: Casting, now: datetime) -> Iterator[str]:
    """The organisation without calls is not tried again before its calls are given again."""
    for part, organisation in awkward(run, casting):
        if part is AwkwardPart.OUT_OF_CALLS and organisation.retry_at is not None:
            early = now + timedelta(seconds=DAY_WAIT / 2)
            if organisation.retry_at < early:
                yield f"{_called(part, organisation)} would be tried before its calls are given again."


def sums(run: RunAnswer, listed: int) -> Iterator[str]:
    """The totals add up, and agree with the organisations."""
    line = totals(len(run.organisations), run.counts)
    if len(run.organisations) != listed:
        yield f"{listed} organisations should be listed, not {len(run.organisations)}."
    if sum(run.counts.get(outcome, 0) for outcome in ADDED_UP) != len(run.organisations):
        yield f"The totals do not add up: {line}."
    told = Counter(organisation.outcome for organisation in run.organisations)
    if {outcome: count for outcome, count in run.counts.items() if count} != told:
        yield f"The totals are not what the organisations say: {line}."


def happened(left: Sequence[SandboxFault], casting: Casting) -> Iterator[str]:
    """The faults that should have happened a few times did happen."""
    still = {fault.organisation_id for fault in left}
    for part in (AwkwardPart.FAULTY, AwkwardPart.LIMITED):
        if casting.organisation_of[part].organisation_id in still:
            yield f"What was to go wrong with the organisation that {part.value} did not happen."


def accounts(
    run: RunAnswer, clients: Sequence[ClientAnswer], before: int, selection: Selection, lacking: Lacking
) -> Iterator[str]:
    """The practice has the clients of the report, each with its lists and in the chosen team.

    Args:
        run: The finished run.
        clients: All clients of the practice, from the API.
        before: How many clients there were before.
        selection: The choice.
        lacking: What the organisations lack.
    """
    new = [row for row in run.organisations if row.outcome in {Outcome.CREATED, Outcome.FAILED, Outcome.RETRYING}]
    if len(clients) != before + len(new):
        yield f"There should be {before + len(new)} clients, but the API counts {len(clients)}."
    by_organisation = {client.connection.organisation_id: client for client in clients if client.connection}
    if len(by_organisation) != sum(client.connection is not None for client in clients):
        yield "Two clients are connected to the same organisation."
    teams = {chosen.organisation_id: chosen.team_id or selection.team_id for chosen in selection.organisations}
    for row in run.organisations:
        client = by_organisation.get(row.organisation_id)
        if row.outcome in MADE and (client is None or client.client_id != row.client_id):
            yield f"{row.name} is reported as {words(row.outcome)}, but has no such client."
        elif client is not None and row.outcome in MADE:
            connection = client.connection
            usual = {None, *lacking.get(row.organisation_id, {}).values()}
            if connection is None or connection.lists_pulled_at is None or connection.cause not in usual:
                yield f"{row.name} is reported as {words(row.outcome)}, but its lists were not pulled."
            if row.outcome is Outcome.CREATED and client.team_id != teams.get(row.organisation_id):
                yield f"{row.name} is not in the team that was chosen for it."


def lists(run: RunAnswer, casting: Casting, read: Lists, lacking: Lacking) -> Iterator[str]:
    """Every list has a receipt that agrees with its rows, and contacts are those of the organisation."""
    names = {row.client_id: row.name for row in run.organisations}
    lacks = {row.client_id: lacking.get(row.organisation_id, {}) for row in run.organisations}
    for client_id, theirs in read.items():
        for name, answer in theirs.items():
            receipt, cause = answer.receipt, lacks.get(client_id, {}).get(name)
            if cause is not None:
                if receipt is None or receipt.cause is not cause or answer.total:
                    found = words(receipt.cause) if receipt else None
                    yield f"{names.get(client_id)}: the list {words(name)} should say {words(cause)}, not {found}."
            elif receipt is None or receipt.pulled_at is None or receipt.cause is not None:
                yield f"{names.get(client_id)}: the list {words(name)} was not pulled."
            elif receipt.rows != answer.total:
                yield f"{names.get(client_id)}: the list {words(name)} has {answer.total} rows, not {receipt.rows}."
    for part, organisation in awkward(run, casting):
        theirs = read.get(organisation.client_id, {}) if organisation.client_id else {}
        contacts = sum(theirs[name].total for name in (ListName.SUPPLIERS, ListName.CUSTOMERS) if name in theirs)
        if part is AwkwardPart.NO_CONTACTS and contacts:
            yield f"{_called(part, organisation)} has {contacts} contacts."
        if (
            part is AwkwardPart.NO_CURRENCIES
            and ListName.CURRENCIES in theirs
            and theirs[ListName.CURRENCIES].total != 1
        ):
            yield f"{_called(part, organisation)} has other currencies than its own."
        if part is AwkwardPart.MANY_CONTACTS and contacts < casting.organisation_of[part].contacts // 2:
            yield f"{_called(part, organisation)} has only {contacts} suppliers and customers."


def nothing_new(again: RunAnswer, clients_before: int, clients_after: int) -> Iterator[str]:
    """In the second run, every chosen organisation was a client already."""
    chosen = sum(row.action is not None for row in again.organisations)
    already = again.counts.get(Outcome.ALREADY_CLIENT, 0)
    if not chosen or already != chosen:
        yield f"In the second run all {chosen} chosen organisations should be clients already, but {already} are."
    if clients_after != clients_before:
        yield f"The second run made {clients_after - clients_before} clients; it should make none."


def _called(part: AwkwardPart, organisation: OrganisationAnswer) -> str:
    return f"{organisation.name} ({part.value})"


def _words(ending: tuple[object, object, object]) -> str:
    verdict, outcome, cause = ending
    because = f" because of {words(cause)}" if cause is not None else ""
    return f"listed as {words(verdict)} and {words(outcome) or 'without an outcome'}{because}"
