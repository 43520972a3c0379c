"""The list of a run: further sign-ins add to it without gaps, and nothing loses its place."""

import pytest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.runs import Action, Mark, Outcome, RunKind, Verdict
from contracts.words.standard_information import ENDED, NAMELESS
from models.kit.columns import now
from models.kit.database import Database
from models.practices.tables import Team
from models.runs import organisations as run_lists
from models.runs.choosable import to_choose
from models.runs.organisations import FoundOrganisation
from models.runs.tables import Run, RunOrganisation
from rules.clients.matching import Candidate, Judgement
from rules.runs.choosing import ChosenOrganisation
from tests.models.conftest import LATER, NOON, House
from tests.models.one_thing import after_each, run

pytestmark = pytest.mark.usefixtures("next_door")


def found(*names: str) -> list[FoundOrganisation]:
    return [FoundOrganisation(name, name.upper(), None) for name in names]


def of(house: House) -> Run:
    return Run(
        id="add-clients-house",
        practice_id=house.practice.id,
        colleague_id=house.colleague.id,
        provider="xero",
        kind=RunKind.ADD_CLIENTS,
    )


async def test_overlapping_sign_ins_number_the_new_ones_alone(database: Database, house: House):
    run = of(house)
    async with database.transaction() as session:
        session.add(run)
        await session.flush()
        for names, total in ((("a", "b", "c"), 3), (("b", "d", "a", "e"), 5), (("e", "f"), 6)):
            assert await run_lists.list_into(session, run.id, house.grant_id, found(*names), now()) == total
    async with database.session() as session:
        listed = await run_lists.organisations_of(session, run.id)
    assert [(row.position, row.organisation_id) for row in listed] == list(enumerate("abcdef"))


async def test_marks_come_from_every_list_and_from_profiles(database: Database, house: House):
    run = of(house)
    lead, demo, plain = (
        FoundOrganisation("a", "A", None, marks={Mark.LEAD}),
        FoundOrganisation("b", "B", None, marks={Mark.DEMO, Mark.ENDED}),
        FoundOrganisation("c", "C", None),
    )
    async with database.transaction() as session:
        session.add(run)
        await session.flush()
        await run_lists.list_into(session, run.id, house.grant_id, [lead, demo, plain], now())
        # Another login lists them too, and knows other things of them.
        await run_lists.list_into(
            session, run.id, house.grant_id, [plain, lead._replace(marks={Mark.DEMO}), demo._replace(marks=())], now()
        )
        await run_lists.mark(session, run.id, ["c"], Mark.ENDED)
        await run_lists.mark(session, run.id, ["c"], Mark.ENDED)
        marked = {one.organisation_id: one for one in await run_lists.candidates_of(session, run.id)}
        listed = await run_lists.organisations_of(session, run.id)
    assert {key: (one.is_lead, one.is_demo, one.is_ended) for key, one in marked.items()} == {
        "a": (True, True, False),
        "b": (False, True, True),
        "c": (False, False, True),
    }
    assert [row.marks for row in listed] == [["demo", "lead"], ["demo", "ended"], ["ended"]]


async def test_a_profile_says_that_a_subscription_has_ended(database: Database, house: House):
    run = of(house)
    profile = {"name": "A", "status": ENDED, "is_demo": True, "is_trial": False}
    async with database.transaction() as session:
        session.add(run)
        await session.flush()
        await run_lists.list_into(session, run.id, house.grant_id, found("a"), now())
        await run_lists.save_profiles(session, run.id, {"a": profile}, now())
        (one,) = await run_lists.candidates_of(session, run.id)
    assert (one.is_ended, one.is_demo, one.is_lead) == (True, True, False)


async def test_what_is_to_be_chosen_comes_with_the_client_that_it_is_like(database: Database, house: House):
    run = of(house)
    async with database.transaction() as session:
        session.add(run)
        await session.flush()
        rows = [("a", "Smith Ltd", False), ("b", "smith ltd", True), ("c", "Äther", True), ("d", "Bell", True)]
        rows.append(("e", "Aaron", True))
        verdicts = {"b": Verdict.LOOKS_LIKE_CLIENT, "e": Verdict.ALREADY_CLIENT}
        session.add_all(
            RunOrganisation(
                run_id=run.id,
                organisation_id=identity,
                position=place,
                name=name,
                grant_id=house.grant_id,
                is_just_allowed=is_just_allowed,
                verdict=verdicts.get(identity, Verdict.NEW),
                matched_client_id=house.client_id if identity == "b" else None,
                profile={"registration_number": "0123"} if identity == "a" else None,
            )
            for place, (identity, name, is_just_allowed) in enumerate(rows)
        )
        await session.flush()
        listed = await to_choose(session, house.practice.id, run.id)
        assert await to_choose(session, house.other_practice.id, run.id) == []
        await (await session.connection()).execute(text("UPDATE connections SET status = 'disconnected'"))
        free = await to_choose(session, house.practice.id, run.id)
        await session.rollback()
    assert [(row.organisation_id, row.distinction) for row in listed] == [
        ("d", None),
        ("b", "Id ending in b"),
        ("c", None),
        ("a", "Company number 0123"),
        ("e", None),  # of which there is nothing to choose
    ]
    like = listed[1]
    assert (like.client_id, like.client_code, like.client_is_connected) == (str(house.client_id), "SMIT0001", True)
    assert not free[1].client_is_connected
    assert (listed[0].client_id, listed[0].client_is_connected) == (None, False)
    assert [type(row.verdict) for row in listed] == [Verdict] * 5


