"""The one connection, on the real server: what is stored is sealed; namespaces get ready, once and again."""

import uuid
from datetime import timedelta

import pytest
from pydantic import SecretStr
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker

from runtime.embedded.stack import Stack
from runtime.sealing.keyring import KeyRing
from runtime.settings.settings import MissingSettingError
from runtime.temporal.connection import connect
from runtime.temporal.namespace import SearchAttributeTypeError, prepare_namespace
from runtime.temporal.optional_attribute import add_if_possible, is_known
from tests.runtime.conftest import ATTRIBUTES, settings_in
from tests.runtime.temporal.echo_workflow import Echo, Note

PRIVATE = "Harbour Lane Bakery"


async def stored(client: Client, workflow_id: str) -> bytes:
    """All that the server keeps of a run, as it stands there."""
    history = await client.get_workflow_handle(workflow_id).fetch_history()
    return b"".join(event.SerializeToString() for event in history.events)


async def test_client_and_worker_understand_each_other_in_the_middle_of_a_rotation(stack: Stack):
    old, new = stack.settings.required("encryption_keys"), f"next:{KeyRing.generate_key()}"
    before, after = [
        await connect(stack.settings.model_copy(update={"encryption_keys": SecretStr(keys)}), environment={})
        for keys in (f"{old},{new}", f"{new},{old}")
    ]
    name = f"echo-{uuid.uuid4()}"
    async with Worker(after, task_queue=name, workflows=[Echo]):
        result = await before.execute_workflow(Echo.run, Note(text=PRIVATE), id=name, task_queue=name)
    assert result == Note(text=PRIVATE)
    kept = await stored(before, name)
    assert PRIVATE.encode() not in kept
    assert b"embedded-1" in kept  # the input, by the key that was current for the client
    assert b"next" in kept  # the result, by the one that is current for the worker


async def test_of_an_error_only_the_type_is_readable(client: Client):
    name = f"echo-{uuid.uuid4()}"
    async with Worker(client, task_queue=name, workflows=[Echo]):
        with pytest.raises(WorkflowFailureError) as raised:
            await client.execute_workflow(Echo.run, Note(text=PRIVATE, must_fail=True), id=name, task_queue=name)
    assert isinstance(raised.value.cause, ApplicationError)
    assert raised.value.cause.message == f"about {PRIVATE}"
    kept = await stored(client, name)
    assert b"ReadableType" in kept
    assert PRIVATE.encode() not in kept


async def test_the_embedded_namespace_keeps_runs_for_thirty_days(client: Client):
    found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="clientsync"))
    assert found.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=30)


async def test_search_attributes_of_the_stack_can_be_used(client: Client):
    assert (await client.count_workflows(f"{ATTRIBUTES[0]} = 'x' AND {ATTRIBUTES[1]} = 'y'")).count == 0


async def test_a_namespace_is_created_used_and_left_alone_the_second_time(client: Client):
    name = f"made-{uuid.uuid4()}"
    await prepare_namespace(client, name, timedelta(days=3), ["RoomKind"])
    await prepare_namespace(client, name, timedelta(days=2), ["RoomKind", "RoomStage"])
    found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=name))
    assert found.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=3)
    config = client.config()
    config["namespace"] = name
    assert (await Client(**config).count_workflows("RoomKind = 'a' OR RoomStage = 'b'")).count == 0


async def test_a_search_attribute_of_another_type_is_told(client: Client):
    name = f"made-{uuid.uuid4()}"
    await prepare_namespace(client, name)
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace=name, search_attributes={"RoomKind": IndexedValueType.INDEXED_VALUE_TYPE_INT}
        )
    )
    with pytest.raises(SearchAttributeTypeError, match="RoomKind exists in this namespace as"):
        await prepare_namespace(client, name, search_attributes=["RoomKind"])


async def test_an_attribute_that_is_not_needed_is_added_where_that_is_possible(client: Client):
    name = f"made-{uuid.uuid4()}"
    await prepare_namespace(client, name)
    assert not await is_known(client, name, "RoomKind")
    assert await add_if_possible(client, name, "RoomKind")
    assert await add_if_possible(client, name, "RoomKind")  # it is there
    assert await is_known(client, name, "RoomKind")
    assert not await is_known(client, "no-such-namespace", "RoomKind")
    assert not await add_if_possible(client, "no-such-namespace", "RoomKind")  # refused, and nothing stops


async def test_no_connection_without_keys(tmp_path):
    with pytest.raises(MissingSettingError, match="CLIENTSYNC_ENCRYPTION_KEYS"):
        await connect(settings_in(tmp_path, temporal_address="127.0.0.1:1"))


async def test_an_api_key_of_temporals_own_variables_turns_tls_on(stack: Stack):
    with pytest.raises(RuntimeError, match=r"(?i)tls|connect|transport"):  # the embedded server speaks plain text
        await connect(stack.settings, environment={"TEMPORAL_API_KEY": "key"})


async def test_a_profile_counts_only_where_the_variable_names_its_file(stack: Stack, tmp_path, monkeypatch):
    profile = tmp_path / "temporalio" / "temporal.toml"
    profile.parent.mkdir()
    profile.write_text('[profile.default]\naddress = "127.0.0.1:1"\nnamespace = "theirs"\napi_key = "key"\n')
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))  # where Temporal's own tools look for it
    client = await connect(stack.settings, environment={"XDG_CONFIG_HOME": str(tmp_path)})
    assert client.namespace == stack.settings.temporal_namespace
    with pytest.raises(RuntimeError):
        await connect(stack.settings, environment={"TEMPORAL_CONFIG_FILE": str(profile)})
