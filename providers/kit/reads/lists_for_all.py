"""A list that a platform has alike for every organisation: it is read once an app and day, over all processes.

Any organisation's call may bring it, and may be refused for a reason of that organisation's own; so a call that failed
fails nobody else's. What is kept are the platform's records, and rows are made of them here: a release that makes other
rows of them needs no new answer.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import orjson

from contracts.words.standard_information import Row
from providers.kit.cached import Cached
from providers.kit.clock import Clock
from providers.kit.json_values import Record
from providers.port.shared import AnswerKey, AnswersForAll

OneRow = TypeVar("OneRow", bound=Row)

_DAY = timedelta(days=1)


class ListForAll(Generic[OneRow]):
    """Keeps such a list, in this process and for all others.

    Args:
        answers: Where processes keep it for each other.
        key: What it is.
        parse: Makes a row of a record.
        now: The clock, aware, in UTC.
    """

    def __init__(self, answers: AnswersForAll, key: AnswerKey, parse: Callable[[Record], OneRow], now: Clock) -> None:
        self._answers, self._key, self._parse = answers, key, parse
        self._rows = Cached[tuple[OneRow, ...]](_DAY, now, fails_for_all=False, shared=self)

    async def rows(self, load: Callable[[], Awaitable[list[Record]]]) -> tuple[OneRow, ...]:
        """Its rows.

        Args:
            load: Reads its records in the caller's name, where they are to be read.

        Raises:
            Exception: Whatever ``load`` raises, when there are none that may be kept instead.
        """

        async def loaded() -> tuple[OneRow, ...]:
            return tuple(map(self._parse, await load()))

        return await self._rows.get(loaded)

    async def known(self) -> tuple[tuple[OneRow, ...], datetime] | None:
        """See ``SharedValue.known``. Something that another release has kept in another form is as good as nothing."""
        if (kept := await self._answers.known(self._key)) is None:
            return None
        answer, at = kept
        try:
            records = orjson.loads(answer)
        except orjson.JSONDecodeError:
            return None
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            return None
        rows = tuple(map(self._parse, records))
        return (rows, at) if rows and all(row.key for row in rows) else None

    async def keep(self, value: tuple[OneRow, ...], at: datetime) -> None:
        """See ``SharedValue.keep``."""
        await self._answers.keep(self._key, f"[{','.join(row.record for row in value)}]", at)
