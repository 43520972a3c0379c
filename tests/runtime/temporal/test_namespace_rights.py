"""A namespace that our account may use but not look after: it is enough where everything is there; else, what lacks."""

import uuid
from datetime import timedelta
from typing import Any, cast

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from runtime.temporal.namespace import NamespaceNotReadyError, missing_attributes, prepare_namespace

KINDS = ("RoomKind", "RoomStage")
LOOKING = {"list_search_attributes", "describe_namespace"}
MAKING = {"add_search_attributes", "update_namespace", "register_namespace"}

CODES = pytest.mark.parametrize("code", [RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED])


class Limited:
    """A real client whose account is refused some calls."""

    def __init__(self, client: Client, refused: set[str], code: RPCStatusCode) -> None:
        self.operator_service = _Service(client.operator_service, refused, code)
        self.workflow_service = _Service(client.workflow_service, refused, code)


class _Service:
    def __init__(self, real: Any, refused: set[str], code: RPCStatusCode) -> None:
        self._real, self._refused, self._code = real, refused, code

    def __getattr__(self, name: str) -> Any:
        if name not in self._refused:
            return getattr(self._real, name)

        async def refuse(request: object) -> None:
            raise RPCError("Request unauthorized.", self._code, b"")

        return refuse


def limited(client: Client, refused: set[str], code: RPCStatusCode) -> Client:
    return cast("Client", Limited(client, refused, code))


@pytest.fixture
async def whole(client: Client) -> str:
    """A namespace in which everything is there."""
    name = f"made-{uuid.uuid4()}"
    await prepare_namespace(client, name, timedelta(days=3), KINDS)
    return name


@pytest.mark.thorough
@CODES
@pytest.mark.parametrize("refused", [MAKING, LOOKING | MAKING, LOOKING | MAKING | {"count_workflow_executions"}])
async def test_rights_to_look_after_it_are_not_needed_where_everything_is_there(
    client: Client, whole: str, refused: set[str], code: RPCStatusCode, caplog: pytest.LogCaptureFixture
):
    account = limited(client, refused, code)
    await prepare_namespace(account, whole, timedelta(days=3), KINDS)
    assert caplog.messages == []
    assert await missing_attributes(account, whole, KINDS) == []


@CODES
@pytest.mark.parametrize("refused", [MAKING, LOOKING | MAKING])
async def test_search_attributes_that_lack_are_all_named(
    client: Client, whole: str, refused: set[str], code: RPCStatusCode
):
    account, names = limited(client, refused, code), (*KINDS, "RoomOne", "RoomTwo")
    assert await missing_attributes(account, whole, names) == ["RoomOne", "RoomTwo"]
    with pytest.raises(NamespaceNotReadyError, match=r"RoomOne, RoomTwo\. .* of type Keyword"):
        await prepare_namespace(account, whole, timedelta(days=3), names)


@CODES
async def test_a_shorter_retention_is_told_and_work_goes_on(
    client: Client, whole: str, code: RPCStatusCode, caplog: pytest.LogCaptureFixture
):
    await prepare_namespace(limited(client, MAKING, code), whole, timedelta(days=30), KINDS)
    (remark,) = caplog.messages
    assert "keeps closed runs for 3 days instead of 30" in remark


@CODES
async def test_a_namespace_that_nobody_made_is_told(client: Client, code: RPCStatusCode):
    with pytest.raises(NamespaceNotReadyError, match="does not exist, and this account may not make it"):
        await prepare_namespace(limited(client, MAKING, code), f"none-{uuid.uuid4()}", search_attributes=KINDS)


async def test_other_refusals_are_not_taken_for_missing_rights(client: Client, whole: str):
    account = limited(client, LOOKING, RPCStatusCode.UNAUTHENTICATED)
    with pytest.raises(RPCError):
        await prepare_namespace(account, whole, search_attributes=KINDS)
