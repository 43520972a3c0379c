"""The page that a sign-in link opens, a colleague's or a client's: for whom the sign-in is, and the way there.

Whoever follows it needs no account here. The link is a secret, so its page sends no referrer, and only the browser in
which somebody agrees can finish the sign-in.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Generic, TypeVar
from urllib.parse import quote
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from contracts.words.refusals import RefusalCode, Refused
from starter.actor import Actor
from starter.operations import Operations
from starter.runs.sign_in_regions import RegionChoice
from web.kit import marks
from web.kit.confirmations import Said, go
from web.kit.errors import status_of
from web.kit.rendering import leave, render

Asked = TypeVar("Asked")


@dataclass(frozen=True)
class LinkPage(Generic[Asked]):
    """One of the two pages.

    Attributes:
        template: What it looks like.
        asked: What a link asks for, by its secret.
        provider: The accounting software of that.
        regions: The countries of which one is chosen before.
        follow: Begins the sign-in: secret, the browser's mark, and the country; gives the provider's address.
        words: What its template says of it.
        unusable: The page for a link that cannot be used.
    """

    template: str
    asked: Callable[[Operations, str], Awaitable[Asked]]
    provider: Callable[[Asked], str]
    regions: Callable[[Operations, Asked], Awaitable[RegionChoice | None]]
    follow: Callable[[Operations, str, str, str], Awaitable[str]]
    words: Callable[[Asked], dict[str, Any]]
    unusable: Callable[[Request, Refused], HTMLResponse]

    async def ask(self, request: Request, door: Operations, token: str, problem: str | None = None) -> HTMLResponse:
        """For whom the sign-in is, or why the link cannot be used."""
        try:
            asked = await self.asked(door, token)
        except Refused as refused:
            return self.unusable(request, refused)
        allow = door.software.allow_words(self.provider(asked))
        return render(
            request,
            self.template,
            status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
            token=token,
            provider=allow.title,
            allow=allow,
            regions=await self.regions(door, asked),
            problem=problem,
            **self.words(asked),
        )

    async def agree(self, request: Request, door: Operations, token: str, region: str) -> Response:
        """Lead to the provider; only this browser can finish the sign-in."""
        mark = marks.AT_PROVIDER.of(request) or marks.new()
        try:
            asked = await self.asked(door, token)
            address = await self.follow(door, token, mark, region)
        except Refused as refused:
            if refused.refusal.field == "region":
                return await self.ask(request, door, token, "Choose the country first.")
            return self.unusable(request, refused)
        allow = door.software.allow_words(self.provider(asked))
        answer = leave(request, address, allow.title, allow)
        marks.AT_PROVIDER.keep(request, answer, mark)
        return answer


async def to_send(
    request: Request, door: Operations, actor: Actor, client_id: UUID, link: str, send_to: str
) -> Response:
    """Mail a link that the page before has shown; where that is refused, the link is shown again with the reason."""
    try:
        await door.client_links.mail(actor, client_id, link, send_to)
    except Refused as refused:
        return render(
            request,
            "link_not_sent.html",
            status=status(refused),
            client_id=client_id,
            link=link,
            send_to=send_to,
            problem=refused.refusal.message,
            is_address=refused.refusal.field == "send_to",
            sends_mail=door.client_links.sends_mail,
        )
    return go(f"/clients/{client_id}", Said.CLIENT_LINK_MAILED)


def mail_asking(actor: Actor, organisation: str, title: str, address: str) -> str:
    """A mail with the link, to be finished in the colleague's own program; who is asked, the colleague knows."""
    subject = f"Please connect {organisation} to us"
    body = (
        f"Hello,\n\nplease let us read the {title} books of {organisation}: open this link, sign in to {title} and "
        f"choose {organisation}. It takes a minute, and you need no account with us.\n\n{address}\n\n"
        f"Thank you,\n{actor.colleague_name}\n{actor.practice_name}\n"
    )
    return f"mailto:?subject={quote(subject)}&body={quote(body)}"


def waits(refused: Refused) -> bool:
    """Whether a link that cannot be used now may be in a moment."""
    return refused.refusal.code is RefusalCode.UNAVAILABLE


def status(refused: Refused) -> int:
    """The status of the page for a link that cannot be used."""
    return HTTPStatus.SERVICE_UNAVAILABLE if waits(refused) else status_of(refused.refusal.code)
