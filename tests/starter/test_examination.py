"""What the doctor says of a month's calls."""

import pytest

from providers.port.settings import Meter
from providers.quickbooks.settings import QuickBooksSettings
from rules.metering import MeterReading, MeterState
from starter.connections.software_states import MonthMeter
from starter.examination import _of_month


@pytest.mark.parametrize(
    ("state", "is_refused", "is_ok", "said"),
    [
        (MeterState.FINE, True, True, "400 of 500 calls of this month are made (tier Builder)"),
        (MeterState.NEARLY_USED, True, False, "when it is used up, calls wait for the next month."),
        (MeterState.USED_UP, False, False, "The month's budget is used up: each further call is paid for."),
    ],
)
def test_a_budget_that_runs_out_is_a_fault_with_something_to_do(
    state: MeterState, is_refused: bool, is_ok: bool, said: str
):
    counted = MonthMeter(Meter(500, "Builder", is_refused), MeterReading(400, 500, None, state))
    finding = _of_month(QuickBooksSettings(), counted)
    assert (finding.check, finding.ok) == ("QuickBooks calls", is_ok)
    assert said in finding.said
    assert bool(finding.what_to_do) is not is_ok
    assert ("pay for each" in finding.what_to_do) is (not is_ok and not is_refused)
