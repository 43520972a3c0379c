"""The rules of time zones: those of the pinned ``tzdata`` package, for every process, whatever the machine has.

Rules change several times a year. A machine's own are as old as its last update, and Python and Temporal prefer them;
so pages, mail and the nights would each go by another clock.
"""

import zoneinfo
from importlib.resources import files
from pathlib import Path

GO_VARIABLE = "ZONEINFO"
"""Where programs in Go look for rules first, before the machine's and those in their own binary (Go's ``time``)."""


def use_pinned_rules() -> None:
    """Let ``zoneinfo`` read the package alone; every program of ours calls this first.

    Without it, Python takes the machine's rules before the package's (Python's documentation of ``zoneinfo``).
    """
    zoneinfo.reset_tzpath(())
    zoneinfo.ZoneInfo.clear_cache()


def pinned_rules() -> Path:
    """The folder of the package's rules, one compiled file a zone."""
    return Path(str(files("tzdata") / "zoneinfo"))


def pinned_version() -> str:
    """The release of the rules as IANA counts them, such as ``2026f``."""
    with (pinned_rules() / "tzdata.zi").open() as source:
        return source.readline().removeprefix("# version ").strip()
