"""What is alike in how platforms refuse: a 429 that names no limit, and what support staff are told of an answer."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from providers.kit.json_bodies import read_if_json
from providers.kit.oauth.token_endpoint import refusal
from providers.kit.windows import retry_after
from providers.port.errors import ProviderError, RateLimited

Classify = Callable[[int, Mapping[str, str], bytes, datetime], ProviderError]
"""The error for an answer that is no success: its status, headers (compared without case) and body, and when it came
(aware)."""

Refuses = Callable[[int, Mapping[str, str], bytes], bool]
"""Whether an answer refuses the access token, so that a newer one may help: its status, headers and body."""

_LONG = timedelta(minutes=10)

logger = logging.getLogger(__name__)


class Throttling(NamedTuple):
    """What a platform's 429s mean, which do not name their limit: a wait of more than ten minutes is the long one's.

    Attributes:
        long: The limit of a day or a month, as ``RateLimited`` names it.
        short: The limit that is over within a minute.
        wait: How long a refusal is waited for that does not say when it ends.
        longest: No limit is longer; a greater Retry-After is a mistake.
    """

    long: str
    short: str
    wait: timedelta
    longest: timedelta

    def retry_at(self, headers: Mapping[str, str], now: datetime) -> datetime | None:
        """When an answer says that it may be asked again; None where it does not."""
        return retry_after(headers, now, self.longest)

    def error(self, headers: Mapping[str, str], now: datetime, detail: str) -> RateLimited:
        """The error for a 429."""
        retry_at = self.retry_at(headers, now)
        if retry_at is not None and retry_at - now > _LONG:
            return RateLimited(self.long, retry_at, detail)
        return RateLimited(self.short, retry_at or now + self.wait, detail)

    def of_tokens(
        self, status: int, headers: Mapping[str, str], body: bytes, now: datetime, detail: str
    ) -> ProviderError:
        """The error for an answer of the token or revocation endpoint; other arguments as of ``Classify``.

        The word decides, since it is seen under several statuses: ``invalid_grant`` alone says that a grant is dead.
        """
        if status == 429:
            return self.error(headers, now, detail)
        parsed = read_if_json(body)
        word = parsed.get("error") if isinstance(parsed, dict) else None
        retry_at = self.retry_at(headers, now)
        return refusal(status, word, detail, is_its_own=isinstance(parsed, dict), retry_at=retry_at)


def noted(error: ProviderError, method: str, path: str) -> ProviderError:
    """The error of a call, written to the log with the platform's own id of the call, by which its support finds it.

    Args:
        error: Its detail holds no secret and nothing of the books.
        method: GET, or another.
        path: Without its query.
    """
    logger.info("refused: %s %s: %s", method, path, error.detail)
    return error


def described(status: int, said: str, headers: Mapping[str, str], header: str, *, named: str, of: str = "") -> str:
    """The status of an answer, what it said, and the id that the platform's support asks for.

    Args:
        status: HTTP status.
        said: Words of a known set; may be empty.
        headers: Of the answer.
        header: Which of them has the id.
        named: What the id is called.
        of: Whose answer it is, where not the API's.
    """
    identity = "".join(c for c in headers.get(header, "") if c.isascii() and (c.isalnum() or c in "-_"))[:60]
    return ", ".join(filter(None, (f"{of}HTTP {status}", said, f"{named} {identity}" if identity else "")))
