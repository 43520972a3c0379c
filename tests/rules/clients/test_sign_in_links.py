"""What has become of a client's link, and what is said of a wrong pick."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.client_links import LinkState
from contracts.words.connections import ConnectionStatus
from rules.clients.sign_in_links import NAMED, LinkFacts, is_own, other_pick, state_of

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
OPEN = LinkFacts(
    is_used=False,
    is_withdrawn=False,
    expires_at=NOON + timedelta(seconds=1),
    has_sender_left=False,
    is_archived=False,
    is_current=True,
    was_ended=False,
    status=ConnectionStatus.CONNECTED,
)


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, LinkState.OPEN),
        ({"status": ConnectionStatus.NEEDS_RECONNECT}, LinkState.OPEN),
        ({"status": ConnectionStatus.NEEDS_CLIENT}, LinkState.OPEN),
        ({"was_ended": True, "status": ConnectionStatus.DISCONNECTED}, LinkState.OPEN),
        ({"was_ended": True}, LinkState.OPEN),
        ({"expires_at": NOON}, LinkState.EXPIRED),
        ({"status": ConnectionStatus.DISCONNECTED}, LinkState.OUT_OF_USE),
        ({"status": ConnectionStatus.DISCONNECTING}, LinkState.OUT_OF_USE),
        ({"was_ended": True, "status": ConnectionStatus.DISCONNECTING}, LinkState.OUT_OF_USE),
        ({"has_sender_left": True}, LinkState.OUT_OF_USE),
        ({"is_archived": True}, LinkState.OUT_OF_USE),
        ({"is_current": False}, LinkState.OUT_OF_USE),
        ({"is_withdrawn": True, "expires_at": NOON}, LinkState.WITHDRAWN),
        ({"is_withdrawn": True, "has_sender_left": True}, LinkState.WITHDRAWN),
        ({"is_used": True, "is_withdrawn": True, "is_current": False}, LinkState.USED),
    ],
)
def test_the_state_of_a_link(changed: dict[str, object], state: LinkState):
    assert state_of(OPEN._replace(**changed), NOON) is state  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("came", "said"),
    [
        (["Beech Ltd"], "You chose Beech Ltd; this link is for Alder alone."),
        (["A", "B"], "You chose A and B;"),
        (["A", "B", "C", "D", "E"], "You chose A, B, C and 2 more;"),
        ([], "What you allowed in Books was something else; this link is for Alder alone."),
    ],
)
def test_a_wrong_pick_is_named(came: list[str], said: str):
    sentence = other_pick("Alder", came, "Books")
    assert sentence.startswith(said)
    assert sentence.endswith("Nothing was kept of it and nothing was changed.")


def test_only_the_same_id_is_the_clients_own():
    assert is_own("9", {"9", "8"})
    assert not is_own("9", {"99"})
    assert not is_own(None, {"9"})


@given(st.lists(st.sampled_from(["Ash", "Elm", "Oak", "Yew", "Fir"]), max_size=5, unique=True))
def test_all_that_came_instead_are_named_or_counted(came: list[str]):
    said = other_pick("Beech", came, "The software")
    assert [name for name in came if name in said] == came[:NAMED]
    assert (f"{len(came) - NAMED} more" in said) == (len(came) > NAMED)
    assert "this link is for Beech alone" in said