async def test_what_cannot_be_chosen_is_listed_last_whatever_it_is(database: Database, house: House):
    """The order is SQL and the right to tick is Python: both have to know the same verdicts."""
    run = of(house)
    kinds = [(verdict, is_just_allowed) for is_just_allowed in (True, False) for verdict in (None, *Verdict)]
    async with database.transaction() as session:
        session.add(run)
        await session.flush()
        session.add_all(
            RunOrganisation(
                run_id=run.id,
                organisation_id=f"id-{place}",
                position=place,
                name="Smith Ltd",
                grant_id=house.grant_id,
                is_just_allowed=is_just_allowed,
                verdict=verdict,
            )
            for place, (verdict, is_just_allowed) in enumerate(kinds)
        )
        await session.flush()
        listed = await to_choose(session, house.practice.id, run.id)
        await session.rollback()
    assert len(listed) == len(kinds)
    assert {row.can_be_chosen for row in listed} == {True, False}
    place = {row.organisation_id: int(row.organisation_id[3:]) for row in listed}
    assert listed == sorted(
        listed, key=lambda row: (not row.can_be_chosen, not row.is_just_allowed, place[row.organisation_id])
    )


async def test_a_profile_is_read_of_what_is_no_clients_and_has_none_yet(database: Database, house: House):
    """Each page of the list for itself; what another run lists is its own."""
    async with database.transaction() as session:
        for name in ("a-run", "another"):
            session.add(Run(id=name, **of(house).model_dump(exclude={"id"})))
            await session.flush()
            listed = found("org-1", "b", "c", "d") if name == "a-run" else found("org-9")
            await run_lists.list_into(session, name, house.grant_id, listed, now())
        await run(session, "UPDATE run_organisations SET profile = '{}' WHERE organisation_id = 'c'")

    async def asked(session: AsyncSession) -> list[list[str]]:
        pages = ((0, 4), (0, 1), (1, 3), (3, 4))
        read = [await run_lists.without_profile(session, "a-run", *page) for page in pages]
        assert {login for page in read for _, login in page} == {house.grant_id}
        return [[name for name, _ in page] for page in read]

    client, others = [["b", "d"], [], ["b"], ["d"]], [["org-1", "b", "d"], ["org-1"], ["b"], ["d"]]
    cases = {
        "SELECT 1": client,
        "UPDATE connections SET is_current = false": client,
        "UPDATE connections SET status = 'disconnected'": others,
        "UPDATE connections SET provider = 'another'": others,
        "DELETE FROM connections WHERE practice_id = :practice": others,  # next door's alone is left
        "UPDATE connections SET organisation_id = 'org-2'": others,
    }
    assert await after_each(database, asked, cases, practice=house.practice.id) == cases


async def test_what_comes_without_a_name_is_called_as_its_client_here(database: Database, house: House):
    """Each time a new list, beside another run that has it already under its own place."""
    async with database.transaction() as session:
        for name in ("another", "a-run"):
            session.add(Run(id=name, **of(house).model_dump(exclude={"id"})))
        await session.flush()
        before = [FoundOrganisation("c", "C", None), FoundOrganisation("org-1", "Its name", None)]
        await run_lists.list_into(session, "another", house.grant_id, before, now())

    async def asked(session: AsyncSession) -> list[tuple[int, str, str]]:
        came = [FoundOrganisation(name, NAMELESS, None) for name in ("org-1", "b")]
        assert await run_lists.list_into(session, "a-run", house.grant_id, came, now()) == 2
        listed = await run_lists.organisations_of(session, "a-run")
        return [(row.position, row.organisation_id, row.name) for row in listed]

    its, own, none = (1, "b", NAMELESS), [(0, "org-1", "Own")], [(0, "org-1", NAMELESS)]
    rename = "UPDATE connections SET organisation_name = 'Own' WHERE practice_id = :practice"
    cases = {
        rename: [*own, its],
        f"{rename.replace(' WHERE', ', is_current = false WHERE')}": [*own, its],
        "UPDATE connections SET provider = 'another' WHERE practice_id = :practice": [*none, its],
        "UPDATE connections SET organisation_id = 'org-2' WHERE practice_id = :practice": [*none, its],
    }
    assert await after_each(database, asked, cases, practice=house.practice.id) == cases


