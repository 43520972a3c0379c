"""The people of a practice: add one, list them, and let one leave."""

from typing import Annotated
from uuid import UUID

import typer

from cli.kit.output import As, Json, out, print_json, table
from cli.work.invite import HELP, invite
from contracts.words.practices import Role
from starter.answers.colleagues import ColleagueAnswer, ColleaguesAnswer, DeactivationAnswer
from starter.bootstrap import open_database, read_settings
from starter.exit_statuses import execute
from starter.factors.second_factor_rules import SecondFactorRules
from starter.people.colleagues import Colleagues
from starter.people.people import People

colleague = typer.Typer(no_args_is_help=True, help="Colleagues: the people of a practice.")

InPractice = Annotated[
    str | None, typer.Option("--practice", help="Name or slug of the practice; the only one when absent.")
]


@colleague.command("create")
def create_colleague(
    email: Annotated[str, typer.Option(help="E-mail address; it names the colleague everywhere.")],
    name: Annotated[str, typer.Option(help="The person's name.")],
    practice_name: InPractice = None,
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.MEMBER,
    json: Json = False,
) -> None:
    """Add a colleague to a practice."""

    async def work() -> UUID:
        async with open_database(read_settings()) as database:
            return await Colleagues(database).create(practice=practice_name, email=email, name=name, role=role)

    colleague_id = execute(work())
    if json:
        print_json({"colleague_id": colleague_id})
    else:
        out.print(f"{name} is a colleague now.", highlight=False)


@colleague.command("list")
def list_colleagues(as_email: As = None, json: Json = False) -> None:
    """List the people of your practice, with what depends on each."""

    async def work() -> ColleaguesAnswer:
        async with open_database(read_settings()) as database:
            colleagues = Colleagues(database)
            found = await colleagues.everybody(await colleagues.by_email(as_email))
            return ColleaguesAnswer(colleagues=[ColleagueAnswer.of(one) for one in found])

    found = execute(work())
    if json:
        print_json(found)
        return
    rows = table("Name", "E-mail", "Role", "Adds clients", "Clients", "On their logins", "")
    for one in found.colleagues:
        left = f"left on {one.deactivated_at:%Y-%m-%d}" if one.deactivated_at else ""
        adds = "yes" if one.may_add_clients else "no"
        rows.add_row(one.name, one.email, one.role.value, adds, str(one.clients), str(one.connections), left)
    out.print(rows)


@colleague.command("change")
def change_colleague(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Whom it is about.")],
    adds_clients: Annotated[
        bool, typer.Option("--adds-clients/--adds-no-clients", help="Whether they may add clients, in any way.")
    ],
    as_email: As = None,
    json: Json = False,
) -> None:
    """Say whether a colleague may add clients. For admins, who always may."""

    async def work() -> ColleagueAnswer:
        async with open_database(read_settings()) as database:
            colleagues = Colleagues(database)
            actor = await colleagues.by_email(as_email)
            colleague_id = await colleagues.id_of(actor, email, field="EMAIL")
            await People(database).allow_adding(actor, colleague_id, allowed=adds_clients)
            return ColleagueAnswer.of(await colleagues.one(actor, colleague_id))

    changed = execute(work())
    if json:
        print_json(changed)
    else:
        out.print(f"{changed.name} may {'' if changed.may_add_clients else 'not '}add clients.", highlight=False)


@colleague.command("deactivate")
def deactivate(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Who leaves.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, only say what depends on them.")] = False,
    as_email: As = None,
    json: Json = False,
) -> None:
    """Say what depends on a colleague who is to leave; with --yes, end their tokens and sign-ins. For admins."""

    async def work() -> DeactivationAnswer:
        async with open_database(read_settings()) as database:
            colleagues = Colleagues(database)
            actor = await colleagues.by_email(as_email)
            colleague_id = await colleagues.id_of(actor, email, field="EMAIL")
            wanted = colleagues.deactivate if yes else colleagues.preview_deactivation
            return DeactivationAnswer.of(await wanted(actor, colleague_id))

    answer = execute(work())
    if json:
        print_json(answer)
        return
    out.print(answer.message, highlight=False, soft_wrap=True)
    if not yes:
        out.print("Nothing was changed. To do it, add --yes.", style="dim", highlight=False)
    elif answer.colleague.clients:
        command = f"clientsync clients hand-over --from {answer.colleague.email} --to EMAIL --wait"
        out.print(f"Next: {command}", highlight=False, soft_wrap=True)


@colleague.command("reset-second-factor")
def reset_second_factor(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Who has lost theirs.")], json: Json = False
) -> None:
    """Remove the second factor of a colleague who has lost it, and sign them out everywhere; the password stays."""

    async def work() -> bool:
        async with open_database(read_settings()) as database:
            return await SecondFactorRules(database).reset_by_email(email)

    was_there = execute(work())
    if json:
        print_json({"removed": was_there})
    else:
        said = "is removed; they are told by mail" if was_there else "was not set up: nothing was changed"
        out.print(f"The second factor of {email} {said}.", highlight=False)


colleague.command("invite", help=HELP)(invite)
