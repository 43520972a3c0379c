"""Closes, every few minutes, what the database calls open but no workflow works on; also sends waiting mail."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

from workflows.plans.patches import SENDS_MAIL

with workflow.unsafe.imports_passed_through():
    from activities.delivery.notices import NoticeActivities
    from activities.runs.settling import SettlingActivities
    from contracts.payloads.check_connections import DeliverNoticesInput
    from contracts.payloads.settle_lost_work import LostWorkSettled, SettleLostWorkInput

from workflows.parts.calls import call
from workflows.plans import policies

WHAT_IT_IS = (
    "Compares open runs, clients that are still tried and connections that are being removed with the workflows here, "
    "of every practice. What nobody works on any more, such as after **Terminate**, is closed, so that people can "
    "start it again. It also sends the notices that were written since the last look. Safe to start by hand; nothing "
    "to do."
)


@workflow.defn(name="SettleLostWork")
class SettleLostWork:
    """Closes runs, syncs and disconnectings whose workflow no longer exists."""

    @workflow.run
    async def run(self, start: SettleLostWorkInput) -> LostWorkSettled:
        """Look once, and send what is in the outbox."""
        mail = asyncio.create_task(self._send_mail())
        try:
            return await call(
                SettlingActivities.settle_lost_work,
                start,
                policies.SETTLING,
                "Compare the database with the workflows",
            )
        finally:
            await mail

    async def _send_mail(self) -> None:
        if not workflow.patched(SENDS_MAIL):
            return
        asked = DeliverNoticesInput(practice_id=None)
        try:
            await call(NoticeActivities.deliver_notices, asked, policies.OUTBOX, "Send the notices in the outbox")
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            workflow.logger.warning("left to the next look: the outbox")
