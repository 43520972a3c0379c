"""The sandbox's page in ``docs`` names everything that there is."""

import re
from dataclasses import fields
from pathlib import Path

from emulators.kit.command import parser
from emulators.kit.control.words import RecordWords
from emulators.sage import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET
from emulators.sage.accounting.resources import RESOURCES
from emulators.sage.control.words import FaultWords, LimitWords, OrganisationWords, SettingWords
from emulators.sage.faults import Kind
from emulators.sage.records.lists import LISTS
from emulators.sage.settings import Settings

PAGE = (Path(__file__).parents[3] / "docs" / "sage-sandbox.md").read_text(encoding="utf-8")


def test_every_fault_field_and_switch_is_explained() -> None:
    missing = {kind.value for kind in Kind if f"`{kind.value}`" not in PAGE}
    for words in (FaultWords, LimitWords, OrganisationWords, RecordWords, SettingWords):
        missing |= {name for name in words.model_fields if not re.search(rf"\b{name}\b", PAGE)}
    assert missing == set()


def test_every_switch_can_be_switched() -> None:
    assert {one.name for one in fields(Settings)} | {"latency_ms"} == set(SettingWords.model_fields)


def test_every_flag_and_list_is_explained() -> None:
    flags = set(re.findall(r"--[a-z-]+", parser("Sage", "id", "secret").format_help())) - {"--help"}
    assert len(flags) > 10
    assert {flag for flag in flags if f"`{flag}`" not in PAGE} == set()
    assert RESOURCES.keys() == LISTS.keys()
    assert {name for name in LISTS if f"`{name}`" not in PAGE} == set()


def test_its_constants_are_the_real_ones() -> None:
    assert SANDBOX_CLIENT_ID in PAGE
    assert SANDBOX_CLIENT_SECRET in PAGE
