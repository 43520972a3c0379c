"""Whether a client may move to another colleague."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from rules.runs.moving import Taker, ToMove, changed_meanwhile, kept_login, moved_away, not_opened

OLIVE, SOMEBODY = UUID(int=1), uuid4()


@given(st.sampled_from((OLIVE, SOMEBODY)), st.booleans(), st.booleans(), st.booleans())
def test_a_client_moves_only_as_it_was_shown_and_to_somebody_who_is_there(owner_id, is_living, has_left, keeps_login):
    client, taker = ToMove(owner_id, "Olive", is_living), Taker("Tim", has_left)
    why = changed_meanwhile(client, taker, OLIVE, keeps_login=keeps_login)
    assert (why is None) == (owner_id == OLIVE and not has_left and (is_living or keeps_login))


def test_whoever_has_it_by_now_is_named():
    client = ToMove(SOMEBODY, "Olive", is_living=True)
    why = changed_meanwhile(client, Taker("Tim", has_left=False), OLIVE, keeps_login=True)
    assert why == "Looked after by Olive by now."


@given(st.sampled_from(ConnectionStatus), st.sampled_from(Cause) | st.none())
def test_nobody_is_sent_to_sign_in_where_no_sign_in_repairs(status, cause):
    said = kept_login(status, cause, "Tim")
    if status is ConnectionStatus.NEEDS_CLIENT and cause is not None and cause.needs_something_else:
        assert "Tim can" not in said
    else:
        assert said


@pytest.mark.parametrize(
    ("client", "has_left", "keeps_login", "why"),
    [
        (ToMove(OLIVE, "Olive", is_living=True), False, False, None),
        (ToMove(OLIVE, "Olive", is_living=True), True, False, "Tim has left meanwhile."),
        (ToMove(OLIVE, "Olive", is_living=False), False, False, "It was disconnected meanwhile."),
        (ToMove(OLIVE, "Olive", is_living=False), False, True, None),
    ],
)
def test_what_has_changed_is_said(client, has_left, keeps_login, why):
    assert changed_meanwhile(client, Taker("Tim", has_left), OLIVE, keeps_login=keeps_login) == why


def test_who_can_repair_what_keeps_its_login_is_said():
    broken = kept_login(ConnectionStatus.NEEDS_RECONNECT, Cause.SIGNED_OUT, "Tim")
    assert broken == "It needs reconnecting: Tim can do that with a login of their own."
    theirs = kept_login(ConnectionStatus.NEEDS_CLIENT, Cause.SUBSCRIPTION_ENDED, "Tim")
    assert theirs.startswith(f"No sign-in repairs its connection. {Cause.SUBSCRIPTION_ENDED.sentence}")
    assert "Tim can reconnect it" in kept_login(ConnectionStatus.CONNECTED, None, "Tim")


def test_nothing_was_changed_is_said_only_where_the_login_before_goes_on():
    lost = Cause.ACCESS_LOST
    assert "nothing was changed" in not_opened(lost, is_in_use=False)
    said = not_opened(lost, is_in_use=True)
    assert "its owner stays" in said
    assert "nothing was changed" not in said


@pytest.mark.parametrize(
    ("moved", "subject"),
    [
        ([("Smith Ltd", "Tim")], "One of your clients has a new owner"),
        ([("Smith Ltd", "Tim"), ("Fern & Co", "Ann")], "2 of your clients have new owners"),
    ],
)
def test_an_old_owner_reads_which_clients_are_whose_now(moved: list[tuple[str, str]], subject: str):
    letter = moved_away("Olive", moved)
    assert letter.subject == subject
    assert letter.body.startswith("Hello Olive,\n\n")
    assert [line for line in letter.body.splitlines() if line.startswith("- ")] == [
        f"- {client}: {owner}" for client, owner in moved
    ]
