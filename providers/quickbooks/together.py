"""Asks for what several feeds of a pull want at the same moment in one call: a month has few of them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from providers.port.credential import CredentialSource
from providers.quickbooks.api import Calls, Question, Taken

MOMENT = 0.02
"""Seconds that the first waits for others. Feeds begin together, behind the same answer, some steps of the event loop
apart; a call takes ten times as long."""


class _Wanted(NamedTuple):
    """What one feed waits for."""

    question: Question[Any]
    answer: asyncio.Future[Any]


@dataclass(slots=True)
class _Leading:
    """How many answers are awaited that may lead to further questions, and the end of that."""

    answers: int = 0
    is_over: asyncio.Event = field(default_factory=asyncio.Event)


class Together:
    """Makes one call of what is wanted of a company by one pull at the same moment.

    A batch takes 30 questions; the short lists of a company, each with its count, are 14.

    Args:
        api: Makes calls.
        pause: Waits for a number of seconds.
    """

    def __init__(self, api: Calls, pause: Callable[[float], Awaitable[None]]) -> None:
        self._api, self._pause = api, pause
        self._waiting: dict[tuple[CredentialSource, str], list[_Wanted]] = {}
        self._leading: dict[tuple[CredentialSource, str], _Leading] = {}
        self._calls = set[asyncio.Task[None]]()

    @contextmanager
    def leading_on(self, tokens: CredentialSource, realm: str) -> Iterator[None]:
        """While an answer is awaited that may lead to further questions: those that are asked meanwhile wait for them.

        An answer takes ten times as long as the moment, so that without this they would take a call of their own.
        """
        leading = self._leading.setdefault((tokens, realm), _Leading())
        leading.answers += 1
        try:
            yield
        finally:
            leading.answers -= 1
            if not leading.answers:
                del self._leading[tokens, realm]
                leading.is_over.set()

    async def ask(self, tokens: CredentialSource, realm: str, question: Question[Taken]) -> Taken:
        """Ask a question; the refusal of another one in the same call is none of this one.

        Raises:
            ProviderError: Classified by cause.
        """
        wanted, pull = _Wanted(question, asyncio.get_running_loop().create_future()), (tokens, realm)
        if (waiting := self._waiting.get(pull)) is not None:
            waiting.append(wanted)
        else:
            self._waiting[pull] = [wanted]
            call = asyncio.create_task(self._call(tokens, realm))
            self._calls.add(call)  # the event loop itself holds tasks weakly
            call.add_done_callback(self._calls.discard)
        answer: Taken = await wanted.answer
        return answer

    async def _call(self, tokens: CredentialSource, realm: str) -> None:
        """Wait a moment, ask, and hand on the answers; whoever has stopped waiting gets none."""
        waiting = self._waiting[tokens, realm]
        try:
            try:
                await self._pause(MOMENT)
                while (leading := self._leading.get((tokens, realm))) is not None:
                    await leading.is_over.wait()
                    await self._pause(MOMENT)
            finally:
                del self._waiting[tokens, realm]
            waiting = [one for one in waiting if not one.answer.done()]
            answers = await self._api.ask([one.question for one in waiting], tokens, realm) if waiting else []
        except BaseException as error:  # of the call itself: each hears of it
            answers = [error] * len(waiting)
            if not isinstance(error, Exception):  # this process is ending
                raise
        finally:
            for wanted, answer in zip(waiting, answers, strict=True):
                if wanted.answer.done():
                    continue
                if isinstance(answer, BaseException):
                    wanted.answer.set_exception(answer)
                else:
                    wanted.answer.set_result(answer)
