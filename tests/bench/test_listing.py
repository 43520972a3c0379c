"""What is said of listings: medians, and by how much ours took longer in the middle pair."""

from bench.listing import Listed, verdict


def test_pairs_are_compared_and_the_middle_one_counts():
    bare = [1.0, 1.5, 1.2]
    ours = [Listed(0.1, 0.4, 1.1), Listed(0.3, 0.6, 2.0), Listed(0.2, 0.5, 1.4)]
    line, over = verdict(bare, ours)
    assert round(over, 2) == 0.2
    assert line == "bare 1.20 s; ours: back 0.20, first names 0.50, the whole list 1.40 s, 0.20 s over bare"
