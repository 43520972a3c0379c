"""Whose client it is, and what makes one count, be found or be free: one condition at a time."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.lists import RowKind
from contracts.words.runs import RunKind, Stage, Verdict
from models.clients import accounts, imports, kept_imports, lookalikes, merging, saved_views, writes
from models.clients.reads import client_view
from models.clients.tables import Client, ClientImport, SavedView
from models.connections.tables import Connection
from models.grants.tables import GrantReach
from models.kit.database import Database
from models.lists.tables import TABLE_OF
from models.practices.tables import Team
from models.practices.writes import create_colleague
from models.runs.tables import Run, RunOrganisation
from rules.clients.duplicates import namesakes
from tests.models.conftest import LATER, NOON, House, a_client
from tests.models.one_thing import after_each, run, setting

pytestmark = pytest.mark.usefixtures("next_door")

OURS = "WHERE practice_id = :practice"


@pytest_asyncio.fixture
async def theirs(database: Database, sealer, house: House) -> Client:
    """The other practice's client, like ours in everything."""
    async with database.transaction() as session:
        return (await a_client(session, sealer, house.other_colleague, "user-3"))[1]


@pytest_asyncio.fixture
async def second(database: Database, house: House) -> Client:
    """A second client of ours, which has no connection."""
    async with database.transaction() as session:
        client = Client(practice_id=house.practice.id, name="Jones", code="JONE0001", owner_id=house.colleague.id)
        session.add(client)
    return client


def of_client(statement: str) -> str:
    return f"{statement} WHERE id = :client"


async def test_a_client_is_its_practices_alone(database, house, theirs, second):
    ours, client = house.practice.id, house.client_id

    async def known(session: AsyncSession) -> list[bool]:
        locked = await accounts.locked_client(session, ours, client)
        return [locked is not None, await client_view(session, ours, NOON, client) is not None]

    ended = "archived_at = now(), erased_at = now()"
    archived, erased = map(of_client, setting("clients", "archived_at = now()", ended))
    assert await after_each(database, known, ("SELECT", archived, erased), client=client) == {
        "SELECT": [True, True],
        archived: [True, True],
        erased: [False, False],
    }

    async def counts(session: AsyncSession) -> tuple[int, list[str], list[str], bool]:
        codes = await writes.codes_in_use(session, ours)
        is_free = await accounts.is_code_free(session, ours, "SMIT0001", for_client=second.id)
        free = [one.code for one in await writes.unconnected_clients(session, ours)]
        return await writes.count_clients(session, ours), sorted(codes), free, is_free

    ended_ = setting("connections", "is_current = false", "status = 'disconnected'")
    assert await after_each(database, counts, ("SELECT", archived, erased, *ended_), client=client) == {
        "SELECT": (2, ["JONE0001", "SMIT0001"], ["JONE0001"], False),
        archived: (1, ["JONE0001", "SMIT0001"], ["JONE0001"], False),
        erased: (1, ["JONE0001"], ["JONE0001"], True),
        **{change: (2, ["JONE0001", "SMIT0001"], ["JONE0001", "SMIT0001"], False) for change in ended_},
    }
    async with database.transaction() as session:
        assert await accounts.locked_client(session, ours, theirs.id) is None
        assert [one.id for one in await accounts.locked_clients(session, ours, [client, theirs.id])] == [client]
        assert await accounts.is_code_free(session, ours, "SMIT0001", for_client=client)
        assert await accounts.is_code_free(session, ours, "SMIT0002", for_client=second.id)
        assert not await accounts.restore(session, client)
        await run(session, "UPDATE clients SET archived_at = now()")
        assert await accounts.restore(session, client)
        assert await run(session, "SELECT id FROM clients WHERE archived_at IS NULL") == [client]
        await run(session, "UPDATE clients SET archived_at = NULL")


