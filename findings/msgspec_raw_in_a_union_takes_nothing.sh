#!/usr/bin/env bash
# A value that is left undecoded (`msgspec.Raw`) and may be missing or null, in msgspec's types.
#
# Packages: msgspec 0.23.0. Python 3.11 or newer.
#
# A guess: `Raw | None` is to `Raw` what `str | None` is to `str`: any value is taken, and null is None. If msgspec cannot
# do that, it says so with a TypeError when the decoder is made, as it does for other unions that it cannot tell apart
# (two classes without a tag).
#
# What happens: the decoder is made without a word, and `Raw` counts for nothing in the union. `Raw | None` takes null
# alone and refuses every other value, `Raw | str` takes texts alone; so in a field, in a dict and in a list. `Raw` by
# itself takes everything, null included (as the bytes `null`). For a value that may be missing, a field of type `Raw` with
# a default of None does what was meant.
#
# Seen:
#   two classes without a tag: TypeError when the decoder is made
#   Raw: 1 taken, "x" taken, {"b":1} taken, null taken
#   Raw | None: 1 refused, "x" refused, {"b":1} refused, null taken
#   Raw | str: 1 refused, "x" taken, {"b":1} refused, null refused
#   list[Raw | None]: 1 refused, "x" refused, {"b":1} refused, null taken
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install msgspec==0.23.0

cat >"$folder/unions.py" <<'PYTHON'
from msgspec import Raw, Struct, ValidationError
from msgspec.json import Decoder


class One(Struct):
    a: int


class Other(Struct):
    b: int


def taken(kind: object, value: bytes) -> str:
    """Whether a list of this kind takes the value."""
    try:
        Decoder(list[kind]).decode(b"[%s]" % value)
    except ValidationError:
        return f"{value.decode()} refused"
    return f"{value.decode()} taken"


try:
    Decoder(One | Other)
except TypeError:
    print("two classes without a tag: TypeError when the decoder is made")
for words, kind in (("Raw", Raw), ("Raw | None", Raw | None), ("Raw | str", Raw | str)):
    print(f"{words}: " + ", ".join(taken(kind, value) for value in (b"1", b'"x"', b'{"b":1}', b"null")))


class Listing(Struct):
    rows: list[Raw | None]


def listed(value: bytes) -> str:
    """The same of a list in a field."""
    try:
        Decoder(Listing).decode(b'{"rows":[%s]}' % value)
    except ValidationError:
        return f"{value.decode()} refused"
    return f"{value.decode()} taken"


print("list[Raw | None]: " + ", ".join(map(listed, (b"1", b'"x"', b'{"b":1}', b"null"))))
PYTHON

seen=$("$folder/venv/bin/python" "$folder/unions.py")
echo "$seen"
diff <(echo "$seen") - <<'SEEN'
two classes without a tag: TypeError when the decoder is made
Raw: 1 taken, "x" taken, {"b":1} taken, null taken
Raw | None: 1 refused, "x" refused, {"b":1} refused, null taken
Raw | str: 1 refused, "x" taken, {"b":1} refused, null refused
list[Raw | None]: 1 refused, "x" refused, {"b":1} refused, null taken
SEEN
