"""The only way to Temporal: worker, web, command line, tests and replays all connect or convert through here.

A second ``Client.connect`` elsewhere could miss the encryption. Workflow code must not import this module.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from temporalio.client import Client, Interceptor, WorkflowExecutionStatus
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.envconfig import ClientConfig
from temporalio.runtime import Runtime
from temporalio.service import RPCError, RPCStatusCode

from runtime.sealing.codec import EncryptedCodec
from runtime.sealing.keyring import KeyRing
from runtime.settings.settings import Settings

CONNECT_TIMEOUT = timedelta(seconds=10)


def data_converter(ring: KeyRing) -> DataConverter:
    """The converter of values to payloads: Pydantic's JSON, encrypted.

    Error messages and stack traces are encrypted too, because they name clients. An error's *type* stays readable, so
    that support staff can filter by it even when the codec does not answer.

    Args:
        ring: The installation's key ring.
    """
    return replace(
        pydantic_data_converter,
        payload_codec=EncryptedCodec(ring),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


async def connect(
    settings: Settings,
    *,
    interceptors: Sequence[Interceptor] = (),
    runtime: Runtime | None = None,
    environment: Mapping[str, str] | None = None,
) -> Client:
    """Connect to the Temporal server of the settings, with our converter.

    TLS and API keys come from Temporal's own variables (``TEMPORAL_API_KEY``, ``TEMPORAL_TLS_…``), or from the profile
    in the file that ``TEMPORAL_CONFIG_FILE`` names; address and namespace always come from our settings.

    Args:
        settings: Needs ``temporal_address`` and ``encryption_keys``.
        interceptors: For clients and the workers made from them.
        runtime: For metrics; the process's default otherwise.
        environment: Where Temporal's variables are read; the process's own by default.

    Raises:
        MissingSettingError: Address or keys are not set.
        RuntimeError: The server does not answer within 10 seconds.
    """
    address, converter = settings.required("temporal_address"), data_converter(settings.key_ring())
    variables = dict(os.environ if environment is None else environment)
    profile = ClientConfig.load_client_connect_config(
        disable_file="TEMPORAL_CONFIG_FILE" not in variables,  # no surprise from a profile in somebody's home
        override_env_vars=variables,
    )
    return await Client.connect(
        address,
        namespace=settings.temporal_namespace,
        data_converter=converter,
        api_key=profile.get("api_key"),
        tls=profile.get("tls"),
        rpc_metadata=profile.get("rpc_metadata") or {},
        interceptors=interceptors,
        runtime=runtime,
        connect_timeout=CONNECT_TIMEOUT,
    )


async def is_at_work(temporal: Client, workflow_id: str) -> bool:
    """Whether a workflow exists and has not ended; one that continued as new counts as running.

    Raises:
        RPCError: The server does not answer.
    """
    try:
        found = await temporal.get_workflow_handle(workflow_id).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return found.status in {WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.CONTINUED_AS_NEW}
