"""The night: every connection looked at once by login, exactly the broken ones marked, and each person told once."""

from collections import Counter
from dataclasses import dataclass

import pytest
import pytest_asyncio

from contracts.payloads.check_connections import CheckReport
from contracts.words.causes import Cause
from emulators.kit.control.words import RecordWords
from emulators.quickbooks.faults import Kind as QuickBooksKind
from emulators.sage.faults import Kind as SageKind
from emulators.xero.faults import Kind
from tests.journeys.fixtures import MakePrepared, MakeScene
from tests.journeys.nights import a_night_later, begin_night, check, health, night_waits, reconnect_all
from tests.journeys.people import change, everything_added
from tests.journeys.platforms.marks import MANY_AT_ONCE
from tests.journeys.scene import Scene
from tests.journeys.stage import peculiar_server
from workflows.check_connections import CheckConnections
from workflows.plans.sizes import NIGHT_GROUP_WEIGHS, NIGHT_GROUPS_AT_ONCE

STAGED = {"organisations": 20, "people": 3, "small_books": True}
WAYS = {
    "xero": (
        (Kind.DISCONNECTED, Cause.DISCONNECTED_AT_PROVIDER),
        (Kind.ACCESS_REMOVED, Cause.DISCONNECTED_AT_PROVIDER),  # the list does not say why one is missing from it
        (Kind.ACCESS_REFUSED, Cause.ACCESS_LOST),
        (Kind.SUBSCRIPTION_ENDED, Cause.SUBSCRIPTION_ENDED),
        (Kind.SCOPE_MISSING, Cause.ROLE_TOO_LOW),
        (Kind.OTHER_PROFILE, Cause.WRONG_ORGANISATION),
        (Kind.ORGANISATION_OFFLINE, Cause.PROVIDER_UNAVAILABLE),
        (Kind.DAY_LIMIT_REACHED, Cause.RATE_LIMITED),
        (Kind.PRECONDITION_FAILED, Cause.UNKNOWN),
    ),
    "sage": (
        (SageKind.ACCESS_REMOVED, Cause.DISCONNECTED_AT_PROVIDER),
        (SageKind.SUBSCRIPTION_ENDED, Cause.SUBSCRIPTION_ENDED),
        (SageKind.ROLE_TOO_LOW, Cause.ROLE_TOO_LOW),
        (SageKind.OTHER_BUSINESS, Cause.WRONG_ORGANISATION),
        (SageKind.SERVER_ERROR, Cause.PROVIDER_UNAVAILABLE),
    ),
    "quickbooks": (
        (QuickBooksKind.DISCONNECTED, Cause.SIGNED_OUT),
        (QuickBooksKind.ACCESS_REMOVED, Cause.ACCESS_LOST),
        (QuickBooksKind.ACCESS_REFUSED, Cause.ACCESS_LOST),
        (QuickBooksKind.SUBSCRIPTION_ENDED, Cause.SUBSCRIPTION_ENDED),
        (QuickBooksKind.SERVER_ERROR, Cause.PROVIDER_UNAVAILABLE),
        (QuickBooksKind.FAULT_IN_200, Cause.PROVIDER_UNAVAILABLE),
    ),
}
"""Every way in which one connection can break that a night can tell, and the cause that it has to find."""

OFTEN_BROKEN = 3
"""Clients on the login that is revoked."""


@dataclass
class Clients:
    """A practice's clients on three logins, some organisations within reach of several.

    Attributes:
        scene: Where.
        login_of: Which person's login looks after an organisation, by organisation id.
    """

    scene: Scene
    login_of: dict[str, int]

    @property
    def logins(self) -> int:
        """How many logins the clients have."""
        return len(self.login_of) if self.scene.platform.brings_one else len(set(self.login_of.values()))


