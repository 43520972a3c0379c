"""Sage's call limits: 150 at once and 1,296,000 a day for the app, whatever business a call is about.

Source: Sage's guide on best practices. It names no limit for a business or a minute, and no header that tells what is
left.
"""

from emulators.kit.answers import Headers
from emulators.kit.limits import DAY, Window

WINDOWS = (
    Window("concurrent", "concurrent", 150, None, is_of_app=True, tells_wait=False),
    Window("day", "day", 1_296_000, DAY, is_of_app=True),
)


def wait_header(seconds: int | None) -> Headers:
    """``Retry-After``; nothing without a time to wait."""
    return [] if seconds is None else [(b"retry-after", str(seconds).encode())]
