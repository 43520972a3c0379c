"""The health of all connections: look, and check now. Registered under ``clientsync connections``."""

from typing import Annotated

import typer

from cli.kit.acting import acting
from cli.kit.output import As, Json, out, print_json, table, words
from contracts.payloads.check_connections import CheckReport
from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from starter.answers.health import HealthAnswer
from starter.exit_statuses import err, execute


def list_connections(
    status: Annotated[ConnectionStatus | None, typer.Option(help="Only those with this status.")] = None,
    cause: Annotated[Cause | None, typer.Option(help="Only those with this cause.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    as_email: As = None,
    json: Json = False,
) -> None:
    """List the health of all connections, those in trouble first."""

    async def work() -> HealthAnswer:
        async with acting(as_email) as (operations, actor):
            found = await operations.health.show(actor, status=status, cause=cause, limit=limit)
            return HealthAnswer.of(found, limit=limit, offset=0)

    health = execute(work())
    if json:
        print_json(health)
        return
    rows = table("Code", "Client", "Organisation", "Login", "Status", "What happened, and what to do", "Last read")
    for one in health.connections:
        rows.add_row(
            one.code,
            one.client,
            one.organisation_name,
            one.login,
            words(one.status),
            " ".join(filter(None, [one.message, one.next_step])),
            f"{one.last_good_at:%Y-%m-%d %H:%M}" if one.last_good_at else "never",
        )
    out.print(rows)
    counts = [f"{words(status)}: {count}" for status, count in health.by_status.items()]
    counts += [f"{words(cause)}: {count}" for cause, count in health.by_cause.items()]
    out.print(f"{len(health.connections)} of {health.total}.  {'  '.join(counts)}", style="dim", highlight=False)


def check(as_email: As = None, json: Json = False) -> None:
    """Check every connection of the practice now, as the night does, and wait for the end."""
    console = err if json else out
    with console.status("Checking") as shown:

        async def work() -> tuple[CheckReport, list[str]]:
            async with acting(as_email) as (operations, actor):
                report = await operations.health.check(actor, lambda report: shown.update(_so_far(report)))
                named = operations.software.named
                return report, [named(_told(cause, count)) for cause, count in sorted(report.causes.items())]

        report, told = execute(work())
    if json:
        print_json(report)
        return
    out.print(f"{_so_far(report)} Connections that work: {report.healthy}.", highlight=False, soft_wrap=True)
    for line in told:
        out.print(line, highlight=False, soft_wrap=True)


def _told(cause: Cause, count: int) -> str:
    return f"{cause.label}: {count}. {cause.sentence} {cause.next_step}"


def _so_far(report: CheckReport) -> str:
    parts = [f"Logins looked at: {report.logins}", f"clients refreshed: {report.refreshed}"]
    if report.unanswered:
        parts.append(f"logins that did not answer: {report.unanswered}")
    if report.handed_over:
        parts.append(f"clients left to a sync of their own: {report.handed_over}")
    return ", ".join(parts) + "."
