"""What a colleague may not say at a stage of a run, and why."""

from contracts.words.refusals import Refusal, RefusalCode
from contracts.words.runs import Stage


def refuse_selection(stage: Stage, *, is_chosen: bool, is_same: bool) -> Refusal | None:
    """Why a selection cannot be taken now, if it cannot; whether the list is whole by now, its activity tells.

    The list is open from the transaction that records it, which people see before this workflow hears of it.

    Args:
        stage: Where the run is.
        is_chosen: Whether the organisations are chosen already.
        is_same: Whether they were chosen by this very selection, which is then answered the same again.
    """
    if is_chosen and is_same:
        return None
    if is_chosen:
        return Refusal(
            code=RefusalCode.ALREADY_SELECTED,
            message="The organisations of this run are already chosen. Start another run to add more.",
        )
    if stage not in {Stage.LISTING, Stage.AWAITING_SELECTION}:
        return Refusal(
            code=RefusalCode.WRONG_STAGE,
            message=f"The run is {stage.value.replace('_', ' ')}; organisations can be chosen once they are listed.",
        )
    return None


def refuse_confirmation(stage: Stage) -> Refusal | None:
    """Why a change of books cannot be confirmed now, if it cannot."""
    if stage is Stage.AWAITING_CONFIRMATION:
        return None
    return Refusal(
        code=RefusalCode.WRONG_STAGE,
        message=f"The run is {stage.value.replace('_', ' ')}; it can be confirmed once its preview is there.",
    )
