"""Prepares a Temporal namespace: it exists, keeps histories long enough, and has usable search attributes.

Every start may run this, also several processes at once. It adds and extends; it never removes anything and never
changes a type. If nothing is missing, an account without administrator's rights is enough.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
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

from runtime.settings.cannot_start import CannotStartError
from runtime.temporal.optional_attribute import add_if_possible

_log = logging.getLogger(__name__)

RETENTION = timedelta(days=30)
READY_TIMEOUT = timedelta(seconds=60)
"""Servers cache the list of namespaces for some seconds, so a new one takes a while until it can be used."""

_KEYWORD = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
T = TypeVar("T")
_NOT_YET = {RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.UNAVAILABLE}
_NOT_OURS = {RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED}
"""What an account without an operator's rights is answered; behind a gateway the service may not be there at all."""


class NamespaceNotReadyError(CannotStartError):
    """The namespace lacks something that we need and may not create; the text says what, and how to create it."""


class SearchAttributeTypeError(NamespaceNotReadyError):
    """A search attribute of this name exists with another type; the server would ignore ours silently."""

    def __init__(self, name: str, found: str) -> None:
        super().__init__(
            f"the search attribute {name} exists in this namespace as {found}, but Keyword is needed. "
            "Use a namespace of its own for Clientsync, or remove the other attribute."
        )


async def prepare_namespace(
    client: Client,
    namespace: str,
    retention: timedelta = RETENTION,
    search_attributes: Sequence[str] = (),
    welcome: Sequence[str] = (),
) -> None:
    """Create what is missing, and wait until it can be used.

    Deviations that this account may not correct and that do no harm are logged.

    Args:
        client: Connected to the server; its own namespace does not matter.
        namespace: The namespace to prepare.
        retention: For how long closed workflows are kept at least; a longer existing retention stays.
        search_attributes: Names to register as keywords.
        welcome: Further attributes that are registered if possible.

    Raises:
        NamespaceNotReadyError: Something is missing that this account may not make, or of another type.
        TimeoutError: The server did not make it usable within a minute.
        RPCError: The server refused something else.
    """
    async with asyncio.timeout(READY_TIMEOUT.total_seconds()):
        await _ensure_namespace(client, namespace, retention)
        await _ensure_search_attributes(client, namespace, search_attributes)
    for name in welcome:
        await add_if_possible(client, namespace, name)


async def missing_attributes(client: Client, namespace: str, names: Sequence[str]) -> Sequence[str]:
    """The search attributes that the namespace lacks; it also works for an account that may not list them.

    Raises:
        SearchAttributeTypeError: One of the names is taken by another type.
        RPCError: The namespace cannot be used.
    """
    there = await _listed(client, namespace)
    if there is None:
        return [name for name in names if not await _is_known(client, namespace, name)]
    for name in names:
        if there.get(name, _KEYWORD) != _KEYWORD:
            raise SearchAttributeTypeError(name, IndexedValueType.Name(there[name]))
    return [name for name in names if name not in there]


async def _ensure_namespace(client: Client, namespace: str, retention: timedelta) -> None:
    wanted = Duration()
    wanted.FromTimedelta(retention)
    service = client.workflow_service
    try:
        found = await service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
    except RPCError as error:
        if error.status in _NOT_OURS:
            return  # whether it is there shows at its first use
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
    else:
        kept = found.config.workflow_execution_retention_ttl.ToTimedelta()
        if kept < retention:
            await _extend(client, namespace, kept, wanted)
        return
    try:
        await service.register_namespace(
            RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=wanted)
        )
    except RPCError as refusal:
        if refusal.status in _NOT_OURS:
            raise NamespaceNotReadyError(
                f"the namespace {namespace} does not exist, and this account may not make it. Let somebody who may "
                f"make it, with {retention.days} days of retention, or correct CLIENTSYNC_TEMPORAL_NAMESPACE."
            ) from None
        if refusal.status is not RPCStatusCode.ALREADY_EXISTS:  # another process was quicker
            raise


async def _extend(client: Client, namespace: str, kept: timedelta, wanted: Duration) -> None:
    config = NamespaceConfig(workflow_execution_retention_ttl=wanted)
    try:
        await client.workflow_service.update_namespace(UpdateNamespaceRequest(namespace=namespace, config=config))
    except RPCError as refusal:
        if refusal.status not in _NOT_OURS:
            raise
        _log.warning(
            "the namespace %s keeps closed runs for %d days instead of %d, and this account may not change that: "
            "they vanish earlier from Temporal's web interface",
            *(namespace, kept.days, wanted.ToTimedelta().days),
        )


async def _ensure_search_attributes(client: Client, namespace: str, names: Sequence[str]) -> None:
    missing = await _until_accepted(lambda: missing_attributes(client, namespace, names))
    if missing:
        try:
            await client.operator_service.add_search_attributes(
                AddSearchAttributesRequest(namespace=namespace, search_attributes=dict.fromkeys(missing, _KEYWORD))
            )
        except RPCError as refusal:
            if refusal.status not in _NOT_OURS:
                raise
            raise NamespaceNotReadyError(
                f"the namespace {namespace} lacks search attributes, and this account may not add them: "
                f"{', '.join(missing)}. Let somebody who may add each of them, of type Keyword."
            ) from None
    await _until_accepted(lambda: _counted(client, namespace, " AND ".join(f"{name} = ''" for name in names)))


async def _listed(client: Client, namespace: str) -> Mapping[str, IndexedValueType.ValueType] | None:
    """The search attributes by name, with their types; None where this account may not list them."""
    request = ListSearchAttributesRequest(namespace=namespace)
    try:
        listed = await client.operator_service.list_search_attributes(request)
    except RPCError as refusal:
        if refusal.status in _NOT_OURS:
            return None
        raise
    return dict(listed.custom_attributes)


async def _is_known(client: Client, namespace: str, name: str) -> bool:
    """Whether workflows can be searched for by this attribute, as a keyword."""
    try:
        await _counted(client, namespace, f"{name} = ''")
    except RPCError as refusal:
        if refusal.status is RPCStatusCode.INVALID_ARGUMENT:
            return False
        raise
    return True


async def _counted(client: Client, namespace: str, query: str) -> None:
    """Search by the attributes, which fails when one is missing; an account that may not search gets no error."""
    try:
        await client.workflow_service.count_workflow_executions(
            CountWorkflowExecutionsRequest(namespace=namespace, query=query)
        )
    except RPCError as refusal:
        if refusal.status not in _NOT_OURS:
            raise


async def _until_accepted(call: Callable[[], Awaitable[T]]) -> T:
    while True:
        try:
            return await call()
        except RPCError as error:
            if error.status not in _NOT_YET:
                raise
        await asyncio.sleep(0.05)