async def test_codes_and_clients_of_a_run_are_its_own(database: Database, house: House):
    async with database.transaction() as session:
        for name in ("a-run", "another"):
            session.add(Run(id=name, **of(house).model_dump(exclude={"id"})))
            await session.flush()
            await run_lists.list_into(session, name, house.grant_id, found("a", "b"), now())
        await run(session, "UPDATE run_organisations SET wanted_code = run_id WHERE organisation_id = 'a'")
        assert await run_lists.wanted_codes(session, "a-run") == {"a-run"}
        await run_lists.save_clients(session, "a-run", [("a", house.client_id, house.connection_id)])
        session.expire_all()
        made = {
            (name, row.organisation_id): (row.client_id, row.connection_id)
            for name in ("a-run", "another")
            for row in await run_lists.organisations_of(session, name)
        }
    nothing = dict.fromkeys(made, (None, None))
    assert made == nothing | {("a-run", "a"): (house.client_id, house.connection_id)}


async def test_what_was_read_judged_and_chosen_of_one_is_kept_whole_and_of_no_other(database: Database, house: House):
    async with database.transaction() as session:
        for name in ("another", "a-run"):
            session.add(Run(id=name, **of(house).model_dump(exclude={"id"})))
            await session.flush()
            listed = [FoundOrganisation(key, NAMELESS, None) for key in ("a", "b")]
            await run_lists.list_into(session, name, house.grant_id, listed, NOON)
        team = Team(practice_id=house.practice.id, name="Tax")
        session.add(team)
        await session.flush()
        allowed = [FoundOrganisation("b", NAMELESS, None, is_just_allowed=True, marks={Mark.LEAD})]
        for _ in range(2):
            await run_lists.list_into(session, "a-run", house.grant_id, allowed, NOON)
        profile = {"name": "Its name", "registration_number": "0123", "tax_number": "GB1", "is_trial": True}
        await run_lists.save_profiles(session, "a-run", {"a": profile}, LATER)
        await run_lists.mark(session, "a-run", ["a"], Mark.DEMO)
        judged = [
            Judgement("a", Verdict.LOOKS_LIKE_CLIENT, "x" * 301, house.client_id),
            Judgement("b", Verdict.NEW, None, None),
        ]
        await run_lists.save_verdicts(session, "a-run", judged)
        candidates = await run_lists.candidates_of(session, "a-run")
        decided = await run_lists.decided_of(session, "a-run")
        choice = ChosenOrganisation("a", Action.LINK, house.client_id, house.colleague.id, team.id, "SMIT0002")
        assert await run_lists.save_selection(session, "a-run", [choice], LATER) == 1
        session.expunge_all()
        one, two = await run_lists.organisations_of(session, "a-run")
        elsewhere = await run_lists.organisations_of(session, "another")
    assert candidates == [
        Candidate("b", NAMELESS, None, None, is_demo=False, is_trial=False, is_lead=True),  # the sign-in allowed it
        Candidate("a", "Its name", "0123", "GB1", is_demo=True, is_trial=True),
    ]
    assert [(row.organisation_id, row.verdict) for row in decided] == [
        ("a", Verdict.LOOKS_LIKE_CLIENT),
        ("b", Verdict.NEW),
    ]
    assert (one.name, one.profile_read_at, one.updated_at, two.updated_at) == ("Its name", LATER, LATER, LATER)
    assert (one.verdict_message, one.matched_client_id) == ("x" * 300, house.client_id)
    assert (one.action, one.link_client_id, one.owner_id) == (Action.LINK, house.client_id, house.colleague.id)
    assert (one.team_id, one.wanted_code, one.outcome, two.outcome) == (team.id, "SMIT0002", None, Outcome.SKIPPED)
    assert (two.marks, two.is_just_allowed, two.verdict_message) == (["lead"], True, None)
    assert {(row.profile_read_at, row.verdict, row.action, *row.marks) for row in elsewhere} == {(None, None, None)}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(RunKind.ADD_CLIENTS, (Outcome.ALREADY_CLIENT, "Of Ada")), (RunKind.RECONNECT_ALL, (Outcome.SKIPPED, None))],
)
async def test_what_was_a_client_already_is_told_as_that_where_clients_are_added(database, house, kind, expected):
    """Next door they add clients; what its profile does not name stays without a name."""
    async with database.transaction() as session:
        session.add(Run(**of(house).model_dump(exclude={"id", "kind"}), id="a-run", kind=kind))
        await session.flush()
        listed = [FoundOrganisation(key, NAMELESS, None) for key in ("a", "b")]
        await run_lists.list_into(session, "a-run", house.grant_id, listed, NOON)
        await run_lists.save_profiles(session, "a-run", {"a": {"name": ""}, "b": {}}, NOON)
        judged = [Judgement("a", Verdict.ALREADY_CLIENT, "Of Ada", None), Judgement("b", Verdict.NEW, "New", None)]
        await run_lists.save_verdicts(session, "a-run", judged)
        skipped = await run_lists.save_selection(session, "a-run", [], NOON)
        rows = await run_lists.organisations_of(session, "a-run")
    assert [(row.name, row.outcome, row.message) for row in rows] == [
        (NAMELESS, *expected),
        (NAMELESS, Outcome.SKIPPED, None),
    ]
    assert skipped == sum(row.outcome is Outcome.SKIPPED for row in rows)
