#!/usr/bin/env bash
# How an inline SVG of a QR code answers to a width from a style sheet.
#
# Packages: segno 1.6.6. Python 3.11 or newer.
#
# A guess: an SVG scales; `svg_inline(scale=4)` drawn at another width by CSS is the same picture, larger or smaller.
#
# What happens: with the defaults, and with any scale, the element has a width and a height and no viewBox, so that a width
# from outside changes the window and not the picture: a smaller one cuts modules off, and the code looks whole and cannot
# be read. A viewBox is written with `omitsize=True`, or as soon as a unit is named, even if that unit is px.
#
# Seen:
#   svg_inline()                        width height
#   svg_inline(scale=4)                 width height
#   svg_inline(omitsize=True)           viewBox
#   svg_inline(scale=4, unit='px')      width height viewBox
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install segno==1.6.6

cat >"$folder/pictures.py" <<'PYTHON'
import re

import segno

CODE = segno.make("otpauth://totp/Example:ada?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example", error="m")

for words in ({}, {"scale": 4}, {"omitsize": True}, {"scale": 4, "unit": "px"}):
    opening = CODE.svg_inline(**words).partition(">")[0]
    has = [name for name in ("width", "height", "viewBox") if re.search(rf"\s{name}=", opening)]
    called = f"svg_inline({', '.join(f'{name}={value!r}' for name, value in words.items())})"
    print(f"{called:35} {' '.join(has)}")
PYTHON

"$folder/venv/bin/python" "$folder/pictures.py" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
svg_inline()                        width height
svg_inline(scale=4)                 width height
svg_inline(omitsize=True)           viewBox
svg_inline(scale=4, unit='px')      width height viewBox
SEEN