async def add(scene: Scene, person: int, wanted: list[str] | None = None) -> list[str]:
    """A person signs in, and what is new is added; gives the organisations that this created."""
    run = await scene.listed(person=person, choose=wanted)
    await scene.select(
        run["run_id"],
        organisations=[
            {"organisation_id": row["organisation_id"]}
            for row in run["organisations"]
            if row["verdict"] in {"new", "practices_own", "looks_like_client"}
            and (wanted is None or row["organisation_id"] in wanted)
        ],
    )
    run = await scene.until_stage(run["run_id"], "finished")
    return [row["organisation_id"] for row in run["organisations"] if row["outcome"] == "created"]


async def set_up(scene: Scene) -> Clients:
    """Three people add all that they reach."""
    reach = [
        [one.organisation_id for one in scene.world.may_connect(person)]
        for person in scene.world.library.people.values()
    ]
    shared = [one for one in reach[2] if one in reach[1]]
    login_of: dict[str, int] = {}
    async with scene.worker():
        for person, some in ((2, shared[:OFTEN_BROKEN]), (1, None), (0, None)):
            wanted = some
            if some is None and scene.platform.brings_one:  # nobody signs in for what another one has added
                wanted = [one for one in reach[person] if one not in login_of]
            login_of |= dict.fromkeys(await add(scene, person, wanted), person)
    assert set(login_of) == set(scene.world.library.organisations)
    return Clients(scene, login_of)


@pytest_asyncio.fixture(scope="module")
async def practice(shared_scene: Scene) -> Clients:
    """Where the tests begin, and end, with all of it working."""
    return await set_up(shared_scene)


@pytest.mark.thorough
async def test_a_quiet_night_costs_two_calls_a_login_and_writes_to_nobody(practice: Clients):
    scene = practice.scene
    await a_night_later(scene, are_lists_due=False)
    async with scene.worker():
        report = await check(scene)
    assert report.logins == practice.logins
    assert (report.healthy, report.refreshed, report.told) == (len(practice.login_of), 0, 0)
    calls = scene.world.calls
    calls.by_path.pop("GET /.well-known/openid-configuration", None)  # once for each worker's life
    asked = f"POST {scene.platform.token}", f"GET {scene.platform.counted_listing}"
    assert calls.by_path == dict.fromkeys(asked, practice.logins)
    assert await scene.rows("SELECT count(*) FROM notices") == [(0,)]


@pytest.mark.long
@MANY_AT_ONCE
async def test_a_night_of_two_hundred_marks_exactly_what_is_broken(make_scene: MakeScene):
    await test_a_night_marks_exactly_what_is_broken(await set_up(await make_scene(**STAGED | {"organisations": 200})))


def test_every_cause_of_one_connection_is_tried():
    of_more_than_one = {Cause.APP_REFUSED, Cause.PERMISSION_MISSING, Cause.TOO_MANY_RECORDS}
    of_a_hard_end = {Cause.SIGN_IN_ENDED}  # after years: activities/shared/test_token_store
    of_no_organisation = {Cause.CONNECTION_CAP_REACHED, Cause.OUR_OUTAGE, Cause.NOT_ON_PLAN}
    tried = {cause for ways in WAYS.values() for _, cause in ways} | {Cause.SIGNED_OUT}
    assert tried == set(Cause) - of_more_than_one - of_no_organisation - of_a_hard_end


