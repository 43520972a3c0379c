"""``clients hand-over``: a colleague's clients become another's."""

from typing import Annotated

import typer

from cli.kit.acting import acting
from cli.kit.output import As, Json, Provider, out, print_json
from cli.work.runs import print_run
from starter.answers.run_words import said_of_run
from starter.answers.runs import RunAnswer
from starter.exit_statuses import execute


def hand_over(
    giver: Annotated[str, typer.Option("--from", metavar="EMAIL", help="Whose clients; they may have left.")],
    taker: Annotated[str, typer.Option("--to", metavar="EMAIL", help="Who gets them.")],
    provider: Provider = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the run, and show what moved.")] = False,
    as_email: As = None,
    json: Json = False,
) -> None:
    """Hand all of a colleague's clients to another, as an admin. Nobody has to sign in."""

    async def work() -> tuple[str, RunAnswer | None, str | None]:
        async with acting(as_email) as (operations, actor):
            from_id = await operations.colleagues.id_of(actor, giver, field="--from")
            to_id = await operations.colleagues.id_of(actor, taker, field="--to")
            run_id = await operations.hand_overs.start(actor, from_id, to_id, provider)
            if not wait:
                return run_id, None, None
            run = RunAnswer.of(await operations.runs.ended(actor, run_id))
            snapshot, view = await operations.runs.at_one_moment(actor, run_id)
            return run_id, run, said_of_run(view, snapshot, operations.software.title(view.run.provider))

    run_id, run, said = execute(work())
    if json:
        print_json(run or {"run_id": run_id})
    elif run:
        print_run(run, said)
    else:
        out.print(f"Run {run_id} hands them over. Look at it: clientsync runs show {run_id}", highlight=False)
