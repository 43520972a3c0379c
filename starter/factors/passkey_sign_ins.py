"""Signing in with a passkey alone: one that verifies its owner, by a PIN or a finger, counts as both steps."""

from contracts.naming.spans import span
from contracts.words.access import Ceremony
from contracts.words.refusals import RefusalCode, Refused
from models.access import passkeys, sessions
from models.kit.database import Database
from starter.access import attempts
from starter.access.second_steps import begin_whole
from starter.access.sessions import Sessions
from starter.factors.ceremonies import Asked
from starter.factors.passkey_answers import WAITS_FOR, PasskeyAnswers
from starter.factors.relying_party import RelyingParty

MOST_FROM_IP = 100
"""Questions that wait for a passkey; a whole office may share an IP address. One that is answered waits no more."""

SLOW_DOWN = (
    f"Too many sign-ins were begun from your network. Wait {span(WAITS_FOR)} and try again, or sign in by password."
)


class PasskeySignIns:
    """Operations for somebody who is not signed in and has a passkey.

    Args:
        database: The product's database.
        sessions_of: The operations on sessions; their clock tells the time.
        answers: Gives challenges and checks the answers.
    """

    def __init__(self, database: Database, sessions_of: Sessions, answers: PasskeyAnswers) -> None:
        self._database = database
        self._sessions = sessions_of
        self._answers = answers

    @property
    def party(self) -> RelyingParty | None:
        """The name and origin for passkeys; None where browsers allow none."""
        return self._answers.party

    async def asked(self, asking: str, *, ip: str) -> Asked:
        """The options for the browser to use any passkey that it has for us.

        Args:
            asking: The browser's mark; no other browser can answer.
            ip: The IP address of the request.

        Raises:
            Refused: ``INVALID``: no passkey is good at this address. ``TOO_MANY`` from there.
        """
        async with self._database.reading() as session:
            if await passkeys.waiting_from(session, ip, self._sessions.clock()) >= MOST_FROM_IP:
                raise Refused(RefusalCode.TOO_MANY, SLOW_DOWN)
        return await self._answers.asked(asking, Ceremony.SIGN_IN, ip=ip)

    async def sign_in(self, asking: str, answered: str, *, ip: str, browser: str, mark: str) -> str:
        """Begin a session with a passkey that names its owner and has verified them.

        Args:
            asking: The same as when it was asked.
            answered: The browser's answer, as JSON.
            ip: The IP address of the request, by which attempts are counted.
            browser: The browser's User-Agent header.
            mark: The secret that the browser keeps; the browser counts as known from now on.

        Returns:
            The secret for the browser's cookie.

        Raises:
            Refused: ``INVALID``: the answer is not good, or came too late. ``TOO_MANY``.
        """
        at = self._sessions.clock()
        attempt = await attempts.counted(self._database, f"passkey of {asking}", ip, at)
        async with self._answers.used(answered, asking, Ceremony.SIGN_IN) as (session, colleague):
            await sessions.succeeded(session, attempt, at - attempts.WINDOW)
            return await begin_whole(session, colleague.id, browser=browser, at=at, mark=mark)
