"""Two minutes of everything at once: nothing lost, doubled, stuck or untrue."""

import pytest

from torture.ordeal import Wish, endure


@pytest.mark.long
@pytest.mark.timeout(1500)
async def test_two_minutes_under_fire():
    report = await endure(Wish(seed=1, minutes=2), print)
    assert report.ledger.dealt
    assert [str(finding) for finding in report.findings] == []