async def test_a_client_that_somebody_has_is_known_by_its_organisation(database, house, theirs):
    async def known(session: AsyncSession) -> dict[str, tuple[UUID, bool, bool]]:
        found = await writes.known_organisations(session, house.practice.id, "xero", ["org-1", "org-2"])
        return {key: (one.client_id, one.is_taken, one.is_archived) for key, one in found.items()}

    set_ = setting("connections", "provider = 'another'", "organisation_id = 'org-9'", "status = 'disconnected'")
    gone = [f"{change} {OURS}" for change in set_]
    client = house.client_id
    assert await after_each(database, known, ("SELECT", *gone), practice=house.practice.id) == {
        "SELECT": {"org-1": (client, True, False)},
        gone[0]: {},
        gone[1]: {},
        gone[2]: {"org-1": (client, False, False)},
    }
    async with database.session() as session:
        assert await writes.known_organisations(session, house.practice.id, "xero", ["org-2"]) == {}


async def test_connected_clients_are_compared_by_what_their_books_say(database, house, theirs, second):
    profiles: Any = TABLE_OF[RowKind.ORGANISATION]
    async with database.transaction() as session:
        connection = await session.get_one(Connection, house.connection_id)
        for one in (
            connection.id,
            *await run(session, "SELECT id FROM connections WHERE client_id = :id", id=theirs.id),
        ):
            of: dict[str, Any] = {
                "connection_id": one,
                "key": "org-1",
                "name": "Smith",
                "is_demo": False,
                "is_trial": False,
            }
            session.add(
                profiles(**of, record="{}", fingerprint=b"", changed_at=NOON, registration_number=f"no. of {one}")
            )
        session.add(GrantReach(grant_id=connection.grant_id, organisation_id="org-1", name="Smith", seen_at=NOON))

    async def compared(session: AsyncSession) -> list[tuple[str, bool, bool]]:
        found = await lookalikes.connected_clients(session, house.practice.id, "xero")
        number = f"no. of {house.connection_id}"
        return [(one.code, one.registration_number == number, one.is_missed) for one in found]

    async def imported(session: AsyncSession) -> list[tuple[str, bool, bool]]:
        found = await imports.known_clients(session, house.practice.id)
        number = f"no. of {house.connection_id}"
        return [(one.code, one.registration_number == number, one.is_archived) for one in found]

    none = setting("connections", "is_current = false", "status = 'disconnected'")
    gone = "UPDATE organisation_profiles SET gone_at = now()"
    elsewhere = "UPDATE connections SET provider = 'another'"
    missed, unlisted = "UPDATE grant_reach SET organisation_id = 'org-2'", "DELETE FROM grant_reach"
    erased = of_client("UPDATE clients SET archived_at = now(), erased_at = now()")
    asked = ("SELECT", *none, elsewhere, gone, missed, unlisted)
    assert await after_each(database, compared, asked) == {
        "SELECT": [("SMIT0001", True, False)],
        **{change: [] for change in (*none, elsewhere)},
        gone: [("SMIT0001", False, False)],
        missed: [("SMIT0001", True, True)],
        unlisted: [("SMIT0001", True, False)],
    }
    assert await after_each(database, imported, ("SELECT", *none, gone, erased), client=house.client_id) == {
        "SELECT": [("JONE0001", False, False), ("SMIT0001", True, False)],
        **{change: [("JONE0001", False, False), ("SMIT0001", False, False)] for change in (*none, gone)},
        erased: [("JONE0001", False, False)],
    }


