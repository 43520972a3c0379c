"""One cause has one name everywhere, and the accounting software's name stands where it is known."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from contracts.naming.labels import label_of
from contracts.naming.software import named
from contracts.naming.standings import Standing, standing_of
from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.runs import Outcome, Stage
from rules.night.digesting import ClientToTellOf, Digest, write
from tests.house import ROOT

SPELT = re.compile(r"\.replace\([\"']_[\"'], [\"'] [\"']\)\.capitalize\(\)")
SURFACES = ("activities", "cli", "rules", "starter", "web", "workflows")
OTHERWISE = {"cli/operate/up.py", "web/pages/clients/event_sentences.py", "web/pages/clients/list_columns.py"}
"""These spell what no closed set of ours has a name for."""


@pytest.mark.parametrize("cause", Cause)
def test_a_cause_has_one_name(cause: Cause):
    assert label_of(cause) == cause.label
    assert len({one.label for one in Cause}) == len(Cause)
    at = datetime(2026, 11, 29, tzinfo=UTC)
    client = ClientToTellOf(uuid4(), uuid4(), "Smith", "S1", uuid4(), None, cause, at, at, None, "books")
    mail = write(Digest(own=[client]), "Olive", UTC, None, {"books": "Ledger"}).body
    assert f"\n{named(cause.label, 'Ledger')}\n{named(cause.sentence, 'Ledger')} " in mail
    assert "the accounting software" not in mail.lower()


def test_nobody_spells_a_name_by_hand():
    """Pages, commands, mails and Temporal take names from the words; only what has none is spelt out."""
    found = {
        str(file.relative_to(ROOT))
        for room in SURFACES
        for file in (ROOT / room).rglob("*.py")
        if SPELT.search(file.read_text())
    }
    assert found <= OTHERWISE, found - OTHERWISE


def test_a_name_takes_the_place_of_the_neutral_words():
    said = "The accounting software is away. Nothing is wrong in the accounting software."
    assert named(said, "Ledger") == "Ledger is away. Nothing is wrong in Ledger."
    assert named(said, None) == named(said, "") == said


@pytest.mark.parametrize("status", ConnectionStatus)
@pytest.mark.parametrize("was_read", [True, False])
def test_green_is_only_what_was_read_and_has_no_cause(status: ConnectionStatus, *, was_read: bool):
    for cause in (None, *Cause):
        standing = standing_of(status, cause, was_read=was_read)
        is_well = status is ConnectionStatus.CONNECTED and cause is None and was_read
        assert (standing.tone == "good") is is_well, cause
        assert standing.value.startswith(status.label), cause


def test_without_a_connection_nothing_is_said_of_one():
    assert standing_of(None, None, was_read=False) is Standing.NOT_CONNECTED


def test_values_without_a_name_of_their_own_are_spelt():
    assert [label_of(one) for one in (Outcome.RETRYING, Stage.AWAITING_SELECTION, "needs-a look_at")] == [
        "Still being tried",
        "Waits for a choice",
        "Needs a look at",
    ]
    assert label_of(None) == ""
