"""A container that is limited to some of a machine's processors has no more than these."""

from pathlib import Path

import pytest

from runtime.settings.processors import usable_processors


@pytest.fixture(autouse=True)
def sixteen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(16)))


@pytest.mark.parametrize(
    ("said", "usable"),
    [
        ("max 100000\n", 16),
        ("100000 100000\n", 1),
        ("150000 100000\n", 2),
        ("20000 100000\n", 1),
        ("9000000 100000\n", 16),
        ("", 16),
        ("100000 0\n", 16),
    ],
)
def test_a_limit_is_kept(tmp_path: Path, said: str, usable: int):
    (tmp_path / "cpu.max").write_text(said)
    assert usable_processors(tmp_path) == usable


@pytest.mark.parametrize(("quota", "usable"), [("-1", 16), ("250000", 3)])
def test_older_systems_say_it_in_two_files(tmp_path: Path, quota: str, usable: int):
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu" / "cpu.cfs_quota_us").write_text(f"{quota}\n")
    (tmp_path / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert usable_processors(tmp_path) == usable


def test_without_control_groups_all_that_may_be_used_count(tmp_path: Path):
    assert usable_processors(tmp_path) == 16