async def test_books_that_look_like_a_clients_are_those_of_a_run_that_awaits_a_choice(database, house, theirs):
    async with database.transaction() as session:
        for number, (colleague, client) in enumerate(
            ((house.colleague, house.client_id), (house.other_colleague, theirs.id))
        ):
            session.add(
                Run(
                    id=f"run-{number}",
                    practice_id=colleague.practice_id,
                    colleague_id=colleague.id,
                    provider="xero",
                    kind=RunKind.ADD_CLIENTS,
                    stage=Stage.AWAITING_SELECTION,
                    created_at=NOON + timedelta(hours=number),
                )
            )
            await session.flush()
            (grant,) = await run(session, "SELECT grant_id FROM connections WHERE client_id = :id", id=client)
            session.add(
                RunOrganisation(
                    run_id=f"run-{number}",
                    organisation_id="org-7",
                    position=0,
                    name=f"Smith of run {number}",
                    grant_id=grant,
                    verdict=Verdict.LOOKS_LIKE_CLIENT,
                    matched_client_id=client,
                )
            )

    async def listed(session: AsyncSession) -> tuple[str, str] | None:
        found = await lookalikes.listed_books(session, house.practice.id, house.client_id)
        return found and (found.run_id, found.colleague_name)

    none = [
        *setting("connections", "is_current = false", "status = 'disconnected'"),
        *setting("runs", "practice_id = :other", "kind = 'reconnect-all'", "stage = 'finished'"),
        *setting("run_organisations", "verdict = 'new'", "matched_client_id = :theirs", "matched_client_id = NULL"),
    ]
    found = await after_each(database, listed, ("SELECT", *none), other=house.other_practice.id, theirs=theirs.id)
    assert found == {"SELECT": ("run-0", "Ada"), **dict.fromkeys(none)}

    async def working(session: AsyncSession) -> list[bool]:
        own = await merging.run_of_its_own(session, [house.client_id])
        return [await accounts.is_in_working_run(session, house.client_id), own is not None]

    at_work = "WITH r AS (UPDATE runs SET stage = 'pulling' WHERE id = 'run-0') "
    has_it = "UPDATE run_organisations SET client_id = :client WHERE run_id = 'run-{}'"
    own_run = "UPDATE runs SET client_id = :client WHERE id = 'run-0'"
    over = "UPDATE runs SET client_id = :client, stage = 'finished' WHERE id = 'run-0'"
    assert await after_each(
        database,
        working,
        (at_work + has_it.format(0), at_work + has_it.format(1), has_it.format(0), own_run, over),
        client=house.client_id,
    ) == {
        at_work + has_it.format(0): [True, False],
        at_work + has_it.format(1): [False, False],
        has_it.format(0): [False, False],
        own_run: [False, True],
        over: [False, False],
    }


async def test_a_kept_list_is_its_colleagues_for_a_while(database, house):
    lee = uuid4()
    async with database.transaction() as session:
        lee = (await create_colleague(session, house.practice.id, email="lee@harbour.test", name="Lee")).id
        lists = [
            ClientImport(practice_id=house.practice.id, colleague_id=one, file_name="a.csv", created_at=at)
            for one, at in ((house.colleague.id, NOON), (lee, NOON), (house.colleague.id, LATER))
        ]
        await kept_imports.keep(session, lists[0])
        await kept_imports.keep(session, lists[1])
        await session.flush()
        whose: dict[str, Any] = {"practice_id": house.practice.id, "colleague_id": house.colleague.id, "at": NOON}
        tries: list[tuple[dict[str, Any], bool]] = [
            ({}, True),
            ({"practice_id": house.other_practice.id}, False),
            ({"colleague_id": lee}, False),
            ({"at": NOON + kept_imports.VALID_FOR}, False),
        ]
        for otherwise, is_found in tries:
            found = await kept_imports.kept_by(session, lists[0].id, **{**whose, **otherwise})
            assert (found is not None) is is_found, otherwise
        assert await kept_imports.kept_by(session, lists[1].id, **whose) is None
        await kept_imports.keep(session, lists[2])  # in place of the first
        assert set(await run(session, "SELECT id FROM client_imports")) == {lists[1].id, lists[2].id}
        await kept_imports.delete_old(session, NOON + kept_imports.VALID_FOR)
        assert await run(session, "SELECT id FROM client_imports") == [lists[2].id]


