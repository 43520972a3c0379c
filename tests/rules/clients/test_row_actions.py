"""What a row offers: a step for everything that waits for a person, and none for what passes by itself."""

import pytest

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from rules.clients.row_actions import RowAction, row_actions

BROKEN = ConnectionStatus.NEEDS_RECONNECT, ConnectionStatus.NEEDS_CLIENT


@pytest.mark.parametrize("cause", Cause)
def test_each_cause_that_needs_a_person_has_a_step(cause: Cause) -> None:
    for status in (*BROKEN, ConnectionStatus.CONNECTED):
        offered = row_actions(status, cause)
        assert bool(offered) is not (cause.is_transient or cause is Cause.NOT_ON_PLAN)  # which no client ever has
        assert (RowAction.RECONNECT in offered) is cause.signing_in_helps


@pytest.mark.parametrize(
    ("status", "cause", "offered"),
    [
        (None, None, (RowAction.CONNECT,)),
        (ConnectionStatus.DISCONNECTED, None, (RowAction.RECONNECT,)),
        (ConnectionStatus.DISCONNECTING, Cause.SIGNED_OUT, ()),
        (ConnectionStatus.CONNECTED, None, ()),
        (ConnectionStatus.NEEDS_RECONNECT, None, (RowAction.RECONNECT,)),
        (ConnectionStatus.NEEDS_RECONNECT, Cause.SIGNED_OUT, (RowAction.RECONNECT,)),
        (ConnectionStatus.NEEDS_RECONNECT, Cause.ACCESS_LOST, (RowAction.RECONNECT, RowAction.SEND_LINK)),
        (ConnectionStatus.NEEDS_CLIENT, Cause.SUBSCRIPTION_ENDED, (RowAction.ASK_CLIENT, RowAction.TRY_AGAIN)),
    ],
)
def test_the_steps_of_a_state(status: ConnectionStatus | None, cause: Cause | None, offered: object) -> None:
    assert row_actions(status, cause) == offered
    assert row_actions(status, cause, is_archived=True) == (RowAction.RESTORE,)
