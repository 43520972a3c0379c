"""What one sign-in can do for each connection of a practice."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus, GrantStatus
from contracts.words.runs import Outcome
from rules.runs.surveying import LivingConnection, survey, survey_one

MINE, THEIRS = uuid4(), uuid4()
CONNECTED, BROKEN = ConnectionStatus.CONNECTED, ConnectionStatus.NEEDS_RECONNECT
ACTIVE, ENDED = GrantStatus.ACTIVE, GrantStatus.SIGNED_OUT
REACHED = {"books": "Harbour Cafe"}
TRANSIENT = [cause for cause in Cause if cause.is_transient]
LASTING = [cause for cause in Cause if not cause.is_transient]


def one(
    status: ConnectionStatus = CONNECTED,
    cause: Cause | None = None,
    login: GrantStatus = ACTIVE,
    *,
    organisation_id: str = "books",
    is_mine: bool = False,
    reached_by: tuple[str, ...] = (),
    has_ended: bool = False,
) -> LivingConnection:
    grant_id = MINE if is_mine else THEIRS
    return LivingConnection(
        uuid4(),
        uuid4(),
        organisation_id,
        "Harbour Cafe",
        grant_id,
        status,
        cause,
        login,
        reached_by,
        has_ended=has_ended,
    )


def outcome(connection: LivingConnection, *, moves_healthy: bool = False) -> Outcome | None:
    """What the survey settles at once; None for what is to be repaired."""
    (surveyed,) = survey([connection], REACHED, MINE, moves_healthy=moves_healthy)
    return surveyed.outcome


@pytest.mark.parametrize("cause", [None, *TRANSIENT])
def test_what_works_or_only_waits_is_healthy(cause):
    assert outcome(one(cause=cause)) is Outcome.HEALTHY


@pytest.mark.parametrize("cause", TRANSIENT)
def test_what_waits_says_so(cause):
    (surveyed,) = survey([one(cause=cause)], REACHED, MINE, moves_healthy=False)
    assert surveyed.message == f"Its login works. {cause.sentence} {cause.next_step}"


@pytest.mark.parametrize("cause", LASTING)
def test_what_needs_a_person_is_to_be_repaired(cause):
    assert outcome(one(BROKEN, cause)) is None


def test_what_was_never_understood_is_tried():
    assert outcome(one(CONNECTED, Cause.UNKNOWN)) is None


@pytest.mark.parametrize("cause", [None, *TRANSIENT])
def test_a_dead_login_is_to_be_repaired_before_anybody_noticed(cause):
    assert outcome(one(CONNECTED, cause, ENDED)) is None


def test_all_moves_what_works_on_another_login_and_is_reached():
    assert outcome(one(), moves_healthy=True) is None
    assert outcome(one(is_mine=True), moves_healthy=True) is Outcome.HEALTHY
    assert outcome(one(organisation_id="other"), moves_healthy=True) is Outcome.HEALTHY


def test_the_id_decides_and_not_the_name():
    (surveyed,) = survey([one(BROKEN, Cause.ACCESS_LOST)], {"same name": "Harbour Cafe"}, MINE, moves_healthy=False)
    assert (surveyed.outcome, surveyed.cause) == (Outcome.UNREACHABLE, Cause.ACCESS_LOST)


@pytest.mark.parametrize(
    ("known", "says"),
    [
        ((), "no colleague's login is known to."),
        (("Ann",), "The login of Ann could"),
        (("Ann", "Ben"), "The login of Ann or of Ben could"),
        (("Ann", "Ben", "Cleo", "Dan"), "The login of Ann or of Ben or of Cleo could"),
    ],
)
def test_who_could_repair_it_is_named(known, says):
    connection = one(BROKEN, Cause.SIGNED_OUT, organisation_id="other", reached_by=known)
    (surveyed,) = survey([connection], REACHED, MINE, moves_healthy=False)
    assert says in (surveyed.message or "")


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause.needs_something_else])
def test_nobody_is_asked_to_sign_in_where_that_repairs_nothing(cause):
    connection = one(BROKEN, cause, organisation_id="other", reached_by=("Ann",))
    (surveyed,) = survey([connection], REACHED, MINE, moves_healthy=False)
    assert (surveyed.outcome, surveyed.cause) == (Outcome.UNREACHABLE, cause)
    assert "Ann" not in (surveyed.message or "")
    assert cause.sentence in (surveyed.message or "")


def test_a_dead_login_is_the_cause_where_none_was_noted():
    (surveyed,) = survey([one(CONNECTED, None, ENDED, organisation_id="other")], REACHED, MINE, moves_healthy=False)
    assert surveyed.cause is Cause.SIGNED_OUT


def test_one_client_is_reconnected_to_its_own_books_or_not_at_all():
    assert survey_one(one(), REACHED, MINE).outcome is None
    surveyed = survey_one(one(organisation_id="other"), {"books": "Other Cafe"}, MINE)
    assert (surveyed.outcome, surveyed.cause) == (Outcome.UNREACHABLE, Cause.WRONG_ORGANISATION)
    assert "Harbour Cafe" in (surveyed.message or "")
    assert "Other Cafe" in (surveyed.message or "")


@pytest.mark.parametrize("cause", [None, Cause.SIGNED_OUT, Cause.DISCONNECTED_AT_PROVIDER, *TRANSIENT])
def test_what_the_own_login_does_not_reach_any_more_was_not_ticked(cause):
    connection = one(CONNECTED if cause is None else BROKEN, cause, organisation_id="other", is_mine=True)
    (surveyed,) = survey([connection], REACHED, MINE, moves_healthy=False)
    assert (surveyed.outcome, surveyed.cause) == (Outcome.UNREACHABLE, Cause.DISCONNECTED_AT_PROVIDER)
    assert "allow access to Harbour Cafe there" in (surveyed.message or "")
    alone = survey_one(connection, REACHED, MINE)
    assert (alone.outcome, alone.cause) == (Outcome.UNREACHABLE, Cause.DISCONNECTED_AT_PROVIDER)
    assert "allow access to Harbour Cafe there. Nothing was changed." in (alone.message or "")


def test_what_was_removed_is_ticked_with_any_login_that_opens_it_or_repaired_by_one_that_reaches_it():
    removed = one(BROKEN, Cause.DISCONNECTED_AT_PROVIDER, organisation_id="other")
    (surveyed,) = survey([removed], REACHED, MINE, moves_healthy=False)
    assert surveyed.cause is Cause.DISCONNECTED_AT_PROVIDER
    assert "with a login that can open it, and allow access to it there" in (surveyed.message or "")
    (surveyed,) = survey([removed._replace(reached_by=("Ben",))], REACHED, MINE, moves_healthy=False)
    assert "The login of Ben could" in (surveyed.message or "")


def test_what_refused_this_very_login_is_no_matter_of_ticking():
    connection = one(BROKEN, Cause.ACCESS_LOST, organisation_id="other", is_mine=True)
    (surveyed,) = survey([connection], REACHED, MINE, moves_healthy=False)
    assert surveyed.cause is Cause.ACCESS_LOST
    assert "tick" not in (surveyed.message or "")


def test_the_same_name_under_another_id_is_not_to_be_ticked_but_changed_to():
    connection = one(BROKEN, Cause.DISCONNECTED_AT_PROVIDER, organisation_id="old", is_mine=True)
    reached = {"new": "HARBOUR CAFE", "other": "Mill Bakery"}
    (surveyed,) = survey([connection], reached, MINE, moves_healthy=False, nobodys=reached.values())
    assert (surveyed.outcome, surveyed.cause) == (Outcome.UNREACHABLE, Cause.WRONG_ORGANISATION)
    assert "change the client's connection" in (surveyed.message or "")
    assert "tick" not in (surveyed.message or "")
    alone = survey_one(connection, reached, MINE, reached.values())
    assert (alone.cause, alone.message) == (surveyed.cause, f"{surveyed.message} Nothing was changed.")
    (surveyed,) = survey([connection], reached, MINE, moves_healthy=False, nobodys=["Mill Bakery"])
    assert surveyed.cause is Cause.DISCONNECTED_AT_PROVIDER  # the namesake is another client's


@pytest.mark.parametrize("cause", [Cause.ACCESS_LOST, Cause.SUBSCRIPTION_ENDED, Cause.SIGNED_OUT, None])
def test_who_is_not_reached_hears_of_new_books_of_that_name_where_the_old_ones_are_gone(cause):
    connection = one(BROKEN, cause, organisation_id="old")
    (surveyed,) = survey([connection], {}, MINE, moves_healthy=False, nobodys=["Harbour Cafe Ltd"])
    assert surveyed.outcome is Outcome.UNREACHABLE
    is_gone = cause in {Cause.ACCESS_LOST, Cause.SUBSCRIPTION_ENDED}
    assert ("change the client's connection" in (surveyed.message or "")) is is_gone
    alone = survey_one(connection, {"new": "Harbour Cafe"}, MINE, ["Harbour Cafe Ltd"])
    assert ("if these are its new books, change the client's connection" in (alone.message or "")) is is_gone
    (surveyed,) = survey([connection], {}, MINE, moves_healthy=False, nobodys=["Harbour Farm"])
    assert "change the client's connection" not in (surveyed.message or "")


anything = st.builds(
    LivingConnection,
    st.uuids(),
    st.uuids(),
    st.sampled_from(("books", "other books")),
    st.sampled_from(("Harbour Cafe", "Mill Street")),
    st.sampled_from((MINE, THEIRS)),
    st.sampled_from(ConnectionStatus),
    st.none() | st.sampled_from(Cause),
    st.sampled_from(GrantStatus),
    st.sampled_from(((), ("Bo",), ("Bo", "Cy", "Di", "Ed"))),
)


@given(st.lists(anything), st.booleans())
def test_every_connection_is_told_of_once_and_only_what_is_reached_is_tried(connections, moves_healthy):
    surveyed = survey(connections, REACHED, MINE, moves_healthy=moves_healthy)
    assert [one.connection for one in surveyed] == connections
    for one in surveyed:
        assert one.outcome is not None or one.connection.organisation_id in REACHED
        assert (one.outcome is not Outcome.UNREACHABLE) or (
            one.message and one.connection.organisation_id not in REACHED
        )


@given(anything, st.dictionaries(st.sampled_from(("books", "else", "more")), st.just("Harbour Cafe")))
def test_one_client_s_organisation_lock_opens_for_its_own_id_alone(connection, reached):
    surveyed = survey_one(connection, reached, MINE)
    assert (surveyed.outcome is None) == (connection.organisation_id in reached)
    if surveyed.outcome is not None:
        assert "Nothing was changed." in (surveyed.message or "")


@pytest.mark.parametrize(
    ("connection", "cause"),
    [
        (one(login=ENDED, organisation_id="other"), Cause.SIGNED_OUT),
        (one(login=ENDED, organisation_id="other", has_ended=True), Cause.SIGN_IN_ENDED),
        (one(BROKEN, Cause.ACCESS_LOST, ENDED, organisation_id="other", has_ended=True), Cause.ACCESS_LOST),
        (one(CONNECTED, TRANSIENT[0], ENDED, organisation_id="other", has_ended=True), Cause.SIGN_IN_ENDED),
    ],
)
def test_a_login_whose_years_are_over_is_not_merely_signed_out(connection, cause):
    (surveyed,) = survey([connection], REACHED, MINE, moves_healthy=False)
    assert (surveyed.outcome, surveyed.cause) == (Outcome.UNREACHABLE, cause)
