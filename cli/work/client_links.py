"""``clientsync connections links``: links by which a client's own people sign in for it."""

from typing import Annotated
from uuid import UUID

import typer

from cli.kit.acting import ClientName, acting_on
from cli.kit.output import As, Json, Provider, out, print_json, table, words
from contracts.words.client_links import DAYS, MOST_DAYS, MailState
from starter.answers.sign_ins import AskedClientAnswer, ClientLinksAnswer, MadeClientLinkAnswer
from starter.exit_statuses import execute

SendTo = Annotated[str | None, typer.Option(help="E-mail address to which Clientsync mails it.")]

links = typer.Typer(no_args_is_help=True, help="Links by which a client's own people sign in, without an account here.")


@links.command("make")
def make(
    client: ClientName,
    days: Annotated[int, typer.Option(help=f"Days until it ends by itself; {MOST_DAYS} at most.")] = DAYS,
    send_to: SendTo = None,
    as_email: As = None,
    json: Json = False,
) -> None:
    """Make a link for a client's own people; its address is shown this once."""

    async def work() -> MadeClientLinkAnswer:
        async with acting_on(client, as_email) as (operations, actor, client_id):
            return MadeClientLinkAnswer.of(await operations.client_links.make(actor, client_id, days, send_to))

    answer = execute(work())
    if json:
        print_json(answer)
        return
    out.print(answer.address, highlight=False, soft_wrap=True)
    _say_mailed(answer.mail)
    out.print("It connects this client's own books and nothing else, once. It is not shown again.", style="dim")


@links.command("ask")
def ask(
    client: ClientName,
    provider: Provider = None,
    days: Annotated[int, typer.Option(help=f"Days until it ends by itself; {MOST_DAYS} at most.")] = DAYS,
    send_to: SendTo = None,
    as_email: As = None,
    json: Json = False,
) -> None:
    """Make a link for a client that was never connected; what its people sign in for is then chosen in a run."""

    async def work() -> AskedClientAnswer:
        async with acting_on(client, as_email) as (operations, actor, client_id):
            software = operations.software.chosen(provider)
            made = await operations.client_links.ask(actor, client_id, software, None, days, send_to)
            return AskedClientAnswer.of(made)

    answer = execute(work())
    if json:
        print_json(answer)
        return
    out.print(answer.address, highlight=False, soft_wrap=True)
    _say_mailed(answer.mail)
    out.print(f"It works once and is not shown again. Then choose: clientsync runs show {answer.run_id}", style="dim")


def _say_mailed(mail: MailState | None) -> None:
    if mail is not None:
        out.print("A mail with it is on its way." if mail is MailState.ON_ITS_WAY else f"The mail: {words(mail)}.")


@links.command("list")
def list_links(client: ClientName, as_email: As = None, json: Json = False) -> None:
    """List a client's links and what has become of them."""

    async def work() -> ClientLinksAnswer:
        async with acting_on(client, as_email) as (operations, actor, client_id):
            return ClientLinksAnswer.of(await operations.client_links.of_client(actor, client_id))

    answer = execute(work())
    if json:
        print_json(answer)
        return
    rows = table("Id", "State", "Mail", "Sent by", "Made (UTC)", "Until (UTC)")
    for one in answer.links:
        times = (f"{moment:%Y-%m-%d %H:%M}" for moment in (one.created_at, one.expires_at))
        rows.add_row(str(one.link_id), words(one.state), words(one.mail) if one.mail else "", one.sent_by, *times)
    out.print(rows)


@links.command("withdraw")
def withdraw(
    client: ClientName,
    link_id: Annotated[UUID, typer.Argument(metavar="LINK", help="The link's id, as `links list` shows it.")],
    as_email: As = None,
) -> None:
    """Withdraw a link: nobody can sign in by it any more."""

    async def work() -> None:
        async with acting_on(client, as_email) as (operations, actor, client_id):
            await operations.client_links.withdraw(actor, client_id, link_id)

    execute(work())
    out.print("The link is withdrawn.", highlight=False)
