"""The form on which a password is chosen by a link; the pages of invitations and of forgotten passwords share it."""

from dataclasses import dataclass

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from contracts.words.refusals import RefusalCode, Refused
from starter.access import passwords
from starter.access.single_use_links import SingleUseLinks
from starter.operations import Operations
from web.kit.confirmations import Said
from web.kit.errors import status_of
from web.kit.rendering import render
from web.pages.signing_in.signing_in import browser_of, onward


@dataclass(frozen=True, slots=True)
class Choosing:
    """A link's page.

    Attributes:
        request: What it answers.
        links: The links of its kind.
        token: The link's secret.
        address: The page's own, without the secret.
        ask_again: Where to ask for a new link, if there is such a page.
        may_be_first: Whether the password may be the first one.
    """

    request: Request
    links: SingleUseLinks
    token: str
    address: str
    ask_again: str | None = None
    may_be_first: bool = False

    async def form(self, problem: str | None = None, problem_with: str | None = None) -> HTMLResponse:
        """The form, or why the link cannot be used. Looking uses nothing up: mail scanners look too."""
        try:
            linked = await self.links.linked(self.token)
        except Refused as refused:
            return self._unusable(refused)
        return render(
            self.request,
            "choose_password.html",
            status=422 if problem else 200,
            colleague=linked.colleague,
            practice=linked.practice,
            address=f"{self.address}/{self.token}",
            is_new=self.may_be_first and linked.colleague.password_hash is None,
            shortest=passwords.SHORTEST,
            problem=problem,
            problem_with=problem_with,
        )

    async def choose(self, door: Operations, password: str, again: str) -> Response:
        """The password is set and the colleague signed in, or the form again."""
        if password != again:
            return await self.form("The two passwords are not the same.", "again")
        try:
            begun = await self.links.choose(self.token, password, browser=browser_of(self.request))
        except Refused as refused:
            if refused.refusal.code is RefusalCode.NOT_FOUND:
                return self._unusable(refused)
            return await self.form(refused.refusal.message, "password")
        return onward(self.request, await door.second_steps.of(begun), begun, "/", Said.PASSWORD_CHOSEN)

    def _unusable(self, refused: Refused) -> HTMLResponse:
        return render(
            self.request,
            "invitation_unusable.html",
            status=status_of(refused.refusal.code),
            message=refused.refusal.message,
            ask_again=self.ask_again,
        )
