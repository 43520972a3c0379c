"""Everything that a running product has written down where others may read it: histories, logs, Temporal's files."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator

from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.client import Client

from runtime.sealing.codec import EncryptedCodec
from runtime.settings.settings import Settings
from runtime.temporal.connection import connect

BEGINNING = 6
"""Bytes."""


async def written_down(settings: Settings) -> dict[str, bytes]:
    """All of it, by where it stands: each history raw and decoded, each log, each file of the Temporal server."""
    found = {f"{name}, {form}": text async for name, form, text in _histories(settings)}
    for folder in ("logs", "temporal"):
        for file in sorted((settings.data_dir / folder).iterdir()):
            found[f"{folder}/{file.name}"] = file.read_bytes()
    return found


async def _histories(settings: Settings) -> AsyncIterator[tuple[str, str, bytes]]:
    client: Client = await connect(settings)
    codec = EncryptedCodec(settings.key_ring())
    async for workflow in client.list_workflows():
        history = await client.get_workflow_handle(workflow.id, run_id=workflow.run_id).fetch_history()
        events = history.events
        yield workflow.id, "raw", b"\n".join(event.SerializeToString() for event in events)
        opened = [codec.open(payload) for event in events for payload in payloads_in(event)]
        yield workflow.id, "decoded", b"\n".join(payload.SerializeToString() for payload in opened)


def payloads_in(message: Message) -> Iterator[Payload]:
    """Every payload within a message, wherever it stands."""
    if isinstance(message, Payload):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if isinstance(value, Message):
            within = [value]
        else:  # repeated, or a map
            within = [
                one for one in (value.values() if hasattr(value, "values") else value) if isinstance(one, Message)
            ]
        for one in within:
            yield from payloads_in(one)


def found_in(places: dict[str, bytes], secrets: dict[str, list[str]]) -> set[tuple[str, str]]:
    """Which kinds of secrets stand where; not the secrets themselves, so that a failing test tells none.

    Thousands of names share some beginnings: where none of these stands, none of them needs to be looked for.
    """
    found = set()
    for kind, known in secrets.items():
        by_beginning: dict[bytes, list[bytes]] = defaultdict(list)
        for secret in known:
            by_beginning[secret.encode()[:BEGINNING]].append(secret.encode())
        for place, text in places.items():
            if any(
                beginning in text and any(secret in text for secret in those)
                for beginning, those in by_beginning.items()
            ):
                found.add((kind, place))
    return found
