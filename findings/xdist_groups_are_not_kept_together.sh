#!/usr/bin/env bash
# Whether tests of one xdist group run in one process.
#
# Packages: pytest 9.1.1 and 9.2.0, pytest-xdist 3.8.0. Python 3.11 or newer, Linux.
#
# A guess: `--dist loadgroup` hands all tests with the same `xdist_group` marker to one process, whichever release of
# pytest runs them; if the two did not fit each other, one of them would say so.
#
# What happens: with pytest 9.2.0 the marker does nothing, and nothing says so. xdist writes the group's name behind
# "@" into the test's private `_nodeid`, from which the scheduler reads it; pytest 9.2 no longer makes `nodeid` out of
# that attribute. Twelve tests of one group are shared among three processes, four each, like tests without a marker.
# What a group protected (a port, a file, a server that is made once) is met by several processes at once.
# A scheduler of one's own, returned by the hook `pytest_xdist_make_scheduler`, still keeps tests together: it can take
# the group from the file's name.
#
# Seen:
#   pytest 9.1.1: 12 tests in 1 process
#   pytest 9.2.0: 12 tests in 3 processes
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/test_grouped.py" <<'PYTHON'
import os
import time

import pytest


@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(12))
def test_of_the_group(number):
    time.sleep(0.2)
    with open("processes", "a") as file:
        file.write(os.environ["PYTEST_XDIST_WORKER"] + "\n")
PYTHON

seen=""
for release in 9.1.1 9.2.0; do
  python3 -m venv "$folder/$release"
  "$folder/$release/bin/pip" --quiet --disable-pip-version-check install "pytest==$release" pytest-xdist==3.8.0
  rm -f "$folder/processes"
  (cd "$folder" && "$folder/$release/bin/python" -m pytest -q -p no:cacheprovider -n 3 --dist loadgroup) >"$folder/log" || { cat "$folder/log"; exit 1; }
  many=$(sort -u "$folder/processes" | wc -l)
  echo "pytest $release: $(wc -l <"$folder/processes") tests in $many process$([ "$many" = 1 ] || echo es)"
  seen="$seen $release=$many"
done
[ "$seen" = " 9.1.1=1 9.2.0=3" ] || { echo "changed:$seen"; exit 1; }
