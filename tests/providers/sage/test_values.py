"""Days as Sage writes them."""

from datetime import date

import pytest

from providers.kit.json_values import day


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-31", date(2026, 3, 31)),
        ("2026-03-31T00:00:00Z", date(2026, 3, 31)),
        ("", None),
        (None, None),
        ("31/03/2026", None),
    ],
)
def test_days(written: object, meant: date | None) -> None:
    assert day(written) == meant