@pytest.mark.thorough
async def test_a_night_marks_exactly_what_is_broken(practice: Clients):
    """Connections break in every way that a night can tell; it marks these, with their causes, and no other.

    Of the closed set, those are missing that are not one connection's (the app's secret, a login's permissions), and
    the app's cap of connections: the provider shows it to a person who signs in, and says nothing to the app.
    """
    scene, count = practice.scene, len(practice.login_of)
    of_person_1 = [identity for identity, person in practice.login_of.items() if person == 1]
    of_person_0 = [identity for identity, person in practice.login_of.items() if person == 0]
    ways = WAYS[scene.platform.name]
    people = list(scene.world.library.people)
    scene.signed_out(people[2])
    broken = dict(zip(of_person_0[:1] + of_person_1, ways, strict=False))
    for organisation, (kind, _) in broken.items():
        scene.fault(kind, organisation)
    await a_night_later(scene, are_lists_due=True)
    await change(scene, "UPDATE receipts SET pulled_at = pulled_at - interval '8 days'")  # each list's turn has come
    async with scene.worker():
        report = await check(scene)
        shown = await health(scene)
    expected = {identity: "signed_out" for identity, person in practice.login_of.items() if person == 2} | {
        organisation: cause.value for organisation, (_, cause) in broken.items()
    }
    assert len(expected) == len(ways) + OFTEN_BROKEN
    assert {one["organisation_id"]: one["cause"] for one in shown["connections"] if one["cause"]} == expected
    statuses = {one["organisation_id"]: one["status"] for one in shown["connections"]}
    no_persons_business = {identity for identity, cause in expected.items() if not Cause(cause).needs_person}
    # A role that is too low for lists, and not for the profile, leaves the client connected.
    without_lists = {identity for identity, (kind, _) in broken.items() if kind == SageKind.ROLE_TOO_LOW}
    no_persons_business |= without_lists
    ended = {identity for identity, cause in expected.items() if cause == Cause.SUBSCRIPTION_ENDED}
    assert {identity for identity, status in statuses.items() if status == "needs_client"} == ended
    assert {identity for identity, status in statuses.items() if status == "needs_reconnect"} == (
        set(expected) - no_persons_business - ended
    )
    assert {identity for identity, status in statuses.items() if status == "connected"} == (
        set(practice.login_of) - set(expected) | no_persons_business
    )
    well = count - len(expected)
    assert (report.healthy, report.causes) == (well, Counter(expected.values()))
    waiting = sum(Cause(cause).is_transient for cause in expected.values())
    # Where a login has one organisation, it is the login that does not answer, and the night tries it again.
    handed_over, unanswered = (0, waiting) if scene.platform.brings_one else (waiting, 0)
    assert (report.logins, report.refreshed) == (practice.logins, well + len(without_lists))
    assert (report.handed_over, report.unanswered) == (handed_over, unanswered)
    calls = scene.world.calls
    # A refusal there may ask once more whether the organisation is listed.
    assert calls.refreshes + calls.by_path[f"GET {scene.platform.counted_listing}"] <= (
        2 * practice.logins + scene.platform.asks_again
    )
    unasked = ended if scene.platform.brings_one else set()  # where there is a sign-in for each that one repairs
    await two_sign_ins_repair_everything(practice, set(expected) - no_persons_business - unasked, unasked)


async def two_sign_ins_repair_everything(practice: Clients, broken: set[str], unasked: set[str]) -> None:
    """*Reconnect all* by one person adds up to all; after the second person's nothing reachable is left.

    The night finds that those are well again for which nobody is asked to sign in (``unasked``).
    What waiting helps may have been repaired by its own sync meanwhile; what needs a person is repaired by these.
    """
    scene, count = practice.scene, len(practice.login_of)
    scene.world.faults.clear()
    within_reach = {
        one.organisation_id for one in scene.world.may_connect(list(scene.world.library.people.values())[1])
    }
    async with scene.worker():
        run = await reconnect_all(scene, person=1)
        assert sum(run["counts"].values()) == count
        outcomes = {row["organisation_id"]: row["outcome"] for row in run["organisations"]}
        assert {identity for identity in broken if outcomes[identity] == "repaired"} == broken & within_reach
        assert {identity for identity in broken if outcomes[identity] == "unreachable"} == broken - within_reach
        run = await reconnect_all(scene, person=0)
        assert sum(run["counts"].values()) == count
        assert set(run["counts"]) <= {"healthy", "repaired"} or unasked
        assert (await health(scene))["by_status"]["connected"] == count - len(unasked)
        report = await check(scene)
        assert (await health(scene))["by_status"] == {"connected": count}
    assert set(report.causes) <= {"rate_limited"}  # a day's limit lifts when it lifts


