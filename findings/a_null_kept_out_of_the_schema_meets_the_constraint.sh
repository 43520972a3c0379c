#!/usr/bin/env bash
# An optional, constrained field whose null is kept out of the JSON schema.
#
# Packages: pydantic 2.14.3. Python 3.11 or newer.
#
# A guess: `int | SkipJsonSchema[None] = Field(ge=1)` takes what `int | None = Field(ge=1)` takes; the marker is about the
# schema that is shown, and changes nothing of what is validated.
#
# What happens: for a plain union with None the constraint is put on the other member. Any annotation on the None, this
# marker too, hides it, and the constraint is put on the whole union: a null is then no ValidationError with a place, but
# a bare TypeError out of the validation, which a web framework answers with 500. All other values are judged alike.
# With the constraint on the member itself a null is taken, but the place of an error gets one step more.
#
# Seen:
#   int | None                      null: taken        0: ValidationError at ('days',)
#   int | SkipJsonSchema[None]      null: TypeError    0: ValidationError at ('days',)
#   int | Annotated[None, 'word']   null: TypeError    0: ValidationError at ('days',)
#   SkipJsonSchema[int | None]      null: taken        0: ValidationError at ('days',)
#   constraint on the member        null: taken        0: ValidationError at ('days', 'constrained-int')
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install pydantic==2.14.3

cat >"$folder/nulls.py" <<'PYTHON'
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError
from pydantic.json_schema import SkipJsonSchema


class Plain(BaseModel):
    days: int | None = Field(default=None, ge=1)


class Marked(BaseModel):
    days: int | SkipJsonSchema[None] = Field(default=None, ge=1)


class Annotation(BaseModel):
    days: int | Annotated[None, "word"] = Field(default=None, ge=1)


class Outside(BaseModel):
    days: SkipJsonSchema[int | None] = Field(default=None, ge=1)


class Member(BaseModel):
    days: Annotated[int, Field(ge=1)] | SkipJsonSchema[None] = None


def comes(model: type[BaseModel], value: int | None) -> str:
    try:
        model(days=value)
    except ValidationError as error:
        return f"ValidationError at {error.errors()[0]['loc']}"
    except TypeError:
        return "TypeError"
    return "taken"


for name, model in {
    "int | None": Plain,
    "int | SkipJsonSchema[None]": Marked,
    "int | Annotated[None, 'word']": Annotation,
    "SkipJsonSchema[int | None]": Outside,
    "constraint on the member": Member,
}.items():
    print(f"{name:31} null: {comes(model, None):12} 0: {comes(model, 0)}")
PYTHON

"$folder/venv/bin/python" "$folder/nulls.py" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
int | None                      null: taken        0: ValidationError at ('days',)
int | SkipJsonSchema[None]      null: TypeError    0: ValidationError at ('days',)
int | Annotated[None, 'word']   null: TypeError    0: ValidationError at ('days',)
SkipJsonSchema[int | None]      null: taken        0: ValidationError at ('days',)
constraint on the member        null: taken        0: ValidationError at ('days', 'constrained-int')
SEEN
