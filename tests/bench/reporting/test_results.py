"""The arithmetic of a comparison, and that it can be shown."""

import io
import os
from dataclasses import replace

import orjson
import pytest
from rich.console import Console

from bench.harness import accounting
from bench.reporting import document, report
from bench.reporting.results import Calls, Comparison, Fairness, History, Run, Size, Timing, Usage, Whole, middle_cpu


def timing(listing: float, adding: float, *, worker: float = 1.0, accounts: int = 5) -> Timing:
    return Timing(
        listing=listing,
        adding=adding,
        rows={"accounts": accounts, "contacts": 7},
        calls=Calls(api=20, too_many=0),
        usage=Usage({"worker": worker}, 0.5, {"worker": 150_000_000}),
        history=History(events=40, bytes=9_000, task_seconds=(0.01, 0.02, 0.03)),
    )


@pytest.fixture
def comparison() -> Comparison:
    bare = [timing(1, 3), timing(1, 5), timing(1, 100)]
    ours = [timing(2, 10, worker=3.0), timing(4, 20, worker=4.0), timing(3, 4, worker=8.0)]
    return Comparison(organisations=10, latency_ms=150, bare=bare, ours=ours)


def test_the_ratio_is_of_medians_and_of_both_phases_together(comparison):
    assert comparison.ratio("listing") == 3
    assert comparison.ratio("adding") == 2
    assert comparison.ratio() == 12 / 6


def test_cpu_is_a_median_by_process(comparison):
    assert middle_cpu(comparison.ours) == {"worker": 4.0}


def test_one_run_that_stored_something_else_is_found(comparison):
    assert comparison.differing_tables() == {}
    odd = replace(comparison, ours=[*comparison.ours, timing(1, 1, accounts=4)])
    assert odd.differing_tables() == {"accounts": (5, 4)}


def test_a_machine_with_other_things_to_do_is_told(comparison):
    assert comparison.noise() == 3 / (3 + 3 + 15)
    assert "14%" in str(report.warning(comparison))
    alone = replace(timing(1, 1), usage=Usage({"worker": 1.0}, 0.01, {}))
    assert report.warning(Comparison(10, 150, [alone], [alone])) is None


def test_a_comparison_can_be_read_by_people_and_programs(comparison):
    shown = io.StringIO()
    console = Console(file=shown, width=120)
    for table in report.tables(comparison):
        console.print(table)
    assert "6.00 (4.00, 6.00, 101.00)" in shown.getvalue()
    assert report.verdict(comparison) == "ours ÷ bare = 2.00"
    assert orjson.loads(orjson.dumps(report.data(comparison)))["ratio"] == 2.0


def test_what_a_process_used_is_told_from_what_the_machine_used():
    processes = {"this": os.getpid()}
    before = accounting.snapshot(processes)
    while accounting.snapshot(processes).by_process["this"] - before.by_process["this"] < 0.05:
        pass
    used = accounting.usage(before, accounting.snapshot(processes), processes)
    assert used.cpu_seconds["this"] >= 0.05
    assert used.others_cpu_seconds >= 0
    assert used.peak_bytes["this"] > 1_000_000


def test_a_process_that_has_ended_has_used_nothing_more():
    gone = {"gone": 2**22 + 1}  # above the highest process id that Linux gives
    before = accounting.snapshot(gone)
    assert accounting.usage(before, accounting.snapshot(gone), gone).cpu_seconds == {"gone": 0.0}
    assert accounting.usage(before, accounting.snapshot(gone), gone).peak_bytes == {}


def test_the_document_has_every_contender_at_every_size():
    bare = [Run("bare, 1", timing(1, 3)), Run("bare, 2", timing(1, 1))]
    sizes = [
        Size(100, [*bare, Run("ours, 1", timing(1, 6)), Run("ours, 2", timing(1, 5))]),
        Size(1000, [*bare, Run("ours, 2", timing(2, 8))], has_limits=False),
        Size(1000, [Run("ours, 2", timing(2, 40))]),
    ]
    whole = Whole(150, sizes, one_by_one=1.5, fairness=Fairness(alone=1.0, beside=1.5))
    table = document.table(whole).splitlines()
    small, large = ("bare, 1", "bare, 2", "ours, 1", "ours, 2"), ("bare, 1", "bare, 2", "ours, 2")
    headings = [f"100: {one}" for one in small] + [f"1,000 unlimited: {one}" for one in large] + ["1,000: ours, 2"]
    assert table[0] == f"| | {' | '.join(headings)} |"
    assert "| ÷ bare, 1 | 1.00 | 0.50 | 1.75 | 1.50 | 1.00 | 0.50 | 2.50 | - |" in table
    assert "| ÷ bare, 2 | 2.00 | 1.00 | 3.50 | 3.00 | 2.00 | 1.00 | 5.00 | - |" in table
    assert "One by one with the official SDK: 1.50 s an organisation, 25 times ours with two that read at 100." in table
    assert "A practice with three clients: 1.00 s alone, 1.50 s beside a run of 100, 1.5 times as long." in table
    assert document.plot(whole).count("<rect") == 9


def test_the_document_is_written_between_its_marks(tmp_path):
    (tmp_path / "images").mkdir()
    page = tmp_path / "benchmarks.md"
    page.write_text(f"before\n{document.BEGIN}\nold\n{document.END}\nafter\n")
    document.write(Whole(150, [Size(100, [Run("bare, 1", timing(1, 3))])], one_by_one=0, fairness=None), tmp_path)
    written = page.read_text()
    assert written.startswith("before\n")
    assert written.endswith("after\n")
    assert "old" not in written
    assert (tmp_path / "images" / "benchmarks.svg").read_text().startswith("<svg")
