"""What the API counts of the sign-ins and of the organisations that a run expects."""

from datetime import UTC, datetime
from uuid import uuid4

from contracts.words.runs import SignInState
from models.runs.tables import ExpectedOrganisation, ExpectedSignIn
from starter.answers.sign_ins import ExpectedOrganisationsAnswer, SignInsAnswer

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
STATES = [SignInState(word) for word in ("done", "to_do", "dropped", "to_do", "done", "to_do")]


def test_sign_ins_are_counted_by_what_became_of_them_and_the_next_is_the_first_to_do():
    queue = [
        ExpectedSignIn(run_id="r", position=at, organisation_id=f"o{at}", name="Beech", client_id=uuid4(), state=state)
        for at, state in enumerate(STATES)
    ]
    answer = SignInsAnswer.of(queue)
    assert (answer.next, answer.to_do, answer.done, answer.dropped) == ("o1", 3, 2, 1)


def test_so_are_organisations():
    queue = [
        ExpectedOrganisation(run_id="r", position=at, name="Beech", state=state, updated_at=NOON)
        for at, state in enumerate(STATES)
    ]
    answer = ExpectedOrganisationsAnswer.of(queue)
    assert (answer.next, answer.to_do, answer.done, answer.dropped) == (1, 3, 2, 1)
