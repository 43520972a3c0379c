"""Setting up: practices and their teams."""

from typing import Annotated
from uuid import UUID

import typer

from cli.kit.output import Json, out, print_json
from cli.operate.schedules import apply_if_possible
from contracts.naming.spans import span
from contracts.words.practices import USUAL_ALLOWANCE, USUAL_ZONE, Plan
from starter.access.sessions import INVITATION, Sessions
from starter.answers.views import Practice
from starter.bootstrap import open_database, read_settings
from starter.exit_statuses import execute
from starter.factors.second_factor_rules import SecondFactorRules
from starter.people.colleagues import Colleagues

practice = typer.Typer(no_args_is_help=True, help="Practices: the firms that use Clientsync.")
team = typer.Typer(no_args_is_help=True, help="Teams: groups of colleagues that clients can be assigned to.")

InPractice = Annotated[
    str | None, typer.Option("--practice", help="Name or slug of the practice; the only one when absent.")
]


@practice.command("create")
def create_practice(
    name: Annotated[str, typer.Option(help="The firm's name.")],
    admin_email: Annotated[str, typer.Option(help="E-mail address of its first admin.")],
    plan: Annotated[Plan, typer.Option(help="Assigning teams needs the advanced plan.")] = Plan.STANDARD,
    allowance: Annotated[
        int, typer.Option(min=0, max=1_000_000, help="How many clients it may have.")
    ] = USUAL_ALLOWANCE,
    time_zone: Annotated[str, typer.Option(help="Such as Europe/London.")] = USUAL_ZONE,
    admin_name: Annotated[str | None, typer.Option(help="The admin's name; from the address when absent.")] = None,
    json: Json = False,
) -> None:
    """Make a practice with its first admin, and a link by which the admin chooses a password."""

    async def work() -> tuple[UUID, UUID, str | None]:
        settings = read_settings()
        async with open_database(settings) as database:
            colleagues = Colleagues(database)
            made = await colleagues.create_practice(
                name=name,
                plan=plan,
                allowance=allowance,
                time_zone=time_zone,
                admin_email=admin_email,
                admin_name=admin_name,
            )
            slug = (await colleagues.by_id(made[1])).practice_slug
            link = None  # without an address of this installation, later: colleague invite
            if settings.public_url is not None:
                link = await Sessions(database, settings.public_url).invite_by_email(f"{slug}/{admin_email}")
        await apply_if_possible(settings, slug)
        return *made, link

    practice_id, colleague_id, link = execute(work())
    if json:
        print_json({"practice_id": practice_id, "colleague_id": colleague_id, "invitation_link": link})
    else:
        out.print(f"Practice {name} is there, with the admin {admin_email}.", highlight=False)
        if link is None:
            out.print(f"Next: clientsync colleague invite --email {admin_email}", highlight=False)
        else:
            out.print(f"To choose a password and sign in, once, within {span(INVITATION)}:", highlight=False)
            out.print(link, highlight=False, soft_wrap=True)


@practice.command("change")
def change_practice(
    practice_name: InPractice = None,
    name: Annotated[str | None, typer.Option(help="Its new name; the slug stays.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="Such as Europe/London; the nightly check follows it.")] = None,
    plan: Annotated[Plan | None, typer.Option(help="Assigning teams needs the advanced plan.")] = None,
    allowance: Annotated[int | None, typer.Option(min=0, max=1_000_000, help="How many clients it may have.")] = None,
    json: Json = False,
) -> None:
    """Change a practice's name, time zone (and with it the hour of its nightly check), plan or allowance."""

    async def work() -> Practice:
        settings = read_settings()
        async with open_database(settings) as database:
            changed = await Colleagues(database).change_practice(
                practice_name, name=name, time_zone=time_zone, plan=plan, allowance=allowance
            )
        if name is not None or time_zone is not None:
            await apply_if_possible(settings, changed.slug)
        return changed

    found = execute(work())
    if json:
        print_json(
            {
                "practice": found.slug,
                "name": found.name,
                "time_zone": found.time_zone,
                "plan": found.plan,
                "client_allowance": found.client_allowance,
            }
        )
    else:
        has = f"{found.name}, {found.time_zone}, {found.plan} plan, {found.client_allowance} clients at most"
        out.print(f"{found.slug} is now: {has}.", highlight=False)


@practice.command("second-factor")
def second_factor(
    required: Annotated[bool, typer.Option("--required/--optional", help="Of everybody, or left to each.")],
    practice_name: InPractice = None,
    json: Json = False,
) -> None:
    """Require a second factor of everybody in a practice from their next sign-in on, or leave it to each."""

    async def work() -> str:
        async with open_database(read_settings()) as database:
            return await SecondFactorRules(database).require_in(practice_name, required=required)

    slug = execute(work())
    if json:
        print_json({"practice": slug, "second_factor_required": required})
    else:
        what = "Everybody needs a second factor" if required else "A second factor is left to each colleague"
        out.print(f"{what} in {slug}.", highlight=False)


@team.command("create")
def create_team(
    name: Annotated[str, typer.Option(help="The team's name.")],
    member: Annotated[list[str] | None, typer.Option(help="A member's e-mail address; give several.")] = None,
    practice_name: InPractice = None,
    json: Json = False,
) -> None:
    """Make a team in a practice."""

    async def work() -> UUID:
        async with open_database(read_settings()) as database:
            return await Colleagues(database).create_team(practice=practice_name, name=name, members=member or [])

    team_id = execute(work())
    if json:
        print_json({"team_id": team_id})
    else:
        out.print(f"Team {name} is there.", highlight=False)
