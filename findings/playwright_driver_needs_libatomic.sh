#!/usr/bin/env bash
# What a machine needs before Playwright for Python can even say what it needs.
#
# Packages: playwright 1.65.2, pyelftools 0.32 (to read the program's header). Linux on x86_64, Python 3.11 or newer.
#
# A guess: the wheel brings its own Node.js, so that the driver runs wherever the wheel installs; what a browser needs from
# the system is installed, or at least listed, by `playwright install-deps`.
#
# What happens: the Node.js in the wheel is linked with libatomic.so.1, which neither glibc nor libstdc++ brings: Debian's
# package libatomic1, absent from a minimal Debian 12 or 13. Every command of Playwright runs on that Node.js,
# `install-deps` too, and where it runs it does not list libatomic1. Where the library is missing, pip installs without a word and the first
# call ends with "Connection closed while reading from the driver", which names neither Node.js nor the library
# (the loader's own line goes to standard error). Another Node.js can be named in PLAYWRIGHT_NODEJS_PATH.
#
# Seen:
#   the driver's Node.js needs: libatomic.so.1 libc.so.6 libdl.so.2 libgcc_s.so.1 libm.so.6 libpthread.so.0 libstdc++.so.6
#   playwright install-deps --dry-run chromium: does not name libatomic
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install playwright==1.65.2 pyelftools==0.32

"$folder/venv/bin/python" - <<'PYTHON'
import subprocess
import sys
from pathlib import Path

import playwright
from elftools.elf.elffile import ELFFile

node = Path(playwright.__file__).parent / "driver" / "node"
with node.open("rb") as file:
    tags = ELFFile(file).get_section_by_name(".dynamic").iter_tags("DT_NEEDED")
    needed = sorted(tag.needed for tag in tags if not tag.needed.startswith("ld-linux"))
print("the driver's Node.js needs:", *needed)

asked = [sys.executable, "-m", "playwright", "install-deps", "--dry-run", "chromium"]
told = subprocess.run(asked, capture_output=True, text=True, check=False)
is_named = "libatomic" in told.stdout + told.stderr
print("playwright install-deps --dry-run chromium:", "names libatomic" if is_named else "does not name libatomic")
raise SystemExit(0 if "libatomic.so.1" in needed and not is_named else "This has changed.")
PYTHON
