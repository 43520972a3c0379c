"""Control of a stand-in that adds nothing to it: faults, time, people, and the page for people."""

import pytest

from tests.emulators.kit.conftest import Starts
from tests.emulators.kit.nowhere import POLICIES, Nowhere
from tests.emulators.standing_in import Form

pytestmark = pytest.mark.thorough


@pytest.fixture
def nowhere(starts: Starts) -> Nowhere:
    return starts(POLICIES)


def control(nowhere: Nowhere, call: str, **words: object) -> tuple[int, dict[str, object]]:
    answer = nowhere.http.post(f"/sandbox/api/{call}", json=words)
    return answer.status_code, answer.json()


def test_its_page_is_for_people(nowhere: Nowhere) -> None:
    page = nowhere.http.get("/", follow_redirects=True)
    assert "<h1>Nowhere sandbox: control</h1>" in page.text
    assert "<option>revoke_person</option>" in page.text
    assert 'action="/sandbox/clock"' in page.text
    assert nowhere.http.get("/sandbox/style.css").headers["content-type"].startswith("text/css")


def test_a_fault_goes_wrong_as_often_as_it_was_asked_to(nowhere: Nowhere) -> None:
    tokens = nowhere.connect(nowhere.organisations[0])
    assert control(nowhere, "faults", kind="server_error", status=503, times=1, path="/whoami")[0] == 200
    assert [nowhere.whoami(tokens).status_code for _ in range(2)] == [503, 200]


def test_the_edge_answers_before_anybody_looks(nowhere: Nowhere) -> None:
    control(nowhere, "faults", kind="edge_page", page="html", status=403, times=3)
    answers = [nowhere.whoami({"access_token": "none"}), nowhere.http.get("/discovery"), nowhere.token()]
    assert {answer.status_code for answer in answers} == {403}
    assert nowhere.http.get("/sandbox").status_code == 200


def test_who_takes_it_all_back_is_signed_out(nowhere: Nowhere) -> None:
    tokens = nowhere.connect(nowhere.organisations[0])
    control(nowhere, "faults", kind="revoke_person", person_id=nowhere.people[1])
    assert nowhere.whoami(tokens).status_code == 200
    control(nowhere, "faults", kind="revoke_person", person_id=nowhere.people[0])
    assert (nowhere.whoami(tokens).status_code, nowhere.refresh(tokens).status_code) == (401, 400)


def test_time_moves_when_it_is_told_to(nowhere: Nowhere) -> None:
    tokens = nowhere.connect(nowhere.organisations[0])
    before = nowhere.clock.now()
    assert control(nowhere, "clock", advance_seconds=POLICIES.access_seconds)[0] == 200
    assert nowhere.clock.now() == before + POLICIES.access_seconds
    assert nowhere.whoami(tokens).status_code == 401


def test_whose_access_was_taken_is_offered_it_no_more(nowhere: Nowhere) -> None:
    kept, lost, *_ = nowhere.organisations
    nowhere.connect(kept, lost)
    assert control(nowhere, f"people/{nowhere.people[0]}", organisation_ids=[kept])[0] == 200
    assert [row.organisation_id for row in nowhere.world.connections.all()] == [kept]
    assert Form(nowhere.signed_in().text).choices["organisation"] == [kept]


def test_what_only_another_platform_has_is_refused(nowhere: Nowhere) -> None:
    assert control(nowhere, "settings", connection_cap=3)[0] == 400
    assert control(nowhere, "limits", minute=1)[0] == 400
    status, body = control(nowhere, f"organisations/{nowhere.organisations[0]}/records", list="Contacts")
    assert (status, body["error"]["field"]) == (404, "list")  # type: ignore[index]  # JSON
    assert control(nowhere, "faults", kind="no_such_fault")[0] == 404
    assert control(nowhere, f"organisations/{nowhere.organisations[0]}", country="ZZ")[0] == 404


def test_everything_begins_anew(nowhere: Nowhere) -> None:
    tokens = nowhere.connect(nowhere.organisations[0])
    status, state = control(nowhere, "reset", organisations=2)
    assert (status, len(state["organisations"])) == (200, 2)  # type: ignore[arg-type]  # JSON
    assert nowhere.whoami(tokens).status_code == 401
