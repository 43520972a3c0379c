"""Time zone rules: every process uses those of the pinned ``tzdata`` package, whatever the machine has.

Rules change several times a year. A machine's own rules are as old as its last update, and Python and Temporal prefer
them; pages, mail and the nightly check could then use different times.
"""

import zoneinfo
from importlib.resources import files
from pathlib import Path

GO_VARIABLE = "ZONEINFO"
"""Where programs in Go look for rules first, before the machine's and those in their own binary (Go's ``time``)."""


def use_pinned_rules() -> None:
    """Make ``zoneinfo`` read only the package; every program of ours calls this first.

    Otherwise Python prefers the machine's rules (see the documentation of ``zoneinfo``).
    """
    zoneinfo.reset_tzpath(())
    zoneinfo.ZoneInfo.clear_cache()


def pinned_rules() -> Path:
    """The folder of the package's rules, with one compiled file for each zone."""
    return Path(str(files("tzdata") / "zoneinfo"))


def pinned_version() -> str:
    """The release of the rules by IANA's name, such as ``2026f``."""
    with (pinned_rules() / "tzdata.zi").open() as source:
        return source.readline().removeprefix("# version ").strip()
