"""``make bench-pages`` asks for every page that the application has."""

from typing import cast

import pytest

from bench.pages.addresses import addresses
from bench.pages.practice import LISTED, Furnished
from runtime.sealing.keyring import KeyRing
from starter.operations import Operations
from web.app import create_app

pytestmark = pytest.mark.thorough


IDS = (
    *("client_id", "archived_id", "run_id", "colleague_id", "team_id"),
    *("token_id", "passkey_id", "import_id", "view_id"),
)


@pytest.fixture
def app():
    ring = KeyRing.parse(f"bench:{KeyRing.generate_key()}")
    return create_app(cast("Operations", None), ring=ring)  # no page is asked for here


@pytest.fixture
def practice() -> Furnished:
    runs = {"choosing": "run-1", "added": "run-2", "changing": "run-3", "one": "run-4"}
    return Furnished("secret", {**{name: name for name in IDS}, "provider": "any"}, runs, "healthy")


def test_every_page_is_asked_for_and_each_run_at_its_stage(app, practice: Furnished):
    paths = [one.path for one in addresses(app, practice)]
    assert {"/clients", "/team/colleagues/colleague_id", "/clients/healthy", "/clients/archived_id/erase"} <= {*paths}
    assert [path for path in paths if path in {"/activity/run-1", "/activity/run-2"}] == [
        "/activity/run-1",
        "/activity/run-2",
    ]
    rows = {one.path: one.rows for one in addresses(app, practice)}
    assert (rows["/activity/run-1"], rows["/activity/run-2"], rows["/clients?limit=200"]) == (LISTED, 0, 200)
    assert len(paths) > 50
    assert not any("{" in path or path.startswith("/api/") for path in paths)


def test_a_new_page_whose_address_is_not_known_is_told(app, practice: Furnished):
    app.get("/clients/{client_id:uuid}/letters/{letter_id}")(lambda: "")
    with pytest.raises(LookupError, match=r"say in bench/pages/addresses.py what stands for letter_id"):
        list(addresses(app, practice))
