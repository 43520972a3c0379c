"""Finds Chromium for tests, pictures and benchmarks of pages; ``setup/browser.sh`` installs it."""

import os
import shutil
from pathlib import Path

NAMES = (
    *("chromium-headless-shell", "chrome-headless-shell"),
    *("chromium", "chromium-browser", "google-chrome-stable", "google-chrome"),
)
"""Best without windows, as ``setup/browser.sh`` has it."""

ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage")
"""Root and containers have no sandbox to offer; the pages are our own. Containers have little shared memory."""


def chromium_path() -> Path:
    """The program that the variable ``CHROMIUM`` names (``make`` sets it), or one in ``PATH``.

    Raises:
        FileNotFoundError: There is none; the message says what to do.
    """
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None or not Path(found).exists():
        raise FileNotFoundError(f"{found or 'Chromium'} is not there: sh setup/browser.sh installs it")
    return Path(found)
