"""Who is told of which clients, and in which words."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.causes import Cause
from rules.night.digesting import SHOWN, ClientToTellOf, Digest, Recipient, Staff, plan, write

NOW = datetime(2026, 11, 23, 2, 5, tzinfo=UTC)
OWNER, ADMIN, TEAM_ADMIN, GONE, TEAM = (uuid4() for _ in range(5))
STAFF = Staff(
    people={OWNER: Recipient("Olive", False), ADMIN: Recipient("Ada", True), TEAM_ADMIN: Recipient("Tim", True)},
    teams={TEAM: {TEAM_ADMIN, OWNER, GONE}},
)


class Heard(NamedTuple):
    """Names of clients by how a colleague hears of them."""

    own: list[str]
    others: list[str]
    repaired: list[str]


def client(
    name: str = "Smith",
    *,
    cause: Cause | None = Cause.SIGNED_OUT,
    owner: UUID = OWNER,
    team: UUID | None = None,
    since: timedelta | None = timedelta(minutes=5),
    told: timedelta | None = None,
) -> ClientToTellOf:
    return ClientToTellOf(
        connection_id=uuid4(),
        client_id=uuid4(),
        name=name,
        code=f"{name[:4].upper()}0001",
        owner_id=owner,
        team_id=team,
        cause=cause,
        last_good_at=NOW - timedelta(days=1),
        trouble_since=NOW - since if since is not None else None,
        told_at=NOW - told if told is not None else None,
    )


def heard(*clients: ClientToTellOf, staff: Staff = STAFF) -> dict[UUID, Heard]:
    def names(some: list[ClientToTellOf]) -> list[str]:
        return [one.name for one in some]

    return {
        colleague_id: Heard(names(digest.own), names(digest.others), names(digest.repaired))
        for colleague_id, digest in plan(clients, staff, NOW).digests.items()
    }


def test_nothing_when_there_is_nothing():
    assert plan([], STAFF, NOW) == ({}, [], [])


def test_new_trouble_is_told_to_the_owner_alone_once():
    new = client()
    planned = plan([new], STAFF, NOW)
    assert list(planned.digests) == [OWNER]
    assert planned.told == [new]
    assert heard(client(since=timedelta(days=1), told=timedelta(hours=23))) == {}


def test_trouble_that_came_back_after_it_was_told_is_new():
    assert heard(client(since=timedelta(hours=1), told=timedelta(days=9))) == {OWNER: Heard(["Smith"], [], [])}


def test_after_three_days_without_repair_the_admins_hear_once():
    long = client(since=timedelta(days=3, hours=1), told=timedelta(days=3))
    assert heard(long) == {ADMIN: Heard([], ["Smith"], []), TEAM_ADMIN: Heard([], ["Smith"], [])}
    assert heard(client(since=timedelta(days=5), told=timedelta(days=1))) == {}
    assert heard(client(since=timedelta(days=2, hours=23), told=timedelta(days=2, hours=22))) == {}


def test_the_team_s_admins_come_before_the_practice_s():
    long = client(since=timedelta(days=4), told=timedelta(days=4), team=TEAM)
    assert heard(long) == {TEAM_ADMIN: Heard([], ["Smith"], [])}


def test_nobody_writes_to_a_colleague_who_has_left():
    assert heard(client(owner=GONE, team=TEAM)) == {TEAM_ADMIN: Heard([], ["Smith"], [])}
    without_team = heard(client(owner=GONE))
    assert set(without_team) == {ADMIN, TEAM_ADMIN}


def test_what_nobody_could_be_told_of_is_not_told():
    planned = plan([client(owner=GONE)], Staff({OWNER: Recipient("Olive", False)}, {}), NOW)
    assert planned == ({}, [], [])


def test_an_admin_who_owns_a_client_hears_of_it_once():
    late = client(owner=ADMIN, since=timedelta(days=4))
    assert heard(late)[ADMIN] == Heard(["Smith"], [], [])


@pytest.mark.parametrize("cause", [Cause.PROVIDER_UNAVAILABLE, Cause.UNKNOWN])
def test_what_may_pass_by_itself_is_told_after_a_day_of_trying(cause):
    assert heard(client(cause=cause, since=timedelta(hours=19))) == {}
    assert heard(client(cause=cause, since=timedelta(hours=21))) == {OWNER: Heard(["Smith"], [], [])}


def test_a_call_limit_is_nobody_s_to_repair():
    assert heard(client(cause=Cause.RATE_LIMITED, since=timedelta(days=9))) == {}


def test_what_works_again_is_mentioned_and_closed():
    repaired = client(cause=None, since=None, told=timedelta(days=1))
    planned = plan([repaired], STAFF, NOW)
    assert planned.closed == [repaired]
    assert planned.told == []
    assert heard(repaired) == {OWNER: Heard([], [], ["Smith"])}


def test_a_mail_says_cause_next_step_last_good_time_there_and_where_to_go():
    digest = Digest(own=[client("Smith & Sons"), client("Jones", cause=Cause.SUBSCRIPTION_ENDED)])
    letter = write(digest, "Olive", ZoneInfo("Pacific/Auckland"), "https://clientsync.example/connections")
    assert letter.subject == "2 clients need you"
    assert letter.body == (
        "Hello Olive,\n\n"
        "2 clients of yours need somebody.\n\n"
        "Signed out\n"
        "The sign-in that this connection uses is no longer valid. Reconnect: sign in again with a login that can open "
        "this organisation.\n"
        "  - Smith & Sons (SMIT0001), last read on 22 November 2026 at 15:05\n\n"
        "Subscription ended\n"
        "The organisation's subscription to the accounting software has ended. Ask the client to renew the "
        "subscription, then try again.\n"
        "  - Jones (JONE0001), last read on 22 November 2026 at 15:05\n\n"
        "All connections: https://clientsync.example/connections\n"
    )


def test_a_mail_about_repairs_alone_says_so_in_its_subject():
    letter = write(Digest(repaired=[client("Smith", cause=None)]), "Olive", UTC, None)
    assert letter.subject == "1 client works again"
    assert "Works again, nothing to do: Smith (SMIT0001)." in letter.body


def test_a_mail_names_no_thousand_clients():
    letter = write(Digest(own=[client(f"Client {number}") for number in range(1000)]), "Olive", UTC, None)
    assert letter.subject == "1000 clients need you"
    assert letter.body.count("  - ") == SHOWN
    assert "and 950 more" in letter.body


def test_a_mail_asks_nobody_to_do_what_is_nobody_s_to_do():
    waits = client("Jones", cause=Cause.PROVIDER_UNAVAILABLE, since=timedelta(hours=21))
    alone = write(Digest(own=[waits]), "Olive", UTC, None)
    assert alone.subject == "1 client could not be read for most of a day"
    assert "need" not in alone.body
    assert "Nothing to do" in alone.body
    both = write(Digest(own=[client(), waits]), "Olive", UTC, None)
    assert both.subject == "1 client needs you"
    assert "1 client of yours needs somebody." in both.body
    assert "1 client could not be read for most of a day, so what you see of it is as old as that." in both.body


troubled = st.builds(
    client,
    cause=st.none() | st.sampled_from(Cause),
    owner=st.sampled_from((OWNER, ADMIN, TEAM_ADMIN, GONE)),
    team=st.sampled_from((None, TEAM)),
    since=st.none() | st.timedeltas(timedelta(), timedelta(days=9)),
    told=st.none() | st.timedeltas(timedelta(), timedelta(days=9)),
)
staffs = st.frozensets(st.sampled_from((OWNER, ADMIN, TEAM_ADMIN))).map(
    lambda here: STAFF._replace(people={one: person for one, person in STAFF.people.items() if one in here})
)


@given(st.lists(troubled), staffs)
def test_whoever_is_told_is_there_and_hears_of_each_client_once(clients, staff):
    planned = plan(clients, staff, NOW)
    assert set(planned.digests) <= set(staff.people)
    for digest in planned.digests.values():
        heard_of = [one.connection_id for one in (*digest.own, *digest.others, *digest.repaired)]
        assert len(set(heard_of)) == len(heard_of)
    named = {one.connection_id for digest in planned.digests.values() for one in (*digest.own, *digest.others)}
    assert named == {one.connection_id for one in planned.told}
    assert {one.connection_id for one in planned.closed} == {one.connection_id for one in clients if not one.cause}


@given(st.lists(troubled), staffs)
def test_what_was_told_is_not_told_again_at_once(clients, staff):
    first = plan(clients, staff, NOW)
    told, closed = ({one.connection_id for one in some} for some in (first.told, first.closed))
    left = [
        one._replace(told_at=NOW) if one.connection_id in told else one
        for one in clients
        if one.connection_id not in closed
    ]
    assert plan(left, staff, NOW).digests == {}
