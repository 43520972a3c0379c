"""What can be taken along as CSV: whole, filtered like the pages, safe, and never another practice's."""

import csv
from io import StringIO

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlmodel import select

from contracts.naming.software import named
from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.lists import ListName
from models.clients.reads import ClientFilter
from models.clients.tables import Client
from models.connections.tables import Connection
from models.runs.tables import RunOrganisation
from tests.journeys.fixtures import Neighbour
from tests.journeys.people import change
from tests.journeys.promises import HEALTH, ONE_CONNECTION, RECEIPT, STATUS_EVENT
from tests.journeys.scene import Json, Scene

pytestmark = pytest.mark.leaves(
    *(HEALTH, STATUS_EVENT, RECEIPT, ONE_CONNECTION), because="rows are written by hand for the files that show them"
)

FORMULA = '=HYPERLINK("http://evil.example","Ash")'


@pytest_asyncio.fixture
async def added(scene: Scene) -> Json:
    """A finished run that added all twelve organisations; one needs a reconnect, and has a dangerous name."""
    async with scene.worker():
        run = await scene.added()
    async with scene.database.transaction() as session:
        client = (await session.exec(select(Client).order_by(Client.code).limit(1))).one()
        connection = (await session.exec(select(Connection).where(Connection.client_id == client.id))).one()
        row = (await session.exec(select(RunOrganisation).where(RunOrganisation.client_id == client.id))).one()
        client.name = connection.organisation_name = row.name = FORMULA
        connection.status, connection.cause = ConnectionStatus.NEEDS_RECONNECT, Cause.ACCESS_LOST
        session.add_all([client, connection, row])
    return run


async def taken(scene: Scene, path: str) -> list[dict[str, str]]:
    answer = await scene.http.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="')
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


@pytest.mark.thorough
async def test_everything_can_be_taken_along(scene: Scene, added: Json):
    clients = await taken(scene, "clients.csv")
    assert len(clients) == 5
    (bad,) = await taken(scene, "clients.csv?status=needs_reconnect")
    assert (bad["name"], bad["organisation_name"], bad["cause"]) == (f"'{FORMULA}", f"'{FORMULA}", "access_lost")
    assert (bad["what_happened"], bad["next_step"]) == (
        Cause.ACCESS_LOST.sentence,
        named(Cause.ACCESS_LOST.next_step, "Xero"),
    )
    by_code = [client["code"] for client in await taken(scene, "clients.csv?sort=code&descending=true")]
    assert by_code == sorted(by_code, reverse=True)

    report = await taken(scene, f"runs/{added['run_id']}.csv")
    assert [row["organisation_id"] for row in report] == [row["organisation_id"] for row in added["organisations"]]
    assert {row["outcome"] for row in report} == {"created"}
    assert f"'{FORMULA}" in {row["organisation"] for row in report} & {row["client"] for row in report}

    client_id = clients[-1]["client_id"]
    for name in ListName:
        rows = await taken(scene, f"clients/{client_id}/lists/{name}.csv")
        shown = await scene.list_of(client_id, name)
        assert {row["key"] for row in rows} == {row["key"] for row in shown["rows"]}, name
        assert all("record" not in row for row in rows)

    timeline = await taken(scene, f"clients/{client_id}/timeline.csv")
    assert [row["what"] for row in timeline][-1] == "client.created"
    assert {row["who"] for row in timeline} >= {scene.actor.colleague_name}


@pytest.mark.thorough
async def test_long_lists_and_timelines_are_whole(scene: Scene, added: Json):
    (client, *_), _ = await scene.operations.clients.find(scene.actor, ClientFilter())
    assert client.connection is not None
    of = {"client_id": client.client.id, "connection_id": client.connection.id, "practice_id": scene.actor.practice_id}
    async with scene.database.transaction() as session:
        connection = await session.connection()
        await connection.execute(
            text("""
                INSERT INTO contacts (connection_id, fingerprint, changed_at, key, name, is_supplier, is_customer,
                                      in_suppliers, in_customers, is_archived, record)
                SELECT :connection_id, '', now(), 'extra-' || n, 'Same ' || n % 7, true, false, true, false, false, '{}'
                FROM generate_series(1, 2500) n
            """),
            {"connection_id": of["connection_id"]},
        )
        await connection.execute(
            text("""
                INSERT INTO events (practice_id, client_id, kind, at, id)
                SELECT :practice_id, :client_id, 'client.looked_at', now(), 1000000 + n FROM generate_series(1, 1200) n
            """),
            {"practice_id": of["practice_id"], "client_id": of["client_id"]},
        )
    suppliers = await taken(scene, f"clients/{of['client_id']}/lists/suppliers.csv")
    extra = [row["key"] for row in suppliers if row["key"].startswith("extra-")]
    assert (len(extra), len(set(extra))) == (2500, 2500)
    timeline = await taken(scene, f"clients/{of['client_id']}/timeline.csv")
    assert sum(row["what"] == "client.looked_at" for row in timeline) == 1200


