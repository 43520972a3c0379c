"""A page is measured only as the page that was meant: a list whose run has ended would be fast without its rows."""

import pytest

from bench.pages.addresses import Address
from bench.pages.served import what_is_wrong

LIST = Address("/activity/{run_id}", "/activity/run-1", rows=3)
ROW = "<tr><td>One</td></tr>"


@pytest.mark.parametrize(
    ("status", "html", "told"),
    [
        (200, ROW * 3, None),
        (200, ROW * 4, None),
        (200, ROW * 2, "/activity/run-1 shows 2 rows of 3: it is not the page that was to be measured."),
        (422, ROW * 3, None),
        (500, ROW * 3, "/activity/run-1 answers with status 500."),
        (303, None, None),  # it leads on
    ],
)
def test_a_page_without_its_rows_is_told(status: int, html: str | None, told: str | None):
    assert what_is_wrong(LIST, status, html) == told
