"""QuickBooks's call limits: for each company 10 a second and 500 a minute.

Source: Intuit's page on limits and throttles, which says to wait for a minute, and names no header that says so.
"""

from emulators.kit.answers import Headers
from emulators.kit.limits import Window

MINUTE = 60
WINDOWS = (
    Window("minute", "minute", 500, MINUTE, begins_apart=True),
    Window("second", "second", 10, 1),
)


def wait_header(seconds: float | None) -> Headers:
    """``Retry-After``; nothing without a time to wait."""
    return [] if seconds is None else [(b"retry-after", str(max(1, round(seconds))).encode())]
