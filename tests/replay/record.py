"""Records the histories that ``test_replay`` replays: ``python -m tests.replay.record``, about five minutes.

Names of journeys after that record those alone: ``python -m tests.replay.record handed_over``.

Record again only when nothing of the old code is running any more, or together with the old ones: a history that no
longer replays means that runs under way would break when the new code is deployed.
"""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from temporalio.client import Client

from contracts.payloads.runs import Deadlines
from contracts.words.names import SEARCH_ATTRIBUTES
from models import schema
from runtime.embedded.ports import HOST, Ports
from runtime.embedded.postgres import start_postgres
from runtime.embedded.processes import Supervisor
from runtime.embedded.temporal import start_temporal
from runtime.settings.settings import Settings
from runtime.temporal.connection import connect
from tests.conftest import EMPTYING, THROWN_AWAY, administer
from tests.journeys.stage import peculiar_server, settings_for, staged
from tests.replay import adding, connections, managing, repairing, signing_in
from tests.replay.journey import Journey, Recorded
from tests.replay.keys import KEYS
from workflows.plans.sizes import CLIENTS_PULLED_TOGETHER, PAGE_OF_PULLS

HISTORIES = Path(__file__).parent / "histories"
SOON = timedelta(seconds=1)


def save(recorded: Recorded) -> None:
    """Write histories without what only tells where they were recorded."""
    here = f"{os.getpid()}@{socket.gethostname()}"  # by default, how workers and clients call themselves
    for name, recording in recorded.items():
        document = json.loads(recording.to_json().replace(here, "recorder"))
        for message in _objects(document):
            message.pop("encodedAttributes", None)  # a failure's words and stack trace; nothing decides by them
        (HISTORIES / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n")


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)


async def play(journey: Journey, settings: Settings, temporal: Client, database_url: str, **words: Any) -> None:
    """Play one journey on an empty database, and save what it recorded; unless others were asked for."""
    if sys.argv[1:] and journey.__name__ not in sys.argv[1:]:
        return
    await administer(database_url, EMPTYING)
    async with staged(settings, temporal, database_url, **{"organisations": 3, **words}) as scene:
        save(await journey(scene))


async def main() -> None:
    with TemporaryDirectory() as name:
        directory = Path(name)
        ports = Ports(directory / "ports.json")
        settings = settings_for(f"{HOST}:{ports.get('temporal')}", KEYS)
        HISTORIES.mkdir(exist_ok=True)
        async with Supervisor(directory / "logs") as supervisor:
            _, url = await start_postgres(supervisor, ports, directory / "postgres", THROWN_AWAY)
            await schema.upgrade(url)
            await start_temporal(
                supervisor, settings, ports, directory, search_attributes=SEARCH_ATTRIBUTES, codec_url=None
            )
            temporal = await connect(settings)
            for journey in (
                adding.happy,
                adding.by_signal,
                adding.denied,
                adding.sync_stopped,
                *connections.JOURNEYS,
                *managing.JOURNEYS,
                *repairing.JOURNEYS,
                *signing_in.JOURNEYS,
            ):
                await play(journey, settings, temporal, url)
            await play(repairing.one_by_one, settings, temporal, url, organisations=4, bulk_connect=False)
            for journey in (signing_in.never_stored, signing_in.nobody_signs_in):
                await play(journey, settings, temporal, url, deadlines=Deadlines(consent=SOON))
            await play(adding.no_consent, settings, temporal, url, deadlines=Deadlines(consent=timedelta(seconds=1)))
            await play(
                adding.no_selection, settings, temporal, url, deadlines=Deadlines(selection=timedelta(seconds=1))
            )
            await play(adding.too_late, settings, temporal, url, deadlines=Deadlines(selection=timedelta(seconds=1)))
            await play(adding.cancelled, settings, temporal, url, organisations=10)  # two groups, one after the other
            await play(adding.in_groups, settings, temporal, url, organisations=CLIENTS_PULLED_TOGETHER + 2)
            await play(adding.troubled, settings, temporal, url, organisations=4)
            async with peculiar_server(settings, "limit.historyCount.suggestContinueAsNew=40") as server:
                await play(adding.long_run, settings, server.client, url, organisations=PAGE_OF_PULLS + 10)
                await play(adding.many_sign_ins, settings, server.client, url, bulk_connect=False)
                await play(repairing.long_repairs, settings, server.client, url)


if __name__ == "__main__":
    asyncio.run(main())
