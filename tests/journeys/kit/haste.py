"""Waits of the product that pass sooner: the same tries in the same order, only less time between them.

A worker gets it with its Temporal client, as any interceptor. Nothing in the product knows of it, and no policy loses a
try: what is proved about retries and silent workers is proved of the product's own policies, at another pace.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from temporalio import client, worker
from temporalio.worker import (
    StartActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.workflow import ActivityHandle


class Haste(client.Interceptor, worker.Interceptor):
    """Asks the server to wait less.

    Attributes:
        pauses: By how much the time between an activity's tries is divided.
        silence: By how much the time is divided after which an activity that says nothing counts as lost. More than 1
            only for a worker that is killed: an activity that is merely slow would be given to a second one.
    """

    def __init__(self, pauses: float = 20, silence: float = 1) -> None:
        self.pauses = pauses
        self.silence = silence

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:  # noqa: A002  # the SDK's name
        """The interceptor of each workflow."""
        haste = self

        class Inbound(WorkflowInboundInterceptor):
            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                super().init(_Outbound(outbound, haste))

        return Inbound


class _Outbound(WorkflowOutboundInterceptor):
    def __init__(self, following: WorkflowOutboundInterceptor, haste: Haste) -> None:
        super().__init__(following)
        self._haste = haste

    def start_activity(self, input: StartActivityInput) -> ActivityHandle[Any]:  # noqa: A002  # the SDK's name
        haste, policy = self._haste, input.retry_policy
        if policy is not None:
            policy = replace(
                policy,
                initial_interval=policy.initial_interval / haste.pauses,
                maximum_interval=policy.maximum_interval and policy.maximum_interval / haste.pauses,
            )
        hastened = replace(
            input,
            retry_policy=policy,
            start_to_close_timeout=_part(input.start_to_close_timeout, haste.silence),
            heartbeat_timeout=input.heartbeat_timeout and max(input.heartbeat_timeout / haste.silence, SHORTEST),
        )
        return super().start_activity(hastened)


def _part(whole: timedelta | None, divisor: float) -> timedelta | None:
    return whole and whole / divisor


SHORTEST = timedelta(seconds=3)
"""Silence of a worker that lives, on a machine that has much else to do."""
