"""Runs for *Activity* and reports: filtered and paged in the database, grouped by outcome, with offers kept apart."""

from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import text

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.runs import Outcome, Result, RunKind, Stage, Verdict
from models.clients.tables import Client
from models.connections.tables import Connection
from models.practices.writes import create_colleague, create_team
from models.runs.leftovers import unreached
from models.runs.reads import RunFilter, any_run_view, find_runs
from models.runs.reports import OrganisationFilter, RowOrder, organisation_views
from models.runs.tables import Run, RunOrganisation
from tests.models.conftest import NOON

REPORT = [
    # organisation, verdict, outcome, cause, message, is a client
    ("Ash", "already_client", "created", None, None, True),
    ("Birch", "new", "failed", "access_lost", "No access", False),
    ("100% Cork", "new", "failed", "unknown", "Odd", False),
    ("Elm", "new", "failed", "unknown", "Odder", False),
    ("Fir", "new", "skipped", None, None, False),
    ("Gorse", "new", None, None, None, False),
    ("Hazel", "new", "created", None, None, False),
]


@pytest_asyncio.fixture
async def run(database, house) -> Run:
    """A finished run of Ada's with an organisation of each fate; the first is the client Smith Ltd."""
    async with database.transaction() as session:
        bea = await create_colleague(session, house.practice.id, email="bea@harbour.test", name="Bea")
        team = await create_team(session, house.practice.id, "Tax", [bea.id])
        run = a_run(house, "run-1", stage=Stage.FINISHED, result=Result.COMPLETED_WITH_FAILURES)
        session.add(run)
        await session.flush()
        for place, (name, verdict, outcome, cause, message, is_client) in enumerate(REPORT):
            session.add(
                RunOrganisation(
                    run_id=run.id,
                    organisation_id=f"org-{place}",
                    position=place,
                    name=name,
                    grant_id=house.grant_id,
                    verdict=Verdict(verdict),
                    outcome=Outcome(outcome) if outcome else None,
                    cause=Cause(cause) if cause else None,
                    message=message,
                    profile={"large": "thing"},
                    client_id=house.client_id if is_client else None,
                    connection_id=house.connection_id if is_client else None,
                    owner_id=bea.id if is_client else None,
                    shown_owner_id=house.colleague.id if is_client else None,
                    team_id=team.id if is_client else None,
                )
            )
    return run


def a_run(house, run_id: str, *, minutes: int = 0, colleague_id=None, kind=RunKind.ADD_CLIENTS, **more) -> Run:
    return Run(
        id=run_id,
        practice_id=house.practice.id,
        colleague_id=colleague_id or house.colleague.id,
        provider="xero",
        kind=kind,
        created_at=NOON + timedelta(minutes=minutes),
        **more,
    )


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [row[0] for row in REPORT]),
        ({"search": "AS"}, ["Ash"]),
        ({"search": "smith"}, ["Ash"]),
        ({"search": "smit0001"}, ["Ash"]),
        ({"search": "%"}, ["100% Cork"]),
        ({"verdict": Verdict.ALREADY_CLIENT}, ["Ash"]),
        ({"outcome": Outcome.FAILED}, ["Birch", "100% Cork", "Elm"]),
        ({"outcome": Outcome.FAILED, "cause": Cause.UNKNOWN}, ["100% Cork", "Elm"]),
        ({"is_open": True}, ["Gorse"]),
        ({"is_open": False, "search": "e"}, ["Elm", "Hazel"]),
        ({"is_offer": True}, []),
        ({"order": RowOrder.BY_NAME}, ["100% Cork", "Ash", "Birch", "Elm", "Fir", "Gorse", "Hazel"]),
        ({"order": RowOrder.ATTENTION}, ["100% Cork", "Birch", "Elm", "Gorse", "Ash", "Hazel", "Fir"]),
    ],
)
async def test_a_list_is_searched_and_paged(database, run, wanted, found):
    wanted = OrganisationFilter(**wanted)
    async with database.session() as session:
        whole, total = await organisation_views(session, run, wanted, limit=None)
        paged = [
            view.organisation.name
            for offset in range(total)
            for view in (await organisation_views(session, run, wanted, limit=1, offset=offset))[0]
        ]
    assert [view.organisation.name for view in whole] == found == paged
    assert total == len(found)


