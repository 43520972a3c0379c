"""No accounting software is named outside its own rooms: what differs between two of them is said by the port."""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from providers.port.capabilities import Capabilities
from providers.registry import NAMES
from tests.house import ROOT, complain
from tests.test_architecture import ROOMS

KINDS = {".py", ".html", ".css", ".js", ".txt", ".sql", ".sh"}

OWN = ("providers/{name}", "emulators/{name}")
"""Where everything is about it."""

STAND_INS = sorted(program.parent.name for program in (ROOT / "emulators").glob("*/__main__.py"))
KNOWN = sorted({*NAMES, *STAND_INS})
"""Every accounting software that has a provider or a stand-in."""

PLACES = {
    "providers/registry.py": "the one list of providers",
    "cli/main.py": "announces the stand-in under the name that it had before there were others",
    "cli/operate/processes.py": "runs it under that name",
    "cli/demo/stand_ins/{name}.py": "how its stand-in's sign-in goes, and the stand-in's words for what goes wrong",
    "bench/harness/databases.py": "says which stand-in is measured",
    "bench/baselines/scripts/{name}.py": "the bare script speaks to the API itself",
    "bench/baselines/one_by_one.py": "the script on the vendor's own SDK, which we are compared with",
    "bench/capacity": "computes with what each vendor allows an app, and with shares of the market",
    "torture/stack/hosts.py": "says which stand-in is fought over",
}
"""Other files that may name one, and why. Tests and documentation may too."""


def allowed(file: Path, name: str) -> bool:
    here = file.relative_to(ROOT)
    places = (Path(place.format(name=name)) for place in (*OWN, *PLACES))
    return any(here == place or place in here.parents for place in places)


def word(name: str) -> re.Pattern[str]:
    """The name, or its vendor's, in any case, and not as the end of a longer word: a message is no Sage."""
    return re.compile(
        "|".join(rf"(?<![A-Za-z])(?i:{one})|{one.capitalize()}" for one in (name, *VENDORS.get(name, ())))
    )


VENDORS = {"quickbooks": ("intuit",)}
"""Whose software it is, where that has another name."""


def files() -> Iterator[Path]:
    for room in sorted(ROOMS):
        module = ROOT / f"{room}.py"
        yield from [module] if module.is_file() else sorted((ROOT / room).rglob("*"))


@pytest.mark.parametrize("name", KNOWN)
def test_nobody_else_names_it(name: str):
    named = word(name)
    complain(
        [
            f"{file.relative_to(ROOT)}:{number} names {found.group()}: ask the port, `starter/software.py` or "
            f"`providers/registry.py`, or say it without the name."
            for file in files()
            if file.suffix in KINDS and "__pycache__" not in file.parts and not allowed(file, name)
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
            if (found := named.search(line))
        ]
    )


@pytest.mark.parametrize("name", KNOWN)
def test_no_file_elsewhere_is_named_for_it(name: str):
    complain(
        [
            f"{file.relative_to(ROOT)} is named for one accounting software: move it to that one's folder."
            for file in files()
            if word(name).search(file.name) and "__pycache__" not in file.parts and not allowed(file, name)
        ]
    )


@pytest.mark.parametrize("place", PLACES)
def test_each_exception_is_needed(place: str):
    needed = [
        file
        for name in KNOWN
        for path in [ROOT / place.format(name=name)]
        for file in ([path] if path.is_file() else path.rglob("*.py"))
        if word(name).search(file.read_text(encoding="utf-8"))
    ]
    assert needed, f"{place} names no accounting software any more: take it off the list"


def test_somebody_decides_by_each_capability():
    read = "\n".join(file.read_text() for file in files() if file.suffix == ".py" and "providers" not in file.parts)
    behind = {"sign_in_brings": "joins_many"}
    complain(
        [
            f"nobody decides by the capability {one.name}: leave it out until a platform needs it."
            for one in fields(Capabilities)
            if f".capabilities.{behind.get(one.name, one.name)}" not in read
        ]
    )
