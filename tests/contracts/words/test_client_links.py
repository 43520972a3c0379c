"""For how many days a link for a client's own people may work: one number for pages, API and commands."""

import inspect
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from typer.testing import CliRunner

from cli.main import app
from contracts.words.client_links import MOST_DAYS
from starter.answers import sign_ins
from web.pages.connections import client_links

PLACES: dict[str, Any] = {
    "the page": inspect.signature(client_links.make).parameters["days"].annotation,
    "the API": sign_ins.ClientLinkWish.model_fields["days"].rebuild_annotation(),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_link_works_for_as_many_days_everywhere(place):
    days = TypeAdapter(PLACES[place])
    assert days.validate_python(MOST_DAYS) == MOST_DAYS
    with pytest.raises(ValidationError):
        days.validate_python(MOST_DAYS + 1)


@pytest.mark.parametrize("command", ["make", "ask"])
def test_the_help_names_the_greatest_number_of_days(command):
    said = CliRunner().invoke(app, ["connections", "links", command, "--help"], env={"COLUMNS": "200"}).output
    assert f"{MOST_DAYS} at most" in said
