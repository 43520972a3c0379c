"""Each command of ours that documents, messages and help name does exist."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from cli.main import app
from tests.house import ROOT

NAMED = re.compile(r"`clientsync ([a-z][^`\n]*)`")
PASSING_ON = {"web", "worker", "emulator", "xero-sandbox"}
"""Programs of their own: their further words are not this command line's."""


def named() -> Iterator[tuple[str, str]]:
    """Each command in backticks, with the file that names it."""
    for path in sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/**/*.py")]):
        parts = path.relative_to(ROOT).parts
        if parts[0].startswith(".") or path.name == Path(__file__).name or "CHANGELOG" in path.name:
            continue
        for found in NAMED.finditer(path.read_text()):
            yield found.group(1), "/".join(parts)


def unknown_word(line: str) -> str | None:
    """The first word or option of a command line that does not exist; None where all do."""
    command: Any = typer.main.get_command(app)  # groups are told by what they can, whichever click typer brings
    words = line.split()
    for number, word in enumerate(words):
        if hasattr(command, "get_command"):
            context = typer.Context(command)
            if command.get_command(context, word) is None:
                return word
            if word in PASSING_ON and number == 0:
                return None
            command = command.resolve_command(context, words[number:])[1]  # which imports it
        elif word.startswith("-"):
            option = word.split("=")[0]
            if option != "--help" and not any(option in (*one.opts, *one.secondary_opts) for one in command.params):
                return option
    return None


def test_every_command_that_is_named_exists():
    assert [f"{where} names `clientsync {line}`" for line, where in sorted(set(named())) if unknown_word(line)] == []


def test_one_that_does_not_exist_is_found():
    assert unknown_word("team list --json") == "list"
    assert unknown_word("clients edit --nonsense") == "--nonsense"
    assert unknown_word("emulator xero --port 1") is None
