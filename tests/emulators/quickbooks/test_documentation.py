"""The sandbox's page in ``docs`` names everything that there is."""

import re
from dataclasses import fields
from pathlib import Path

from emulators.kit.control.words import RecordWords
from emulators.quickbooks import SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET
from emulators.quickbooks.__main__ import flags
from emulators.quickbooks.accounting.entities import ENTITIES
from emulators.quickbooks.config import SANDBOX_WEBHOOK_TOKEN
from emulators.quickbooks.control.words import (
    ChangeWords,
    DeliveryWords,
    FaultWords,
    LimitWords,
    OrganisationWords,
    SettingWords,
)
from emulators.quickbooks.faults import Kind
from emulators.quickbooks.records.lists import LISTS
from emulators.quickbooks.settings import Settings

PAGE = (Path(__file__).parents[3] / "docs" / "quickbooks-sandbox.md").read_text(encoding="utf-8")


def test_every_fault_field_and_switch_is_explained() -> None:
    missing = {kind.value for kind in Kind if f"`{kind.value}`" not in PAGE}
    kinds = (ChangeWords, DeliveryWords, FaultWords, LimitWords, OrganisationWords, RecordWords, SettingWords)
    for words in kinds:
        missing |= {name for name in words.model_fields if not re.search(rf"\b{name}\b", PAGE)}
    assert missing == set()


def test_every_switch_can_be_switched() -> None:
    assert {one.name for one in fields(Settings)} | {"latency_ms"} == set(SettingWords.model_fields)


def test_every_flag_and_list_is_explained() -> None:
    found = set(re.findall(r"--[a-z-]+", flags().format_help())) - {"--help"}
    assert len(found) > 14
    assert {flag for flag in found if f"`{flag}`" not in PAGE} == set()
    assert ENTITIES.keys() == LISTS.keys()
    assert {name for name in LISTS if f"`{name}`" not in PAGE} == set()


def test_its_constants_are_the_real_ones() -> None:
    for constant in (SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET, SANDBOX_WEBHOOK_TOKEN):
        assert constant in PAGE
