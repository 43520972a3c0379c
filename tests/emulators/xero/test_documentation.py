"""The sandbox's page in ``docs`` names everything that there is."""

import re
import subprocess
import sys
from pathlib import Path

from emulators.kit.control.api import ControlApi
from emulators.xero import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, Config
from emulators.xero.control.control import Control
from emulators.xero.control.words import FaultWords, LimitWords, OrganisationWords, RecordWords, SettingWords
from emulators.xero.faults import Kind
from emulators.xero.records.lists import KEY_OF
from emulators.xero.world import World

PAGE = (Path(__file__).parents[3] / "docs" / "xero-sandbox.md").read_text(encoding="utf-8")


def test_every_fault_and_field_is_explained() -> None:
    missing = {kind.value for kind in Kind if f"`{kind.value}`" not in PAGE}
    for words in (FaultWords, LimitWords, OrganisationWords, RecordWords, SettingWords):
        missing |= {name for name in words.model_fields if not re.search(rf"\b{name}\b", PAGE)}
    assert missing == set()


def test_every_control_call_is_explained() -> None:
    routes = ControlApi(Control(World(Config(organisations=0)))).routes()
    calls = {
        (str(method), route.path.removeprefix("/sandbox/api")) for route in routes for method in route.methods or ()
    }
    named = {re.sub(r"\{\w+\}", "{id}", f"{method} {path}") for method, path in calls if method != "HEAD"}
    assert len(named) > 12
    assert {call for call in named if f"`{call}`" not in PAGE} == set()


def test_every_flag_is_explained() -> None:
    text = subprocess.run(
        [sys.executable, "-m", "emulators.xero", "--help"], capture_output=True, text=True, check=True
    ).stdout
    flags = set(re.findall(r"--[a-z-]+", text)) - {"--help"}
    assert len(flags) > 10
    assert {flag for flag in flags if f"`{flag}`" not in PAGE} == set()


def test_its_constants_are_the_real_ones() -> None:
    assert SANDBOX_CLIENT_ID in PAGE
    assert SANDBOX_CLIENT_SECRET in PAGE
    assert all(name in PAGE for name in KEY_OF)