async def test_a_view_is_seen_by_who_made_it_and_if_it_is_shared_by_the_practice(database, house):
    async with database.transaction() as session:
        practice, ada = house.practice.id, house.colleague.id
        lee = (await create_colleague(session, practice, email="lee@harbour.test", name="Lee")).id
        team = Team(practice_id=practice, name="Tax")
        another = Team(practice_id=house.other_practice.id, name="Tax")
        session.add_all([team, another])
        await session.flush()
        asks = {"owner_id": str(lee), "team_id": str(team.id)}
        elsewhere = {"owner_id": str(house.other_colleague.id), "team_id": str(another.id)}
        views = {
            name: SavedView(practice_id=of, owner_id=whose, name=name.split()[0], is_shared=is_shared, query=query)
            for name, of, whose, is_shared, query in (
                ("own", practice, ada, False, asks),
                ("shared", practice, lee, True, elsewhere),
                ("hidden", practice, lee, False, {}),
                ("shared theirs", house.other_practice.id, house.other_colleague.id, True, {}),
            )
        }
        session.add_all(views.values())
    async with database.transaction() as session:
        own, shared = await saved_views.seen_by(session, practice, ada)
        assert (own.view.id, own.maker_name, own.asked_owner_id, own.asked_team_id) == (
            views["own"].id,
            "Ada",
            lee,
            team.id,
        )
        assert (shared.view.id, shared.maker_name, shared.asked_owner_id, shared.asked_team_id) == (
            views["shared"].id,
            "Lee",
            None,
            None,
        )
        for name, is_seen in (("own", True), ("shared", True), ("hidden", False), ("shared theirs", False)):
            found = await saved_views.seen_by(session, practice, ada, views[name].id)
            assert [one.view.id for one in found] == [views[name].id] * is_seen, name
        new = SavedView(practice_id=practice, owner_id=lee, name="SHARED", is_shared=False, query={})
        assert await saved_views.counted(session, new) == (2, 1, True, True)
        assert await saved_views.counted(session, views["shared"]) == (1, 0, False, False)
        new.name = "hidden"
        assert await saved_views.counted(session, new) == (2, 1, True, False)
        await saved_views.forget_own(session, lee)
        left = await run(session, "SELECT id FROM saved_views")
        assert set(left) == {views[name].id for name in ("own", "shared", "shared theirs")}


async def test_an_import_changes_what_is_still_as_it_was_and_ours(database, house, theirs, second):
    async def changes(session: AsyncSession) -> list[object]:
        was = [one for one in await imports.known_clients(session, house.practice.id) if one.code == "SMIT0001"]
        seen = [was[0]._replace(is_archived=False, name="Smith Ltd", reference=None)]
        done = await imports.change_clients(session, house.practice.id, [(one, {"name": "New"}) for one in seen])
        return [done, await run(session, "SELECT id FROM clients WHERE name = 'New'")]

    otherwise = list(
        map(
            of_client,
            setting("clients", "archived_at = now()", "name = 'Smythe'", "reference = 'r'"),
        )
    )
    assert await after_each(database, changes, ("SELECT", *otherwise), client=house.client_id) == {
        "SELECT": [True, [house.client_id]],
        **{change: [False, []] for change in otherwise},
    }
    async with database.session() as session:
        (their,) = list(await imports.known_clients(session, house.other_practice.id))
        assert not await imports.change_clients(session, house.practice.id, [(their, {"name": "New"})])
        assert {one.name for one in await imports.people_of(session, house.practice.id)} == {"Ada"}


async def test_who_may_be_the_same_client_and_what_moves_when_two_are_merged(database, house, theirs, second):
    async def likely(session: AsyncSession) -> list[UUID]:
        known = await imports.known_clients(session, house.practice.id)
        this = next(one for one in known if one.id == house.client_id)
        return [one.id for one in namesakes(this, known)]

    same = "UPDATE clients SET name = 'SMITH-LTD' WHERE id = :second"
    merged = "archived_at = now(), merged_into_id = :client"
    not_any_more = [
        f"UPDATE clients SET name = 'SMITH-LTD', {what} WHERE id = :second"  # noqa: S608  # ours
        for what in ("archived_at = now(), erased_at = now()", merged)
    ]
    values: dict[str, Any] = {"second": second.id, "client": house.client_id}
    found = await after_each(database, likely, ("SELECT", same, *not_any_more), **values)
    assert found == {"SELECT": [], same: [second.id], **{change: [] for change in not_any_more}}
    async with database.transaction() as session:
        going, staying = [await session.get_one(Client, one) for one in (house.client_id, second.id)]
        await merging.merge(session, staying, going, is_moved=True, at=NOON)
        moved = await run(session, "SELECT id FROM connections WHERE client_id = :id AND is_current", id=second.id)
        assert moved == [house.connection_id]
        left = await run(
            session, "SELECT client_id FROM connections WHERE client_id <> :id AND is_current", id=second.id
        )
        assert theirs.id in left
        assert len(left) == 2
