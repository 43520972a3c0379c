"""Whether a client may move to another colleague."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from rules.runs.moving import Taker, ToMove, changed_meanwhile, kept_login

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
