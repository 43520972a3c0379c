"""One source of time zone rules: the pinned package's, in every program of ours, before the machine's."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from runtime.settings.zone_rules import pinned_rules, pinned_version

ROOT = Path(__file__).parents[3]
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)

ASKING = """
import sys, zoneinfo
from datetime import UTC, datetime
from {module} import main
sys.argv = ["program", "--help"]
try:
    main()
except (SystemExit, Exception):
    pass
print("|", datetime(2026, 7, 1, 12, tzinfo=UTC).astimezone(zoneinfo.ZoneInfo("Europe/London")).hour)
"""


@pytest.mark.thorough
@pytest.mark.parametrize("module", ["cli.main", "web.__main__", "worker"])
def test_every_program_takes_the_pinned_rules_before_the_machine_s(module: str, tmp_path: Path):
    """A machine on which London has the clock of Tokyo."""
    (tmp_path / "Europe").mkdir()
    (tmp_path / "Europe" / "London").write_bytes((pinned_rules() / "Asia" / "Tokyo").read_bytes())
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CLIENTSYNC_")}
    environment = kept | {"PYTHONTZPATH": str(tmp_path), "CLIENTSYNC_DATABASE_URL": "postgresql://nowhere.invalid/x"}
    told = subprocess.run(
        [sys.executable, "-c", ASKING.format(module=module)],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.splitlines()[-1] == "| 13"


def test_the_pinned_rules_know_the_changes_of_2026():
    """British Columbia and Alberta gave up winter time, Morocco summer time."""
    assert pinned_version() >= "2026f"
    winter = datetime(2026, 12, 1, 12, tzinfo=UTC)
    for zone, hours in (("America/Vancouver", -7), ("America/Edmonton", -6), ("Africa/Casablanca", 0)):
        assert winter.astimezone(ZoneInfo(zone)).utcoffset() == timedelta(hours=hours)


def test_nobody_else_tells_the_time():
    """The browser and PostgreSQL have rules of their own: neither makes a local time of a moment."""
    for script in (ROOT / "web/static").glob("*.js"):
        text = script.read_text()
        for word in ("DateTimeFormat", "toLocaleDate", "toLocaleTime", "getHours", "getTimezoneOffset", "new Date"):
            assert word not in text, script.name
    for template in (ROOT / "web/templates").rglob("*.html"):
        assert "datetime-local" not in template.read_text()
    for room in ("models", "activities", "starter", "web", "cli", "bench"):
        for module in (ROOT / room).rglob("*.py"):
            assert "AT TIME ZONE" not in module.read_text().upper(), module.name
