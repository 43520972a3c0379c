"""The plan of what goes wrong: repeatable, and everything in it."""

from emulators.xero.faults import Kind
from torture.faults.chaos import LONGEST_PAUSE, Act, Blow, Target, plan

AN_HOUR = [plan(seed, 60, 24, 6) for seed in range(4)]
NOT_PLANNED = {
    Kind.DAY_LIMIT_REACHED,  # would rightly be waited for until the day is over
    Kind.ACCESS_EXPIRED,  # comes with the lost answers
}


def test_a_seed_gives_its_plan_again():
    assert plan(7, 5, 24, 6) == plan(7, 5, 24, 6)
    assert plan(7, 5, 24, 6) != plan(8, 5, 24, 6)


def test_a_longer_run_begins_like_a_shorter_one_where_no_pause_is_cut_short():
    long, longer = plan(7, 30, 24, 6), plan(7, 60, 24, 6)
    assert [blow.at for blow in long[:20]] == [blow.at for blow in longer[:20]]


def test_an_hour_has_every_blow_to_everybody_and_every_fault():
    blows = [blow for seed in AN_HOUR for blow in seed]
    assert {blow.act for blow in blows} == set(Act)
    assert {blow.target for blow in blows if blow.act is Act.PAUSE} == set(Target)
    assert {blow.target for blow in blows if blow.act is Act.KILL} == set(Target) - {Target.PLATFORM}
    assert {str(blow.words["kind"]) for blow in blows if blow.words} == {kind.value for kind in set(Kind) - NOT_PLANNED}


def test_blows_keep_to_their_bounds():
    for blows in (*AN_HOUR, plan(1, 1, 8, 2)):
        assert [blow.at for blow in blows] == sorted(blow.at for blow in blows)
        assert all(0 <= blow.seconds <= LONGEST_PAUSE for blow in blows)
    assert all(blow.at < 60 for blow in plan(1, 1, 8, 2))
    assert max(blow.seconds for blow in plan(1, 1, 8, 2)) < 10, "a short run does not stand still for half of it"


def test_a_blow_reads_as_a_line():
    blow = Blow(12.5, Act.FAULT, Target.PLATFORM, 3.0, 4, {"kind": "timeout"})
    assert str(blow) == "  12.5 s  fault timeout of 4 for 3.0 s"
