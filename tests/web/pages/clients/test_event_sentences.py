"""Every kind of event that the code writes has a sentence, and says what it should."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from web.pages.clients.event_sentences import SENTENCES, Happened

ROOT = Path(__file__).parents[4]
NOUNS = frozenset(kind.partition(".")[0] for kind in SENTENCES)


def kinds_in(source: str) -> Iterator[str]:
    """What looks like an event's kind: a noun of ours, a dot and a word, or a status behind the dot."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr) and len(node.values) > 1 and isinstance(node.values[0], ast.Constant):
            if node.values[0].value == "connection.":
                yield from (f"connection.{status.value}" for status in ConnectionStatus)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            noun, dot, word = node.value.partition(".")
            if dot and noun in NOUNS and word.isidentifier() and word != "id":
                yield node.value


def written() -> set[str]:
    """The kinds in the rooms that write events."""
    files = [*ROOT.glob("models/**/*.py"), *ROOT.glob("activities/**/*.py"), *ROOT.glob("starter/**/*.py")]
    return {kind for file in files for kind in kinds_in(file.read_text())}


def test_every_kind_that_the_code_writes_has_a_sentence_and_no_other_has():
    assert written() == set(SENTENCES)


def test_a_new_kind_would_be_seen():
    assert set(kinds_in('record("connection.painted"); f"connection.{status}"')) >= {"connection.painted"}


@pytest.mark.parametrize("who", ["Ada Harbour", None])
@pytest.mark.parametrize("cause", [Cause.SIGNED_OUT, None])
def test_each_is_a_whole_sentence(who, cause):
    for kind in sorted(SENTENCES):
        after = "disconnected: It was removed." if kind == "connection.disconnected" else "refresh_hours: 24"
        said = Happened(kind, who, cause, "refresh_hours: 48", after).sentence
        assert said[0].isupper(), kind
        assert said[-1] == ".", kind
        assert "None" not in said, kind
        assert ".." not in said, kind


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (Happened("client.created", "Ada", after="Quay Ltd"), "Ada added the client from Quay Ltd."),
        (Happened("connection.connected", "Ada", after="Quay Ltd"), "Ada connected the client to Quay Ltd."),
        (Happened("connection.connected", "Ada", after="Quay Inc."), "Ada connected the client to Quay Inc."),
        (Happened("connection.connected", None, None, "needs_reconnect", "connected"), "The connection works again."),
        (Happened("connection.connected", None, None, "connected", "connected"), "The trouble is over."),
        (
            Happened("connection.needs_reconnect", None, Cause.SIGNED_OUT, "connected", "needs_reconnect"),
            f"The connection needs somebody to sign in. {Cause.SIGNED_OUT.sentence}",
        ),
        (
            Happened("connection.disconnected", None, None, "disconnecting", "disconnected: It was removed at Xero."),
            "The client is disconnected. It was removed at Xero.",
        ),
        (Happened("client.reassigned", "Ben", None, "Ada", "Ben"), "Ben took the client over from Ada."),
        (Happened("client.reassigned", "Cleo", None, "Ada", "Ben"), "Cleo moved the client from Ada to Ben."),
        (
            Happened("connection.settings_changed", "Ada", None, "costs_status: none", "costs_status: draft"),
            "Ada changed a setting. Status of costs: no default → draft.",
        ),
        (
            Happened(
                "connection.settings_changed",
                "Ada",
                None,
                "list_names: organisation, items",
                "list_names: organisation, tax_rates",
            ),
            "Ada changed which lists are pulled: now also Tax rates; no longer Items.",
        ),
        (Happened("connection.refreshed", "Ada", after="items 1 added"), "Ada refreshed the lists: items 1 added."),
        (
            Happened("connection.refreshed", "Ada", None, "tax_rates, items", "nothing changed"),
            "Ada refreshed Tax rates, Items: nothing changed.",
        ),
        (
            Happened("connection.refreshed", after="nothing changed"),
            "The lists were refreshed automatically: nothing changed.",
        ),
        (Happened("connection.told", after="Ada"), "Told by e-mail: Ada."),
        (Happened("connection.told"), "A notice for who can act was written."),
        (Happened("connection.notice_written", after="Ada, Ben"), "A notice for Ada, Ben was put into the outbox."),
        (
            Happened("connection.signed_in", "Ada", after="Bella Silva"),
            "Ada signed in as Bella Silva, whose login this connection uses.",
        ),
        (Happened("connection.login_changed", after="Bella"), "The connection uses the login of Bella from now on."),
        (Happened("supplier.new", None, after="1"), "A refresh brought 1 new contact to the list of suppliers."),
        (Happened("something.of_another_version"), "Something: of another version."),
    ],
)
def test_what_they_say(event, sentence):
    assert event.sentence == sentence
