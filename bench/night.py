"""``make bench-night``: the check of a practice's connections when no list is due, its provider calls and seconds.

The clients are put straight into the database; the logins sign in for real, so that refreshes and lists are real calls.
"""

import argparse
import asyncio
import secrets
import sys
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid4

import orjson
import uvloop
from rich.console import Console
from sqlalchemy import insert, text

from bench.harness.databases import PROVIDER, Practice
from bench.harness.servers import Servers, servers
from contracts.payloads.check_connections import CheckReport
from models.clients.tables import Client
from models.connections.tables import Connection
from models.grants.writes import record_reach, upsert_grant
from models.kit.database import Database
from providers.port.credential import Credential, CredentialSource
from providers.port.provider import Provider, ReachableOrganisation
from runtime.embedded.processes import ProcessFailedError
from starter.bootstrap import build_providers, open_database, open_operations

CALLS_A_LOGIN = 2
SECONDS = 60.0
"""The night may take no longer, at 10,000 connections."""


class _Given(CredentialSource):
    """A source of one credential that was just given."""

    practice_id = None

    def __init__(self, given: Credential) -> None:
        self._given = given

    async def credential(self, rejected: Credential | None = None) -> Credential:  # noqa: ARG002  # it is new
        return self._given


async def night(connections: int, logins: int, latency_ms: int, console: Console) -> tuple[CheckReport, float, int]:
    """Create connections, check them, and count calls.

    Args:
        connections: How many connections the practice has.
        logins: How many logins share them evenly.
        latency_ms: Mean wait of a provider call, give or take half.
        console: Where progress is shown.

    Returns:
        What the check found, its seconds, and the calls of refreshing and listing.
    """
    async with servers(organisations=1, latency_ms=latency_ms) as running:
        practice = await running.databases.fresh(connections)
        with console.status("Signing in, and making clients"):
            await running.sandbox.people(connections, logins)
            await _seed(running, practice, logins)
            await running.databases.checkpoint()
        async with running.product(practice), open_operations(running.on(practice)) as operations:
            actor = await operations.colleagues.by_email(None)
            await running.sandbox.zero()
            with console.status("Checking"):
                began = time.perf_counter()
                report = await operations.health.check(actor, lambda _: None)
                seconds = time.perf_counter() - began
        counted = await running.sandbox.calls_by_path()
    calls = sum(number for path, number in counted.items() if path in {"POST /connect/token", "GET /connections"})
    surprising = {path for path in counted if "/api.xro/" in path}
    assert not surprising, f"no list was due, but {surprising} were called"  # noqa: S101  # the measurement would mean nothing
    return report, seconds, calls


async def _seed(running: Servers, practice: Practice, logins: int) -> None:
    settings = running.on(practice)
    async with open_database(settings) as database:
        (provider,) = build_providers(settings, database).values()
        try:
            for person in range(logins):
                grant_id, reached = await _sign_in(running, practice, database, provider, person)
                await _connect(practice, database, grant_id, reached, person)
        finally:
            await provider.close()


async def _sign_in(
    running: Servers, practice: Practice, database: Database, provider: Provider, person: int
) -> tuple[UUID, list[ReachableOrganisation]]:
    """Create a login whose token set is two days old, so that the nightly check refreshes it."""
    redirect_uri = f"{running.settings.public_url}/connect/{PROVIDER}/callback"
    request = await provider.begin_sign_in(state=secrets.token_urlsafe(), redirect_uri=redirect_uri)
    callback = await running.sandbox.consent(request.address, person)
    params = dict(parse_qsl(urlsplit(callback).query))
    consent = await provider.finish_sign_in(params, request.kept, redirect_uri=redirect_uri)
    reached = list(await provider.organisations(_Given(consent.credential)))
    at = datetime.now(UTC) - timedelta(days=2)
    async with database.transaction() as session:
        grant = await upsert_grant(
            session,
            running.settings.key_ring().for_purpose("database"),
            provider=provider.name,
            credential=consent.credential,
            practice_id=practice.practice_id,
            colleague_id=practice.colleague_id,
            at=at,
        )
        await record_reach(session, grant.id, reached, at)
    return grant.id, reached


async def _connect(
    practice: Practice, database: Database, grant_id: UUID, reached: list[ReachableOrganisation], person: int
) -> None:
    clients, connections = [], []
    yesterday = datetime.now(UTC) - timedelta(days=1)
    for number, one in enumerate(reached):
        client = Client(
            practice_id=practice.practice_id,
            name=one.name,
            code=f"C{person:03d}{number:05d}",
            owner_id=practice.colleague_id,
            created_at=yesterday,
        )
        clients.append(client.model_dump())
        connections.append(
            Connection(
                id=uuid4(),
                practice_id=practice.practice_id,
                client_id=client.id,
                provider=PROVIDER,
                organisation_id=one.organisation_id,
                organisation_name=one.name,
                grant_id=grant_id,
                provider_connection_id=one.provider_connection_id,
                created_at=yesterday,
                last_good_at=yesterday + timedelta(hours=1),
                next_refresh_at=yesterday + timedelta(days=3),
            ).model_dump()
        )
    async with database.transaction() as session:
        connection = await session.connection()
        await connection.execute(insert(Client), clients)
        await connection.execute(insert(Connection), connections)
        await connection.execute(text("ANALYZE"))


def main() -> None:
    """Entry point of ``python -m bench.night``; exit status 1 when a budget is not kept."""
    parser = argparse.ArgumentParser(prog="python -m bench.night", description=__doc__)
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--logins", type=int, default=100)
    parser.add_argument("--latency-ms", type=int, default=150, help="mean wait of a provider call, give or take half")
    parser.add_argument("--json", action="store_true", help="results as JSON on standard output")
    asked = parser.parse_args()
    console = Console(stderr=asked.json)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            report, seconds, calls = runner.run(night(asked.connections, asked.logins, asked.latency_ms, console))
    except ProcessFailedError as error:
        sys.exit(str(error))
    found = {"seconds": round(seconds, 2), "calls": calls, "calls_a_login": calls / asked.logins}
    if asked.json:
        sys.stdout.buffer.write(orjson.dumps(found | {"healthy": report.healthy}, option=orjson.OPT_INDENT_2) + b"\n")
    console.print(
        f"{report.healthy} connections under {report.logins} logins checked in {seconds:.1f} s "
        f"with {calls} provider calls ({calls / asked.logins:.2f} a login)."
    )
    if report.healthy != asked.connections or calls > CALLS_A_LOGIN * asked.logins or seconds > SECONDS:
        sys.exit("That is not within the budget.")


if __name__ == "__main__":
    main()
