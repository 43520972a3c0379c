"""What may be said to a run at which stage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.refusals import RefusalCode
from contracts.words.runs import Stage
from rules.runs.stages import refuse_confirmation, refuse_selection


@pytest.mark.parametrize(
    ("stage", "is_chosen", "is_same", "code"),
    [
        (Stage.AWAITING_SELECTION, False, False, None),
        (Stage.PULLING, True, True, None),
        (Stage.PULLING, True, False, RefusalCode.ALREADY_SELECTED),
        (Stage.LISTING, False, False, None),
        (Stage.CREATING, False, False, RefusalCode.WRONG_STAGE),
        (Stage.AWAITING_CONSENT, False, False, RefusalCode.WRONG_STAGE),
    ],
)
def test_when_a_selection_can_be_taken(stage, is_chosen, is_same, code):
    refusal = refuse_selection(stage, is_chosen=is_chosen, is_same=is_same)
    assert (refusal.code if refusal else None) == code


@given(st.sampled_from(Stage), st.booleans(), st.booleans())
def test_a_choice_is_taken_once_and_its_repetition_never_refused(stage, is_chosen, is_same):
    refusal = refuse_selection(stage, is_chosen=is_chosen, is_same=is_same)
    if is_chosen:
        assert (refusal is None) == is_same
    elif stage is Stage.FINISHED:
        assert refusal is not None


def test_only_a_preview_is_confirmed():
    assert [stage for stage in Stage if refuse_confirmation(stage) is None] == [Stage.AWAITING_CONFIRMATION]
