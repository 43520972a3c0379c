"""What an OAuth token endpoint refuses, by the error words of RFC 6749 section 5.2.

Only words of the standard are believed and repeated: what stands in front of an endpoint answers under any status.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from contracts.words.causes import Cause
from providers.port.errors import AppRefused, NeedsPerson, ProviderError, SignedOut, Unavailable

Answer = TypeVar("Answer")

_REFUSED_APP = frozenset({"invalid_client", "unauthorized_client"})
_OTHER_WORDS = frozenset({"invalid_request", "invalid_scope", "unsupported_grant_type"})


class NotReached(Unavailable):
    """The token endpoint has not seen the call: a server in front of it has answered, or nobody.

    Something that can be used only once, such as a code, is still unused.
    """


class TokenRefused(NeedsPerson):
    """The token endpoint refused for a reason that neither a person nor the operator can change.

    Attributes:
        word: The OAuth standard's error code.
    """

    def __init__(self, word: str, detail: str) -> None:
        super().__init__(Cause.UNKNOWN, detail)
        self.word = word


def refusal(status: int, word: object, detail: str, *, is_its_own: bool, retry_at: datetime | None) -> ProviderError:
    """The error for an answer of a token or revocation endpoint that is neither a success nor a 429.

    Args:
        status: HTTP status. Which 4xx comes with which word differs, so the word decides.
        word: What the body gives as ``error``, unchecked.
        detail: Whose answer it is, and its status.
        is_its_own: Whether the body is in the endpoint's own form.
        retry_at: When the answer says that it may be asked again.
    """
    if 400 <= status < 500 and isinstance(word, str):
        if word == "invalid_grant":
            return SignedOut(f"{detail}, {word}")
        if word in _REFUSED_APP:
            return AppRefused(f"{detail}, {word}")
        if word in _OTHER_WORDS:
            return TokenRefused(word, f"{detail}, {word}")
    # Behind a 5xx or a 408 the service may have done its work before the answer was lost.
    is_edge = status < 500 and status != 408 and not is_its_own
    return (NotReached if is_edge else Unavailable)(detail, retry_at=retry_at)


async def once_more(call: Callable[[], Awaitable[Answer]], passing: type[Exception]) -> Answer:
    """Make a call, and repeat it once if it fails with an error that passes by itself."""
    try:
        return await call()
    except passing:
        return await call()
