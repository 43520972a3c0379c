"""Which requests of a colleague are refused at which stage of a run, and with which sentence; pure."""

from contracts.words.refusals import Refusal, RefusalCode, Refused
from contracts.words.runs import Stage

ENDING = Refusal(code=RefusalCode.WRONG_STAGE, message="This run is just ending. Start another one.")
"""Why nothing is taken any more once a run has begun to end."""


def refuse_selection(stage: Stage, *, is_chosen: bool, is_same: bool) -> Refusal | None:
    """Why a selection cannot be taken at this stage; None when it can.

    Whether the list is complete is not decided here: the activity that records the selection looks at the recorded
    stage. People may see the recorded stage a moment before the workflow hears of it.

    Args:
        stage: The stage that the workflow knows.
        is_chosen: Whether a selection was accepted already.
        is_same: Whether the accepted selection equals this one; it then gets the same answer again.
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


def refuse_confirmation(stage: Stage, *, is_recorded: bool) -> Refusal | None:
    """Why a change of books cannot be confirmed at this stage; None when it can.

    Args:
        stage: The stage that is known.
        is_recorded: Whether it is the recorded one. People may see that a moment before the workflow hears of it, and
            the activity that moves the client looks at the recorded stage itself.
    """
    if stage is Stage.AWAITING_CONFIRMATION or (stage is Stage.PULLING and not is_recorded):
        return None
    return Refusal(
        code=RefusalCode.WRONG_STAGE,
        message=f"The run is {stage.value.replace('_', ' ')}; it can be confirmed once its preview is there.",
    )


def require_preview(stage: Stage) -> None:
    """Refuse a confirmation while there is no preview; the recorded stage decides this.

    Raises:
        Refused: The run has none yet, or does not wait for a confirmation any more.
    """
    if refusal := refuse_confirmation(stage, is_recorded=True):
        raise Refused(refusal.code, refusal.message)
