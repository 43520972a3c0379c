"""What `clientsync up` has to look at: made once, found again, and never in the way of what its owner changed."""

from pathlib import Path

import pytest

from models.kit.database import Database
from starter.access.sessions import Sessions
from starter.first_look import ADA, PASSWORD_FILE, PRACTICE, first_look

URL = "http://127.0.0.1:8000"


async def test_it_is_made_once_and_found_again(database: Database, tmp_path: Path):
    made = await first_look(database, URL, tmp_path)
    sessions = Sessions(database, URL)
    assert made.password is not None
    token = await sessions.sign_in(ADA, made.password, ip="127.0.0.1", browser="")
    assert await first_look(database, URL, tmp_path) == made
    signed_in = await sessions.by_token(token)  # starting again signs nobody out
    assert signed_in.actor.practice_name == PRACTICE
    assert (tmp_path / PASSWORD_FILE).stat().st_mode & 0o077 == 0


@pytest.mark.thorough
async def test_a_password_that_was_changed_is_not_told(database: Database, tmp_path: Path):
    await first_look(database, URL, tmp_path)
    await Sessions(database, URL).set_password(ADA, "four calm ferries waiting")
    assert (await first_look(database, URL, tmp_path)).password is None


@pytest.mark.thorough
async def test_a_start_that_was_interrupted_is_made_good(database: Database, tmp_path: Path):
    first = await first_look(database, URL, tmp_path)
    (tmp_path / PASSWORD_FILE).unlink()
    again = await first_look(database, URL, tmp_path)
    assert again.password not in {None, first.password}
