"""The form on which a password is chosen by a link; invitations and forgotten passwords share it."""

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
    """The page of one link.

    Attributes:
        request: The request that is answered.
        links: The operations on links of this kind.
        token: The link's secret.
        address: The page's own address, without the secret.
        ask_again: The page on which a new link can be asked for; None without one.
        may_be_first: Whether the colleague may not have a password yet.
    """

    request: Request
    links: SingleUseLinks
    token: str
    address: str
    ask_again: str | None = None
    may_be_first: bool = False

    async def form(self, problem: str | None = None, problem_with: str | None = None) -> HTMLResponse:
        """The form, or why the link cannot be used.

        Opening the page does not use the link up, because mail scanners do that.
        """
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
        """Set the password and sign the colleague in, or show the form again."""
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
