"""What support staff read: plain words, totals that add up, and how to act."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from contracts.naming.software import named
from contracts.payloads.check_connections import PracticeFacts
from contracts.payloads.runs import RunFacts
from contracts.payloads.support import ForSupport
from contracts.payloads.sync_client import ClientFacts, Trouble
from contracts.words.causes import Cause
from contracts.words.lists import RowKind
from contracts.words.runs import Outcome, RunKind, Stage, Verdict
from runtime.sealing.keyring import KeyRing
from runtime.temporal.connection import data_converter
from workflows.support import run_text
from workflows.support.check_text import check_summary
from workflows.support.connection_text import disconnect_attributes, disconnect_summary, disconnected
from workflows.support.pieces import Troubled
from workflows.support.summaries import shortened

RUN = RunFacts(
    run_id="add-clients-harbour-lane-20261123-1432-k7f3qa",
    practice_id=UUID(int=1),
    practice_name="Harbour Lane",
    practice_slug="harbour-lane",
    colleague_name="Priya Shah",
    provider="xero",
    provider_title="Xero",
)

CLIENT = ClientFacts(
    connection_id=UUID(int=2),
    client_id=UUID(int=3),
    client_name="Ash Ltd",
    client_code="C0001",
    practice_name="Harbour Lane",
    practice_slug="harbour-lane",
    colleague_name="Priya Shah",
    provider="xero",
    provider_title="Xero",
)


@pytest.mark.parametrize("kind", RunKind)
@pytest.mark.parametrize("stage", Stage)
def test_every_stage_of_every_kind_says_what_to_do(kind, stage):
    heading, advice = run_text.run_details(RUN, kind, stage, {}, {}, {}, []).split("\n\n")
    assert heading == f"### {stage.label}"
    assert len(advice) > 20


def test_counts_add_up_and_causes_say_what_to_do():
    details = run_text.run_details(
        RUN,
        RunKind.ADD_CLIENTS,
        Stage.FINISHED,
        {Verdict.NEW: 3, Verdict.ALREADY_CLIENT: 1},
        {Outcome.CREATED: 2, Outcome.FAILED: 1, Outcome.ALREADY_CLIENT: 1},
        {Cause.ACCESS_LOST: 1},
        ["A notice."],
    )
    assert details.count("(**4 in all**)") == 2
    assert "2 created · 1 failed · 1 already client" in details
    assert RUN.run_id in details
    assert named(Cause.ACCESS_LOST.next_step, RUN.provider_title) in details
    assert "- A notice." in details


@pytest.mark.parametrize(
    ("kind", "has", "lacks"),
    [
        (RunKind.ADD_CLIENTS, "runs retry add-clients-harbour-lane", "Reconnect all"),
        (RunKind.RECONNECT_ALL, "start *Reconnect all* again", "runs retry"),
        (RunKind.REASSIGN_CLIENTS, "start *Reassign clients* again", "runs retry"),
        (RunKind.CHANGE_CONNECTION, "start *Change the connection*", "runs retry"),
    ],
)
def test_what_is_advised_works_for_the_kind(kind, has, lacks):
    left = run_text.run_details(RUN, kind, Stage.FINISHED, {}, {Outcome.FAILED: 1}, {}, [])
    assert (has in left, lacks in left) == (True, False)
    done = run_text.run_details(RUN, kind, Stage.FINISHED, {}, {Outcome.LINKED: 2, Outcome.FAILED: 0}, {}, [])
    assert has not in done


@pytest.mark.parametrize(
    ("kind", "outcomes", "has", "lacks"),
    [
        (RunKind.ADD_CLIENTS, {Outcome.CREATED: 2}, "Nothing is left", "still being tried"),
        (RunKind.ADD_CLIENTS, {Outcome.RETRYING: 2}, "its page shows what has become of it since", "Some failed"),
        (RunKind.RECONNECT_ALL, {Outcome.UNREACHABLE: 2}, "its page shows what has become of it since", "sync-client"),
        (RunKind.CHANGE_CONNECTION, {Outcome.LINKED: 1}, "can be undone", "not changed"),
        (RunKind.CHANGE_CONNECTION, {Outcome.SKIPPED: 4}, "The client was not changed", "undone"),
        (RunKind.CHANGE_CONNECTION, {}, "The client was not changed", "its page shows"),
    ],
)
def test_what_has_ended_says_what_is_so_for_good_and_what_was_so_then(kind, outcomes, has, lacks):
    """Current details cannot be renewed once a workflow has ended."""
    said = run_text.run_details(RUN, kind, Stage.FINISHED, {}, outcomes, {}, [])
    assert (has in said, lacks in said) == (True, False)


def test_what_has_ended_about_one_client_links_to_its_page():
    client = CLIENT.model_copy(update={"support": ForSupport(site="https://here.test")})
    said = disconnected(client, "The connection was removed at Xero.")
    assert f"(https://here.test/clients/{UUID(int=3)}/connection)" in said


def test_a_run_about_one_client_is_called_by_what_it_is():
    one = RUN.model_copy(update={"client_code": "C0001"})
    assert run_text.run_summary(one, RunKind.RECONNECT_ALL) == "Reconnect C0001 · Xero · Harbour Lane · Priya Shah"
    assert run_text.run_summary(one, RunKind.CHANGE_CONNECTION).startswith("Change the connection of C0001 · Xero")
    assert run_text.run_summary(RUN, RunKind.RECONNECT_ALL) == "Reconnect all from Xero · Harbour Lane · Priya Shah"


def test_only_a_run_whose_choice_takes_all_says_so():
    said = {kind: run_text.run_details(RUN, kind, Stage.AWAITING_SELECTION, {}, {}, {}, []) for kind in RunKind}
    all_new = {kind for kind, text in said.items() if "all_new" in text}
    assert all_new == {RunKind.ADD_CLIENTS, RunKind.REASSIGN_CLIENTS}
    assert f"runs show {RUN.run_id} --json" in said[RunKind.CHANGE_CONNECTION]


def test_clients_that_failed_are_named_and_the_page_is_linked():
    run = RUN.model_copy(update={"support": ForSupport(site="https://here.test")})
    ash = Troubled("Ash [x](javascript:alert) *Ltd*", "ASHX0001", UUID(int=7), "access lost")
    said = run_text.run_details(
        run, RunKind.ADD_CLIENTS, Stage.FINISHED, {}, {Outcome.FAILED: 4, Outcome.RETRYING: 1}, {}, [], [ash]
    )
    assert f"(https://here.test/activity/{RUN.run_id})" in said
    assert f"](https://here.test/clients/{UUID(int=7)}/connection) (ASHX0001): access lost" in said
    assert "- and 4 more, which the page names" in said
    assert "[x](javascript" not in said  # a name is no link
    assert "](" not in run_text.run_details(RUN, RunKind.ADD_CLIENTS, Stage.FINISHED, {}, {}, {}, [], [ash])


def test_a_client_can_be_found_by_its_code_where_the_server_knows_how():
    def keys(client: ClientFacts) -> set[str]:
        found = [run_text.sync_attributes(client), disconnect_attributes(client)]
        return set.intersection(*({pair.key.name for pair in one} for one in found))

    knows = ForSupport(finds_clients=True)
    assert "ClientsyncClient" not in keys(CLIENT)
    assert "ClientsyncClient" in keys(CLIENT.model_copy(update={"support": knows}))
    about_one = RUN.model_copy(update={"support": knows, "client_code": "C0001"})
    for run, is_found in ((about_one, True), (RUN, False), (RUN.model_copy(update={"support": knows}), False)):
        names = {pair.key.name for pair in run_text.run_attributes(run, RunKind.RECONNECT_ALL)}
        assert ("ClientsyncClient" in names) is is_found


def test_only_the_last_notices_are_shown():
    notices = [f"notice {number}" for number in range(50)]
    details = run_text.run_details(RUN, RunKind.ADD_CLIENTS, Stage.PULLING, {}, {}, {}, notices)
    assert "notice 49" in details
    assert "notice 40" not in details


def test_a_client_in_trouble_shows_its_cause_and_its_next_try():
    at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    details = run_text.sync_details(
        CLIENT, "Handed over.", Trouble(cause=Cause.RATE_LIMITED, detail="day limit"), 2, at
    )
    assert details.startswith("### Waiting for Xero's limit")
    assert "2026-11-24 09:30:00 UTC" in details
    assert "no call is made before it ends" in details  # whatever is signalled
    assert "day limit" in details
    away = run_text.sync_details(CLIENT, "Handed over.", Trouble(cause=Cause.PROVIDER_UNAVAILABLE), 0, at)
    assert "To try at once, **Send a Signal** `retry_now`" in away
    assert "tries of its own that failed so far: 0" in away
    met = datetime(2026, 11, 24, 8, 15, 2, tzinfo=UTC)  # a night may have found something else since
    dated = run_text.sync_details(CLIENT, "Handed over.", Trouble(cause=Cause.PROVIDER_UNAVAILABLE), 0, at, met)
    assert "Met at 2026-11-24 08:15:02 UTC. What a check has found since then stands on the client's page." in dated


def test_the_end_of_a_sync_says_what_came_of_it():
    assert run_text.sync_end(CLIENT, "Refresh.", None).startswith("### Finished\n\nAll lists are stored.")
    some = run_text.sync_end(CLIENT, "Refresh.", None, (RowKind.ITEMS,))
    assert some.startswith("### Finished\n\nThe lists that were asked for are stored.")
    here = CLIENT.model_copy(update={"support": ForSupport(site="https://here.test")})
    assert f"(https://here.test/clients/{CLIENT.client_id}/connection)" in run_text.sync_end(here, "Refresh.", None)
    assert run_text.sync_end(CLIENT, "Refresh.", Trouble(cause=Cause.ACCESS_LOST)).startswith(
        "### Stopped: Access lost"
    )


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Ash Ltd", "Elm Ltd"], "2 clients: Ash Ltd, Elm Ltd"),
        (["Ash Ltd", "Birch & Sons", "Elm Ltd"], "3 clients: Ash Ltd and 2 more"),
        (["A name as long as the line itself", "Elm"], "2 clients: A name as long as the line itself and 1 more"),
    ],
)
def test_a_group_is_named_by_whole_names(names, said):
    assert run_text.group_summary(names, 30) == said


LETTERS = ("x", "é", "Ж", "東", "\N{FAMILY}", '"', "\\", "\x01")


@pytest.mark.parametrize("letter", LETTERS)
async def test_a_summary_is_within_the_bytes_that_a_server_takes_whichever_key_seals_it(letter: str):
    run = RUN.model_copy(update={"practice_name": letter * 200, "colleague_name": letter * 200})
    client = ClientFacts(
        connection_id=UUID(int=2),
        client_id=UUID(int=3),
        client_name=letter * 200,
        client_code="C0001",
        practice_name=letter * 200,
        practice_slug="harbour-lane",
        colleague_name=letter * 200,
        provider="xero",
        provider_title="Xero",
    )
    practice = PracticeFacts(practice_id=UUID(int=1), practice_name=letter * 200, practice_slug="harbour-lane")
    said = [
        *(run_text.run_summary(run, kind) for kind in RunKind),
        run_text.sync_summary(client),
        disconnect_summary(client),
        check_summary(practice, f"Asked for by {letter * 200}."),
        shortened(run_text.group_summary([letter * 200] * 16)),
        shortened(run_text.group_summary([letter * 20] * 16)),
        shortened(letter * 500),
    ]
    assert all(len(text) > 20 for text in said)
    for key_id in ("a", "k" * 64):
        sealed = await data_converter(KeyRing.parse(f"{key_id}:{KeyRing.generate_key()}")).encode(said)
        assert max(payload.ByteSize() for payload in sealed) <= 400


def test_what_fits_is_whole_and_what_does_not_ends_in_an_ellipsis():
    assert shortened("Harbour Lane · Élodie") == "Harbour Lane · Élodie"
    assert shortened("東" * 100, 32) == "東" * 9 + "…"
    assert shortened("x" * 28 + "  yz", 32) == "x" * 27 + "…"


def test_a_sync_that_ended_while_waiting_would_help_leaves_it_to_the_night():
    end = run_text.sync_end(CLIENT, "Refresh.", Trouble(cause=Cause.PROVIDER_UNAVAILABLE))
    assert "It is not tried here any more: the nightly check tries it again. To try now, refresh the client" in end
    assert "by itself" not in end


@pytest.mark.parametrize(
    ("kind", "outcome", "said"),
    [
        (RunKind.ADD_CLIENTS, Outcome.RETRYING, Cause.RATE_LIMITED.next_step),
        (RunKind.ADD_CLIENTS, Outcome.FAILED, Cause.RATE_LIMITED.next_step_until_the_night),
        (RunKind.REASSIGN_CLIENTS, Outcome.FAILED, Cause.RATE_LIMITED.next_step_when_given_up),
    ],
)
def test_a_cause_in_a_run_promises_what_something_does(kind: RunKind, outcome: Outcome, said: str):
    shown = run_text.run_details(RUN, kind, Stage.FINISHED, {}, {outcome: 1}, {Cause.RATE_LIMITED: 1}, [])
    assert named(f"{Cause.RATE_LIMITED.sentence} {said}", RUN.provider_title) in shown
