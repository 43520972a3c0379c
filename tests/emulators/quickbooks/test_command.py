"""``python -m emulators.quickbooks``: its flags, as a process, and what is kept over a restart."""

import signal
from pathlib import Path

import httpx2
import pytest

from emulators.kit.command import configured
from emulators.kit.oauth.grants import Consent
from emulators.kit.signing import SigningKey
from emulators.quickbooks import Config
from emulators.quickbooks.__main__ import flags
from emulators.quickbooks.identity.policies import ACCOUNTING
from emulators.quickbooks.world import World
from tests.emulators.quickbooks.client import App
from tests.emulators.standing_in import started

pytestmark = pytest.mark.thorough


def test_flags_say_what_an_app_says_of_itself() -> None:
    asked = flags().parse_args(["--port", "0", "--webhook-url", "http://127.0.0.1:5999/hooks", "--people", "4"])
    config = Config(**configured(asked), webhook_url=asked.webhook_url, webhook_token=asked.webhook_token)
    assert (config.people, config.webhook_url) == (4, "http://127.0.0.1:5999/hooks")
    assert "token" not in repr(config)


def test_a_companys_grant_is_kept(tmp_path: Path) -> None:
    config, key = Config(organisations=2, state_file=tmp_path / "sandbox.json"), SigningKey()
    world = World(config, key=key)
    realm, person = next(iter(world.library.organisations)), next(iter(world.library.people))
    consent = Consent(person, (ACCOUNTING,), "event", int(world.clock.now()), "session", organisation_id=realm)
    grant_id, token = world.grants.start(consent)
    world.grants.remember_access("access", consent, grant_id)
    world.save()
    again = World(config, key=key)
    access, kept = again.grants.access("access"), again.grants.rotate(token or "")
    assert access is not None
    assert kept is not None
    assert (access.organisation_id, kept.current) == (realm, token)


@pytest.mark.thorough
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
