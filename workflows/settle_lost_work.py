"""The look, every few minutes, at what is said to be at work: what nobody works on is closed and told as it is."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.settling import SettlingActivities
    from contracts.settle_lost_work import LostWorkSettled, SettleLostWorkInput

from workflows import policies
from workflows.calls import call

WHAT_IT_IS = (
    "Compares open runs, clients that are still tried and connections that are being removed with the workflows here, "
    "of every practice. What nobody works on any more, such as after **Terminate**, is closed, so that people can "
    "start it again. Safe to start by hand; nothing to do."
)


@workflow.defn(name="SettleLostWork")
class SettleLostWork:
    """Closes what nobody goes on with."""

    @workflow.run
    async def run(self, start: SettleLostWorkInput) -> LostWorkSettled:
        """Look once."""
        return await call(
            SettlingActivities.settle_lost_work,
            start,
            policies.SETTLING,
            "Compare the database with the workflows",
        )