async def test_another_practice_takes_nothing(scene: Scene, added: Json, neighbour: Neighbour):
    client_id = added["organisations"][0]["client_id"]
    paths = [f"runs/{added['run_id']}.csv", f"clients/{client_id}/timeline.csv", f"clients/{client_id}/lists/items.csv"]
    for path in paths:
        answer = await neighbour.http.get(f"/api/v1/{path}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found"), path
    clients = await neighbour.http.get("/api/v1/clients.csv")
    assert len(clients.content.decode().splitlines()) == 1


@pytest.mark.thorough
async def test_a_list_that_was_not_read_is_no_empty_file(scene: Scene, added: Json):
    """A file with nothing but a header says that the books have nothing in that list; only what was read says so."""
    of_client, path = "(SELECT id FROM connections WHERE client_id = :id)", "clients/{}/lists/{}.csv"
    client_id = added["organisations"][-1]["client_id"]
    name = (await scene.http.get(f"/api/v1/clients/{client_id}")).json()["name"]
    missing, everything = Cause.PERMISSION_MISSING, ("items", "tax_rates", "tracking_categories", "contacts")
    for table in everything:
        await change(scene, f"DELETE FROM {table} WHERE connection_id = {of_client}", id=client_id)  # noqa: S608
    pulled = f"UPDATE receipts SET rows = 0 WHERE connection_id = {of_client}"  # noqa: S608
    await change(scene, pulled, id=client_id)
    never = f"DELETE FROM receipts WHERE list_name = 'items' AND connection_id = {of_client}"  # noqa: S608
    await change(scene, never, id=client_id)
    failed = f"UPDATE receipts SET pulled_at = NULL, cause = 'permission_missing' WHERE connection_id = {of_client}"  # noqa: S608
    await change(scene, f"{failed} AND list_name = 'tax_rates'", id=client_id)
    await change(scene, "UPDATE connections SET contacts = 'suppliers' WHERE client_id = :id", id=client_id)

    begins = f"This list of {name} was not read yet, so there is nothing to take along."
    for one, said in (
        ("items", f"{begins} It comes with the first refresh."),
        ("tax_rates", f"{begins} {missing.sentence} {missing.next_step}"),
        ("customers", f"The settings of {name} leave this list out, so there is nothing to take along."),
    ):
        answer = await scene.http.get(f"/api/v1/{path.format(client_id, one)}")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_read_yet"), one
        assert answer.json()["error"]["message"] == said
    for one in ("tracking_categories", "suppliers"):  # they were read, and had nothing in them
        assert await taken(scene, path.format(client_id, one)) == []

    await change(scene, "UPDATE connections SET is_current = false WHERE client_id = :id", id=client_id)
    answer = await scene.http.get(f"/api/v1/{path.format(client_id, 'suppliers')}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_connected")


async def test_moments_beyond_the_calendar_that_older_releases_stored_are_shown(scene: Scene, added: Json):
    async with scene.database.transaction() as session:
        connection = await session.connection()
        await connection.execute(text("UPDATE accounts SET updated_at = '-infinity'"))
        await connection.execute(text("UPDATE contacts SET updated_at = 'infinity'"))
    for client in await taken(scene, "clients.csv"):
        for name in (ListName.ACCOUNTS, ListName.SUPPLIERS):
            shown = await scene.list_of(client["client_id"], name)
            assert shown["rows"]
            assert len(await taken(scene, f"clients/{client['client_id']}/lists/{name}.csv")) == len(shown["rows"])
