"""``python -m emulators.quickbooks`` as a process."""

import signal
from pathlib import Path

import httpx2

from emulators.quickbooks import Config
from emulators.quickbooks.world import World
from tests.emulators.quickbooks.client import App
from tests.emulators.standing_in import started


def test_sign_ins_outlive_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.json"
    flags = ("--organisations", "14", "--state-file", str(file), "--disconnect-url", "http://127.0.0.1:5999/gone")
    with started("quickbooks", "QuickBooks", *flags) as (process, address), httpx2.Client(base_url=address) as http:
        app = App(http)
        app.companies = app.state()["organisations"]
        assert app.state()["settings"]["disconnect_url"] == "http://127.0.0.1:5999/gone"
        tokens = app.connect(app.realm(1))
        process.send_signal(signal.SIGTERM)
        assert (process.communicate(timeout=60), process.returncode) == (("", ""), 0)
    again = World(Config(organisations=14, state_file=file))
    access = again.grants.access(tokens.access)
    assert access is not None
    assert access.organisation_id == tokens.realm
    kept = again.grants.rotate(tokens.refresh)
    assert kept is not None
    assert kept.current == tokens.refresh
