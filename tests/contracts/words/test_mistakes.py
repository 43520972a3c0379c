"""People never read a validator's own words, whatever kind of mistake it is."""

from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import AfterValidator, AwareDatetime, Field, TypeAdapter, ValidationError
from pydantic_core._pydantic_core import list_all_errors

from contracts.payloads.selection import Selection
from contracts.words.connection_settings import SettingsPatch
from contracts.words.lists import ListName
from contracts.words.mistakes import first_of, sentence_of

TECHNICAL = ("input", "string", "parse", "parsing", "valid ", "type", "value error", "integer", "null", "tuple", "{")


def test_every_kind_of_mistake_has_a_plain_sentence():
    for kind in list_all_errors():
        facts: dict[str, Any] = kind.get("example_context") or {}
        said = sentence_of({"type": kind["type"], "msg": kind["example_message_python"], "ctx": facts})
        assert said.endswith("."), kind["type"]
        assert said != kind["example_message_python"]
        if kind["type"] not in {"value_error", "json_invalid", "json_type"}:
            assert not [word for word in TECHNICAL if word in said.lower()], said


def refused(text: str) -> str:
    raise ValueError("it must be told")


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        (int, "many", "Give a whole number."),
        (Annotated[int, Field(ge=1, le=500)], 501, "Give 500 or less."),
        (Annotated[int, Field(ge=1, le=500)], 0, "Give 1 or more."),
        (Annotated[str, Field(min_length=1)], "", "This must not be empty."),
        (Annotated[str, Field(max_length=3)], "long", "Give 3 characters or fewer."),
        (Annotated[list[int], Field(min_length=1)], [], "Give 1 or more."),
        (Literal["create", "link"], "sell", "Choose one of these: create or link."),
        (UUID, "me", "This is not an id of ours."),
        (AwareDatetime, "yesterday", "Give a day and a time with its zone, such as 2026-11-28T09:30:00Z."),
        (AwareDatetime, "2026-11-28T09:30:00", "Give a day and a time with its zone, such as 2026-11-28T09:30:00Z."),
        (bool, "perhaps", "Say true or false."),
        (Annotated[str, AfterValidator(refused)], "x", "It must be told."),
    ],
)
def test_what_people_read(kind: Any, value: object, said: str):
    with pytest.raises(ValidationError) as error:
        TypeAdapter(kind).validate_python(value)
    assert first_of(error.value) == (None, said)


@pytest.mark.parametrize(
    ("model", "value", "where", "said"),
    [
        (SettingsPatch, {}, None, "Send at least one setting to change."),
        (SettingsPatch, {"refresh_hours": None}, None, "Refresh_hours cannot be left empty: leave it out to keep it."),
        (SettingsPatch, {"colour": "red"}, "colour", "There is no such field."),
        (
            SettingsPatch,
            {"list_names": ["secrets"]},
            "list_names.0",
            "Choose one of these: {} or {}.".format(", ".join(list(ListName)[:-1]), list(ListName)[-1]),
        ),
        (Selection, {"organisations": "all"}, "organisations", "Give a list."),
        (Selection, {}, None, "Choose at least one organisation."),
    ],
)
def test_where_it_is(model: Any, value: object, where: str | None, said: str):
    with pytest.raises(ValidationError) as error:
        model.model_validate(value)
    assert first_of(error.value) == (where, said)
