"""Gets a Temporal namespace ready: there, with its retention, and with usable search attributes.

Safe to run at every start and by several processes at once. It adds and extends; it never removes or retypes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import (
    CountWorkflowExecutionsRequest,
    DescribeNamespaceRequest,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

RETENTION = timedelta(days=30)
READY_TIMEOUT = timedelta(seconds=60)
"""Servers cache the list of namespaces for some seconds, so a new one takes a while until it can be used."""

_KEYWORD = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
T = TypeVar("T")
_NOT_YET = {RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.UNAVAILABLE}


class SearchAttributeTypeError(Exception):
    """A search attribute of this name is there already, with another type; the server would ignore ours silently."""

    def __init__(self, name: str, found: str) -> None:
        super().__init__(
            f"the search attribute {name} exists in this namespace as {found}, but Keyword is needed. "
            "Use a namespace of its own for Clientsync, or remove the other attribute."
        )


async def prepare_namespace(
    client: Client, namespace: str, retention: timedelta = RETENTION, search_attributes: Sequence[str] = ()
) -> None:
    """Create what is missing, and wait until it can be used.

    Args:
        client: Connected to the server; its own namespace does not matter.
        namespace: The namespace to prepare.
        retention: How long closed runs are kept at least; a longer one that is there stays.
        search_attributes: Names to register as keywords.

    Raises:
        SearchAttributeTypeError: One of the names is taken by another type.
        TimeoutError: The server did not make it usable within a minute.
        RPCError: The server refused; on Temporal Cloud, namespaces are made in its own console.
    """
    async with asyncio.timeout(READY_TIMEOUT.total_seconds()):
        await _ensure_namespace(client, namespace, retention)
        await _ensure_search_attributes(client, namespace, search_attributes)


async def _ensure_namespace(client: Client, namespace: str, retention: timedelta) -> None:
    wanted = Duration()
    wanted.FromTimedelta(retention)
    service = client.workflow_service
    try:
        found = await service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    else:
        if found.config.workflow_execution_retention_ttl.ToTimedelta() < retention:
            await service.update_namespace(
                UpdateNamespaceRequest(
                    namespace=namespace, config=NamespaceConfig(workflow_execution_retention_ttl=wanted)
                )
            )
        return
    try:
        await service.register_namespace(
            RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=wanted)
        )
    except RPCError as refusal:  # another process was quicker
        if refusal.status is not RPCStatusCode.ALREADY_EXISTS:
            raise


async def _ensure_search_attributes(client: Client, namespace: str, names: Sequence[str]) -> None:
    listed = await _until_accepted(
        lambda: client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=namespace))
    )
    there = dict(listed.custom_attributes)
    for name in names:
        if there.get(name, _KEYWORD) != _KEYWORD:
            raise SearchAttributeTypeError(name, IndexedValueType.Name(there[name]))
    missing = {name: _KEYWORD for name in names if name not in there}
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=namespace, search_attributes=missing)
        )
    query = " AND ".join(f"{name} = ''" for name in names)
    await _until_accepted(
        lambda: client.workflow_service.count_workflow_executions(
            CountWorkflowExecutionsRequest(namespace=namespace, query=query)
        )
    )


async def _until_accepted(call: Callable[[], Awaitable[T]]) -> T:
    while True:
        try:
            return await call()
        except RPCError as error:
            if error.status not in _NOT_YET:
                raise
        await asyncio.sleep(0.05)