async def test_a_clients_new_books_come_first_and_other_clients_books_last(database, house):
    async with database.transaction() as session:
        other = Client(practice_id=house.practice.id, name="Birch", code="BIRC0002", owner_id=house.colleague.id)
        session.add(other)
        await session.flush()
        books = (
            ("Ash", Verdict.ALREADY_CLIENT, other.id),
            ("Birch", Verdict.NEW, other.id),
            ("Cedar", Verdict.NEW, None),
            ("Smith New", Verdict.NEW, house.client_id),
        )
        run = a_run(house, "run-2", kind=RunKind.CHANGE_CONNECTION, client_id=house.client_id)
        session.add(run)
        await session.flush()
        session.add_all(
            RunOrganisation(
                run_id=run.id,
                organisation_id=name,
                position=place,
                name=name,
                grant_id=house.grant_id,
                verdict=verdict,
                matched_client_id=alike,
            )
            for place, (name, verdict, alike) in enumerate(books)
        )
    async with database.session() as session:
        found, _ = await organisation_views(session, run, OrganisationFilter(order=RowOrder.NEW_BOOKS))
    assert [view.organisation.name for view in found] == ["Smith New", "Cedar", "Birch", "Ash"]


async def test_a_row_has_the_client_and_the_people_around_it(database, house, run):
    async with database.session() as session:
        (ash, birch, *_), _ = await organisation_views(session, run)
    assert (ash.client_id, ash.client_name, ash.client_code) == (house.client_id, "Smith Ltd", "SMIT0001")
    assert (ash.owner_name, ash.team_name, ash.shown_owner_name) == ("Bea", "Tax", "Ada")
    assert (birch.client_id, birch.client_name, birch.owner_name, birch.team_name) == (None, None, None, None)


async def test_outcomes_in_groups_with_causes_and_next_steps(database, run):
    async with database.session() as session:
        report = await any_run_view(session, run.id)
    assert report is not None
    assert [(group.outcome, group.cause, group.count, group.message) for group in report.groups] == [
        (Outcome.FAILED, Cause.UNKNOWN, 2, None),
        (Outcome.FAILED, Cause.ACCESS_LOST, 1, "No access"),
        (None, None, 1, None),
        (Outcome.CREATED, None, 2, None),
        (Outcome.SKIPPED, None, 1, None),
    ]
    unknown = report.groups[0]
    assert (unknown.sentence, unknown.next_step) == (Cause.UNKNOWN.sentence, Cause.UNKNOWN.next_step)
    assert (report.total, report.offers, report.colleague_name) == (7, 0, "Ada")
    assert report.counts == {Outcome.FAILED: 3, Outcome.CREATED: 2, Outcome.SKIPPED: 1}


async def test_offers_of_a_reconnect_stand_apart(database, run):
    run.kind = RunKind.RECONNECT_ALL
    async with database.transaction() as session:
        await session.merge(run)
        report = await any_run_view(session, run.id)
        assert report is not None
        (ash,), own = await organisation_views(session, run)
        offers, how_many = await organisation_views(session, run, OrganisationFilter(is_offer=True), limit=2)
        (group,) = report.groups
        ((view,), _) = await find_runs(session, run.practice_id, RunFilter())
    assert (report.total, report.offers, own, how_many, view.total) == (1, 6, 1, 6, 1)
    assert (ash.organisation.name, [offer.organisation.name for offer in offers]) == ("Ash", ["Birch", "100% Cork"])
    assert (group.outcome, group.count) == (Outcome.CREATED, 1)


