"""Which browser the tests of pages get: the one that is named, or else one without windows, or else what there is.

The machines are folders of programs; their browsers only say their names.
"""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAMS = ("sh", "cat", "dirname", "env", "grep")
SHELL = "chromium-headless-shell"

Finds = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def finds(tmp_path: Path) -> Finds:
    """Runs the script on a machine of root's or somebody's with these browsers; what apt-get is asked for is kept."""
    programs = tmp_path / "bin"
    programs.mkdir()

    setup = tmp_path / "checkout" / "setup"  # this one may have unpacked a browser of its own
    driver = tmp_path / "checkout" / ".venv/lib/python3.13/site-packages/playwright/driver"
    for folder in (setup, driver):
        folder.mkdir(parents=True)
    shutil.copy(ROOT / "setup" / "browser.sh", setup)

    def is_there(name: str, script: str = "exit 0", folder: Path = programs) -> None:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    is_there("node", folder=driver)

    def run(*browsers: str, user: int = 1000, apt: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        for name in PROGRAMS:
            (programs / name).symlink_to(shutil.which(name) or "/bin/true")
        for name in browsers:
            is_there(name)
        is_there("id", f"echo {user}")
        is_there("sudo", "exit 1")
        is_there("apt-get", f'echo "apt-get $*" >&2; [ "$1" = update ] || exit {apt}')
        return subprocess.run(
            [programs / "sh", setup / "browser.sh"],
            env={"PATH": str(programs), **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def chosen(said: subprocess.CompletedProcess[str]) -> str:
    assert said.returncode == 0, said.stderr
    return Path(said.stdout.partition("CHROMIUM='")[2].partition("'")[0]).name


def test_one_without_windows_comes_before_the_others(finds: Finds):
    said = finds("google-chrome", "chromium", SHELL, user=0)
    assert (chosen(said), said.stderr) == (SHELL, "")


def test_the_one_that_is_named_comes_before_all(finds: Finds):
    said = finds("google-chrome", "chromium", SHELL, user=0, CHROMIUM="google-chrome")
    assert (chosen(said), said.stderr) == ("google-chrome", "")


def test_nothing_is_installed_beside_anybody_s_chromium(finds: Finds):
    said = finds("chromium")
    assert (chosen(said), said.stderr) == ("chromium", "")


def test_what_cannot_be_installed_beside_root_s_chromium_is_done_without(finds: Finds):
    said = finds("chromium", user=0, apt=1)
    assert chosen(said) == "chromium"
    is_debian = "ID=debian" in Path("/etc/os-release").read_text().splitlines()
    assert (f"install -y -qq --no-install-recommends {SHELL}" in said.stderr) == is_debian


@pytest.mark.thorough
def test_with_no_browser_root_gets_one_without_windows(finds: Finds):
    said = finds(user=0, apt=1)
    assert said.returncode == 1
    assert f"apt-get install -y -qq --no-install-recommends {SHELL}" in said.stderr
    assert f"The tests of pages need {SHELL}" in said.stderr
