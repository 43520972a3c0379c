"""What an earlier sandbox saved is still good."""

from pathlib import Path

import orjson

from emulators.kit.clock import Clock
from emulators.kit.oauth.grants import Consent
from emulators.kit.signing import SigningKey
from emulators.xero import Config
from emulators.xero.world import World

SINCE = {"used_at", "grant_id", "organisation_id"}
"""What was not saved before stand-ins had grants of organisations."""


def earlier(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name not in SINCE}


def test_a_file_from_before_grants_had_ids_is_gone_on_with(tmp_path: Path) -> None:
    config = Config(organisations=2, state_file=tmp_path / "state.json")
    world = World(config, Clock(), SigningKey())
    person_id, *_ = world.library.people
    (first, *_) = world.library.organisations
    consent = Consent(person_id, ("offline_access", "accounting.settings.read"), "event", 1, "session")
    grant_id, refresh_token = world.grants.start(consent)
    world.grants.remember_access("an-access-token", consent, grant_id)
    world.connections.allow(person_id, first, "event")
    world.save()
    saved = orjson.loads((tmp_path / "state.json").read_bytes())
    saved["token_sets"] = [earlier(row) | {"consent": earlier(row["consent"])} for row in saved["token_sets"]]
    saved["access"] = {token: earlier(row) for token, row in saved["access"].items()}
    (tmp_path / "state.json").write_bytes(orjson.dumps(saved))

    again = World(config, Clock())
    assert again.key.private() == world.key.private()
    assert again.connections.exists(person_id, first)
    assert again.grants.rotate(refresh_token or "")
    assert again.grants.revoke(again.grants.token_sets()[0].current) == consent
    access = again.grants.access("an-access-token")
    assert access is not None
    assert access.is_revoked, "it is known whose it was"
