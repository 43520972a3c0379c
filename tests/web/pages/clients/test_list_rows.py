"""Rows of the client list are filled with every button of their client, and each form has a key of its own."""

from itertools import product
from uuid import uuid4

import pytest

from contracts.words.causes import Cause
from contracts.words.connections import ConnectionStatus
from contracts.words.practices import Role
from starter.actor import Actor
from starter.answers.views import Client, ClientView, Connection, now
from starter.software import Software
from web.kit.surroundings import Surroundings, surrounded
from web.pages.clients.list_rows import list_rows
from web.pages.clients.row_buttons import row_buttons

ADA = Actor(uuid4(), "Ada", Role.ADMIN, uuid4(), "Harbour Lane", "harbour-lane", "UTC")


@pytest.mark.parametrize(("status", "cause"), list(product(ConnectionStatus, [None, *Cause])))
def test_every_button_of_a_client_stands_in_its_row(status: ConnectionStatus, cause: Cause | None) -> None:
    client = Client(practice_id=ADA.practice_id, name="Smith & Sons", code="SMIT0001", owner_id=ADA.colleague_id)
    connection = Connection(
        practice_id=ADA.practice_id,
        client_id=client.id,
        provider="second",
        organisation_id="o",
        organisation_name="Smith & Sons",
        grant_id=uuid4(),
        status=status,
        cause=cause,
        last_good_at=now(),
    )
    view = ClientView(client, "Ada", None, connection, "Ada")
    with surrounded(Surroundings(zone=ADA.time_zone, now=now(), csrf=None)):
        ((shape, texts),) = list_rows([view], ADA, Software({}))
    buttons = row_buttons(view, ADA, "second")
    assert shape.steps == tuple((one.label, one.is_form) for one in buttons)
    assert [texts.first, texts.second][: len(buttons)] == [one.address for one in buttons]
    keys = [texts.first_key, texts.second_key][: len(buttons)]
    assert [key is not None for key in keys] == [one.is_form for one in buttons]
    assert len(set(keys)) == len(keys) or not any(keys)
    assert (texts.good_ago, texts.read_ago) == ("just now", None)
