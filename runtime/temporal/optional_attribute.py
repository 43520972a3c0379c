"""A search attribute that is useful but not needed, since old servers and restricted accounts cannot have it."""

import asyncio
import logging
from datetime import timedelta

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import CountWorkflowExecutionsRequest
from temporalio.client import Client
from temporalio.service import RPCError

_log = logging.getLogger(__name__)

PATIENCE = timedelta(seconds=15)
"""A server takes some seconds until every part of it knows a new attribute."""


async def add_if_possible(client: Client, namespace: str, name: str) -> bool:
    """Register a keyword, unless it exists, or the server or the account does not allow it.

    Args:
        client: Connected to the server.
        namespace: Our namespace.
        name: Name of the search attribute.

    Returns:
        Whether workflows can use it.
    """
    if await is_known(client, namespace, name):
        return True
    keyword = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
    try:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=namespace, search_attributes={name: keyword})
        )
    except RPCError as refusal:
        _log.info("the search attribute %s is not there and was not added (%s)", name, refusal.status.name.lower())
        return False
    try:
        async with asyncio.timeout(PATIENCE.total_seconds()):
            while True:
                if await is_known(client, namespace, name):
                    return True
                await asyncio.sleep(0.2)
    except TimeoutError:
        return False


async def is_known(client: Client, namespace: str, name: str) -> bool:
    """Whether workflows can use it, as a keyword; False when the server does not answer within 3 seconds."""
    request = CountWorkflowExecutionsRequest(namespace=namespace, query=f"{name} = ''")
    try:
        await client.workflow_service.count_workflow_executions(request, timeout=timedelta(seconds=3))
    except RPCError:
        return False
    return True
