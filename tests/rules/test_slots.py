"""How processes share a limit on calls at once."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rules.slots import Holder, may_use

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Processes:
    """Processes that ask again and again, each with as many calls under way as it says, or as it may have.

    Attributes:
        usable: How many each may use.
        under_way: How many each has under way.
    """

    def __init__(self, limit: int) -> None:
        self.limit, self.at = limit, NOON
        self.there: dict[str, Holder] = {}
        self.usable: dict[str, int] = {}
        self.under_way: dict[str, int] = {}

    def call(self, name: str, wanted: int) -> None:
        """Let calls end until it has as many under way as it wants, or begin as far as it may."""
        had = self.under_way.get(name, 0)
        self.under_way[name] = min(wanted, max(had, self.usable.get(name, 0)))

    def ask(self, name: str, wanted: int) -> int:
        """Ask for slots while calls are under way."""
        self.at += timedelta(seconds=1)
        in_use = self.under_way.get(name, 0)
        before = self.there.pop(name, Holder(name, 0, 0, self.at))
        usable = may_use(before._replace(wanted=max(wanted, in_use)), self.there.values(), self.limit)
        held = max(usable, in_use)
        since = before.since if bool(held) == bool(before.held) else self.at
        self.there[name] = Holder(name, held, max(wanted, in_use), since)
        self.usable[name] = usable
        return usable

    def go_on(self, name: str, wanted: int) -> int:
        """Ask as a process does that always has as many calls under way as it may, each of which ends in time."""
        self.under_way[name] = min(wanted, self.usable.get(name, 0))
        return self.ask(name, wanted)

    def stop(self, but: str) -> None:
        for name in set(self.there).difference(but):
            del self.there[name]


asked = st.tuples(st.sampled_from("abcde"), st.integers(0, 12), st.integers(0, 12))


@given(st.integers(1, 10), st.lists(asked, max_size=60))
def test_all_together_never_have_more_under_way_than_there_are(limit, asking):
    processes = Processes(limit)
    for name, calls, wanted in asking:
        processes.call(name, calls)
        assert sum(processes.under_way.values()) <= limit
        assert processes.ask(name, wanted) <= max(wanted, processes.under_way[name])
        assert sum(one.held for one in processes.there.values()) <= limit


@given(st.integers(5, 12), st.lists(asked, max_size=30), st.lists(st.integers(0, 12), min_size=1, max_size=5))
def test_what_each_uses_in_the_end_is_fair_and_leaves_nothing_unused(limit, before, wants):
    """Where there is a slot for each process; fewer slots are on their way from one to another at times."""
    processes = Processes(limit)
    for name, calls, wanted in before:
        processes.call(name, calls)
        processes.ask(name, wanted)
    processes.stop(but="abcde"[: len(wants)])
    for _ in range(8):  # whoever has too much gives it back; then the others may take it
        for name, wanted in zip("abcde", wants, strict=False):
            processes.go_on(name, wanted)
    used = [processes.usable[name] for name, _ in zip("abcde", wants, strict=False)]
    assert sum(used) == min(limit, sum(wants))
    assert all(one >= min(wanted, limit // len(wants)) for one, wanted in zip(used, wants, strict=True))


@given(st.integers(1, 4), st.integers(2, 6), st.lists(asked, max_size=20))
def test_nobody_is_left_without_for_ever(limit, number, before):
    """Also where there are more processes than slots, and all of them always want more than they have."""
    processes = Processes(limit)
    for name, calls, wanted in before:
        processes.call(name, calls)
        processes.ask(name, wanted)
    names = "abcdef"[:number]
    processes.stop(but=names)
    served: set[str] = set()
    for _ in range(4 * number):
        served.update(name for name in names if processes.go_on(name, 12))
    assert served == set(names)


def test_a_call_under_way_keeps_its_slot():
    processes = Processes(4)
    assert processes.ask("a", 9) == 4
    processes.call("a", 4)
    assert processes.ask("b", 9) == 0
    assert processes.ask("a", 9) == 2
    processes.call("a", 3)
    assert (processes.ask("a", 9), processes.ask("b", 9)) == (2, 1)
    processes.call("a", 2)
    assert (processes.ask("a", 9), processes.ask("b", 9)) == (2, 2)


def test_whoever_wants_little_leaves_the_rest():
    processes = Processes(10)
    assert processes.ask("a", 2) == 2
    assert processes.ask("b", 30) == 8
    assert processes.ask("c", 3) == 0
    assert processes.ask("b", 30) == 5
    assert processes.ask("c", 3) == 3
