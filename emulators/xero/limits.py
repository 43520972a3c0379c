"""Xero's four call limits: 5 at once, 60 a minute and so many a day per organisation, 10,000 a minute per app."""

from emulators.kit.answers import Headers
from emulators.kit.limits import DAY, Limits, Usage, Window


def windows(day_limit: int) -> tuple[Window, ...]:
    """The limits of an app.

    Args:
        day_limit: Calls per organisation and day; decided by the app's tier.
    """
    return (
        Window("concurrent", "concurrent", 5, None, tells_wait=False),
        Window("minute", "minute", 60, 60),
        Window("day", "day", day_limit, DAY, begins_apart=True, usual=5000),
        Window("app_minute", "appminute", 10_000, 60, is_of_app=True),
    )


def app_remaining(limits: Limits) -> tuple[bytes, bytes]:
    """The header that every answer of an API has."""
    return b"x-appminlimit-remaining", str(limits.left("app_minute")).encode()


def remaining(limits: Limits, usage: Usage) -> Headers:
    """The headers of an answer about an organisation."""
    return [
        app_remaining(limits),
        (b"x-minlimit-remaining", str(limits.left("minute", usage)).encode()),
        (b"x-daylimit-remaining", str(limits.left("day", usage)).encode()),
    ]


def rate_limit_headers(kind: str, retry_after: int | None) -> Headers:
    """The headers of a 429; ``Retry-After`` only where there is a time to wait."""
    headers: Headers = [(b"x-rate-limit-problem", kind.encode())]
    if retry_after is not None:
        headers.append((b"retry-after", str(retry_after).encode()))
    return headers
