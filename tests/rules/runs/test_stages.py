"""What may be said to a run at which stage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import Stage
from rules.runs.stages import refuse_confirmation, refuse_selection, require_preview


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
    def taken(*, is_recorded: bool) -> set[Stage]:
        return {stage for stage in Stage if refuse_confirmation(stage, is_recorded=is_recorded) is None}

    assert taken(is_recorded=True) == {Stage.AWAITING_CONFIRMATION}
    with pytest.raises(Refused, match="once its preview is there"):
        require_preview(Stage.PULLING)
    require_preview(Stage.AWAITING_CONFIRMATION)
    # The workflow hears of the recorded stage a moment after people see it.
    assert taken(is_recorded=False) == {Stage.PULLING, Stage.AWAITING_CONFIRMATION}
