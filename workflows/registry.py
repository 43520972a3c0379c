"""Lists all workflows, and defines the schedule that looks for lost work in the whole namespace."""

from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)

from contracts.payloads.settle_lost_work import SettleLostWorkInput
from contracts.words.names import LOST_WORK_ID, WORKFLOW_QUEUE
from workflows.bulk_create_clients import BulkCreateClients
from workflows.change_connection import ChangeConnection
from workflows.check_connections import CheckConnections
from workflows.disconnect_client import DisconnectClient
from workflows.mail_client_link import MailClientLink
from workflows.mail_password_link import MailPasswordLink
from workflows.plans.policies import SETTLED_EVERY
from workflows.reassign_clients import ReassignClients
from workflows.reconnect_all import ReconnectAll
from workflows.settle_lost_work import WHAT_IT_IS, SettleLostWork
from workflows.sync_client import SyncClient

WORKFLOWS = (
    BulkCreateClients,
    ChangeConnection,
    CheckConnections,
    DisconnectClient,
    MailClientLink,
    MailPasswordLink,
    ReassignClients,
    ReconnectAll,
    SettleLostWork,
    SyncClient,
)


def looking_for_lost_work() -> Schedule:
    """The schedule that starts ``SettleLostWork``."""
    return Schedule(
        action=ScheduleActionStartWorkflow(
            SettleLostWork.run,
            SettleLostWorkInput(),
            id=LOST_WORK_ID,
            task_queue=WORKFLOW_QUEUE,
            static_details=WHAT_IT_IS,
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=SETTLED_EVERY)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=SETTLED_EVERY),
    )
