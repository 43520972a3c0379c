"""What a machine lacks is said in a sentence with the command that mends it, and before anything is downloaded.

The machines are folders of programs, of which some are missing and some say that they are older, fuller or elsewhere.
"""

import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = ("sh", "awk", "cat", "dirname", "id", "uname", "df", "make", "setpriv", "apt-get")

Says = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def preflight(tmp_path: Path) -> Says:
    """Runs the script where the programs are those of this machine, less some, and some replaced by a shell script."""

    def run(
        *without: str, replaced: Mapping[str, str] | None = None, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        programs = tmp_path / "bin"
        programs.mkdir()
        for name in PROGRAMS:
            if name not in without:
                real = shutil.which(name)
                (programs / name).symlink_to(real or "/bin/true")
        if "python3" not in without:
            (programs / "python3").symlink_to(sys.executable)
        for name, script in (replaced or {}).items():
            (programs / name).unlink(missing_ok=True)
            (programs / name).write_text(f"#!/bin/sh\n{script}\n")
            (programs / name).chmod(0o755)
        return subprocess.run(
            [programs / "sh", ROOT / "setup" / "preflight.sh"],
            env={"PATH": str(programs), **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_a_machine_with_everything_hears_which_python_it_is(preflight: Says):
    said = preflight()
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.strip().endswith("/python3")


@pytest.mark.parametrize(
    ("without", "sentence"),
    [
        ("make", "make is missing: "),
        ("setpriv", "setpriv is missing: "),
        ("python3", "Python is missing: "),
    ],
)
def test_what_is_missing_comes_with_its_command(preflight: Says, without: str, sentence: str):
    said = preflight(without)
    assert said.returncode == 1
    assert not said.stdout
    assert said.stderr.startswith(sentence)
    assert "apt-get install -y" in said.stderr
    assert said.stderr.count("\n") == 1


def test_everything_that_is_missing_is_said_at_once(preflight: Says):
    said = preflight("make", "python3")
    assert [line.split()[0] for line in said.stderr.splitlines()] == ["make", "Python"]


def test_another_system_than_debian_is_not_told_to_use_apt(preflight: Says):
    said = preflight("make", "apt-get")
    assert "what Debian calls make" in said.stderr
    assert "apt-get" not in said.stderr


@pytest.mark.parametrize(
    ("program", "script", "sentence"),
    [
        ("uname", "[ $1 = -s ] && echo Darwin || echo arm64", "runs on Linux, and this is Darwin"),
        ("uname", "[ $1 = -s ] && echo Linux || echo riscv64", "for x86_64 and aarch64, and this is riscv64"),
        ("df", "echo head; echo /dev/x 9000000 8000000 307200 97% /", "300 MB are free"),
        ("python3", 'case "$*" in *print*) echo 3.9;; *) exit 1;; esac', "3.11 to 3.14 is needed, and python3 is 3.9"),
        ("python3", 'case "$*" in *ensurepip*) exit 1;; *print*) echo python3.12-venv;; esac', "python3.12-venv"),
    ],
)
def test_a_machine_that_does_not_fit_says_why(preflight: Says, program: str, script: str, sentence: str):
    said = preflight(replaced={program: script}, environment={"TMPDIR": str(ROOT)})
    assert said.returncode == 1
    assert not said.stdout
    assert sentence in said.stderr


def test_a_newer_python_beside_an_old_one_is_found(preflight: Says):
    old = 'case "$*" in *print*) echo 3.9;; *) exit 1;; esac'
    said = preflight(replaced={"python3": old, "python3.12": f'exec {sys.executable} "$@"'})
    assert said.returncode == 0
    assert said.stdout.strip().endswith("/python3.12")


def test_a_python_that_was_named_is_the_only_one_looked_at(preflight: Says):
    said = preflight(environment={"PYTHON": "python2.7"})
    assert said.returncode == 1
    assert said.stderr.startswith("python2.7 is missing")


def test_packages_out_of_reach_are_told_in_a_sentence():
    """A proxy that refuses is as good as no network. The port is held by this test, and nobody listens on it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        said = subprocess.run(
            ["sh", ROOT / "setup" / "reach.sh", sys.executable],
            env={
                "PATH": "/usr/bin:/bin",
                "HTTPS_PROXY": f"http://127.0.0.1:{held.getsockname()[1]}",
                "PIP_NO_CACHE_DIR": "1",
                "PIP_CONFIG_FILE": "/dev/null",
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert said.returncode == 1
    assert said.stderr.startswith("Python's packages cannot be fetched from here")
    assert "HTTPS_PROXY" in said.stderr