@pytest.mark.thorough
async def test_a_refresh_reads_what_changed_and_once_a_week_everything(make_prepared: MakePrepared):
    scene: Scene = await make_prepared(everything_added, organisations=1, people=1)
    async with scene.worker():
        [client] = await scene.clients()
        organisation = client["connection"]["organisation_id"]
        suppliers = await scene.list_of(client["client_id"], "suppliers")
        control = scene.control
        first, second = (scene.platform.record_id(row["key"]) for row in suppliers["rows"][:2])
        contacts, fields = scene.platform.books["contacts"], scene.platform.supplier("Renamed Ltd")
        control.change_record(organisation, RecordWords(list=contacts, id=first, fields=fields))
        control.change_record(organisation, RecordWords(list=contacts, id=second, remove=True))
        await a_night_later(scene, are_lists_due=True)
        await check(scene)
        changed = await scene.list_of(client["client_id"], "suppliers")
        assert changed["receipt"]["changed"] == 1
        told = int(scene.platform.tells_deleted)
        assert changed["receipt"]["gone"] == told
        assert changed["receipt"]["rows"] == suppliers["receipt"]["rows"] - told
        assert scene.world.calls.by_status[304] == scene.platform.unmodified
        await a_night_later(scene, are_lists_due=True)
        await change(scene, "UPDATE connections SET contacts_complete_at = contacts_complete_at - interval '7 days'")
        await check(scene)
        whole = await scene.list_of(client["client_id"], "suppliers")
    assert whole["receipt"]["gone"] == 1 - told
    assert whole["receipt"]["rows"] == suppliers["receipt"]["rows"] - 1
    assert [due for (due,) in await scene.rows("SELECT next_refresh_at > now() FROM connections")] == [True]


@pytest.mark.thorough
async def test_a_login_that_does_not_answer_is_tried_again_before_anybody_is_told(make_prepared: MakePrepared):
    scene: Scene = await make_prepared(everything_added, organisations=3, people=1)
    async with scene.worker():
        scene.fault(Kind.SERVER_ERROR, path=scene.platform.listing)
        night = await begin_night(scene)
        await night_waits(night)
        shown = await health(scene)
        assert shown["by_cause"] == {"provider_unavailable": 3}
        assert shown["by_status"] == {"connected": 3}
        assert await scene.rows("SELECT count(*) FROM notices") == [(0,)]
        assert "**Did not answer:** " in await scene.details(night.id)
        scene.world.faults.clear()
        await night.signal(CheckConnections.retry_now)
        report: CheckReport = await night.result()
    assert (report.healthy, report.causes, report.unanswered) == (3, {}, 0)
    assert (await health(scene))["by_cause"] == {}


@pytest.mark.long
@MANY_AT_ONCE
async def test_a_long_night_goes_on_in_a_new_history(make_scene, temporal_settings):
    # More groups than are refreshed at once, so that the night is not over when the server suggests a new history.
    many = NIGHT_GROUPS_AT_ONCE * NIGHT_GROUP_WEIGHS + 10
    async with peculiar_server(temporal_settings, "limit.historyCount.suggestContinueAsNew=40") as server:
        scene: Scene = await make_scene(
            client=server.client, organisations=many, people=1, small_books=True, allowance=many
        )
        async with scene.worker():
            await scene.added()
            await a_night_later(scene, are_lists_due=True)
            night = await begin_night(scene)
            report: CheckReport = await night.result()
            last = await scene.handle(night.id).describe()
    assert last.run_id != night.first_execution_run_id
    assert (report.logins, report.healthy, report.refreshed) == (1, many, many)
    assert scene.world.calls.by_path[f"GET {scene.platform.counted_listing}"] == 1
