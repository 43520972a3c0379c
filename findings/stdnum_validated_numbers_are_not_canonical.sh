#!/usr/bin/env bash
# Two notations of one tax number, each valid by python-stdnum, compared by what `validate` returns.
#
# Packages: python-stdnum 2.2. Python 3.11 or newer.
#
# A guess: `validate` does not answer yes or no but returns the number, so that one taxpayer has one text to be stored and
# compared by, whatever notation was read.
#
# What happens: it removes separators and, for some registries, a prefix; nothing else. New Zealand's IRD numbers keep a zero
# before eight digits or lack it, in `format` too. Canada's business numbers keep the account behind them.
# Ireland's old and new form of one VAT number stay two (`convert` makes one of them). Of prefixes, a VAT number's country
# is taken off, while the same habit in Australia, where the number is written "ABN …", makes the number invalid.
#
# Seen:
#   nz.ird  049-091-850 -> 049091850   49-091-850 -> 49091850   format: 049-091-850, 49-091-850
#   ca.bn   123026635RC0001 -> 123026635RC0001   123026635 -> 123026635
#   ie.vat  8D79739I -> 8D79739I   0797398I -> 0797398I   convert: 0797398I, 0797398I
#   gb.vat  GB 980 7806 84 -> 980780684   980780684 -> 980780684
#   au.abn  ABN 51 824 753 556 -> InvalidFormat   51 824 753 556 -> 51824753556
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install python-stdnum==2.2

cat >"$folder/numbers.py" <<'PYTHON'
from stdnum.au import abn
from stdnum.ca import bn
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as british
from stdnum.ie import vat as irish
from stdnum.nz import ird


def validated(module, number):
    try:
        return module.validate(number)
    except ValidationError as error:
        return type(error).__name__


for name, module, one, other, further in (
    ("nz.ird", ird, "049-091-850", "49-091-850", ird.format),
    ("ca.bn", bn, "123026635RC0001", "123026635", None),
    ("ie.vat", irish, "8D79739I", "0797398I", irish.convert),
    ("gb.vat", british, "GB 980 7806 84", "980780684", None),
    ("au.abn", abn, "ABN 51 824 753 556", "51 824 753 556", None),
):
    shown = f"{name:7} {one} -> {validated(module, one)}   {other} -> {validated(module, other)}"
    print(shown + (f"   {further.__name__}: {further(one)}, {further(other)}" if further else ""))
PYTHON

"$folder/venv/bin/python" "$folder/numbers.py" | tee "$folder/seen"
diff "$folder/seen" - <<'SEEN'
nz.ird  049-091-850 -> 049091850   49-091-850 -> 49091850   format: 049-091-850, 49-091-850
ca.bn   123026635RC0001 -> 123026635RC0001   123026635 -> 123026635
ie.vat  8D79739I -> 8D79739I   0797398I -> 0797398I   convert: 0797398I, 0797398I
gb.vat  GB 980 7806 84 -> 980780684   980780684 -> 980780684
au.abn  ABN 51 824 753 556 -> InvalidFormat   51 824 753 556 -> 51824753556
SEEN