@pytest_asyncio.fixture
async def runs(database, house, run) -> None:
    """Two more runs: Bea's, which waits, and Ada's, which has no list."""
    async with database.transaction() as session:
        bea = await create_colleague(session, house.practice.id, email="b@harbour.test", name="Bea")
        kind = RunKind.RECONNECT_ALL
        session.add(a_run(house, "run-2", minutes=1, colleague_id=bea.id, kind=kind))
        about_one = {"kind": RunKind.CHANGE_CONNECTION, "client_id": house.client_id}
        session.add(a_run(house, "run-3", minutes=2, stage=Stage.FINISHED, result=Result.EXPIRED, **about_one))


async def test_activity_is_filtered_paged_and_counted(database, house, runs):
    async def found(**wanted) -> list[str]:
        async with database.session() as session:
            views, total = await find_runs(session, house.practice.id, RunFilter(**wanted))
            first, _ = await find_runs(session, house.practice.id, RunFilter(**wanted), limit=1)
        assert total == len(views)
        assert [view.run.id for view in first] == [view.run.id for view in views][:1]
        return [view.run.id for view in views]

    assert await found() == ["run-3", "run-2", "run-1"]
    assert await found(kind=RunKind.RECONNECT_ALL) == ["run-2"]
    assert await found(colleague_id=house.colleague.id) == ["run-3", "run-1"]
    assert await found(is_active=True) == ["run-2"]
    assert await found(is_active=False, before=NOON + timedelta(minutes=2)) == ["run-1"]


async def test_a_listed_run_says_who_and_what_became_of_it(database, house, runs):
    async with database.session() as session:
        (third, second, first), _ = await find_runs(session, house.practice.id, RunFilter())
    assert (first.colleague_name, second.colleague_name) == ("Ada", "Bea")
    assert (first.client_name, third.client_name) == (None, "Smith Ltd")
    assert (first.total, first.counts[Outcome.FAILED], first.tally.causes) == (
        7,
        3,
        {Cause.UNKNOWN: 2, Cause.ACCESS_LOST: 1},
    )
    assert (third.total, third.counts, third.tally.causes) == (0, {}, {})


async def test_another_practice_has_no_activity(database, house, runs):
    async with database.session() as session:
        assert await find_runs(session, house.other_practice.id, RunFilter()) == ([], 0)


@pytest.mark.parametrize("outcome", Outcome)
def test_by_itself_is_said_only_where_something_goes_on(outcome):
    ended = outcome in {Outcome.FAILED, Outcome.UNREACHABLE}
    for cause in Cause:
        row = RunOrganisation(run_id="run", organisation_id="books", position=0, name="Books", grant_id=uuid4())
        row.outcome, row.cause = outcome, cause
        assert (row.next_step == cause.next_step) is not (ended and cause.is_transient), cause
        assert not (ended and "Nothing to do" in (row.next_step or "")), cause


@pytest.mark.parametrize(("status", "named"), [("connected", ("Smith",)), ("disconnecting", ())])
async def test_what_is_being_disconnected_is_not_to_be_allowed_again(database, house, status, named):
    removed = Cause.DISCONNECTED_AT_PROVIDER
    async with database.transaction() as session:
        run = a_run(house, "run-r", kind=RunKind.RECONNECT_ALL, stage=Stage.FINISHED)
        session.add(run)
        await session.flush()
        connection = await session.get_one(Connection, house.connection_id)
        connection.cause, connection.status, connection.organisation_name = removed, ConnectionStatus(status), "Smith"
        session.add(
            RunOrganisation(
                run_id=run.id,
                organisation_id=connection.organisation_id,
                position=0,
                name="Smith",
                grant_id=house.grant_id,
                connection_id=connection.id,
                outcome=Outcome.UNREACHABLE,
                cause=removed,
            )
        )
        await (await session.connection()).execute(text("DELETE FROM grant_reach"))
    async with database.session() as session:
        assert (await unreached(session, run.id)).missed == named
