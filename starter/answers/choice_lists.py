"""What API and pages answer about a list of choices: what each row comes to, and the selection that it makes."""

from typing import Self

from pydantic import BaseModel, Field

from contracts.payloads.selection import Selection
from contracts.words.choice_lists import ChoiceField, ChoiceVerdict
from rules.runs.choice_lists import ChoicePlan, JudgedChoice

__all__ = ["ChoicePlan", "ChoicesAnswer", "JudgedChoice"]


class JudgedChoiceAnswer(BaseModel):
    """What a row comes to."""

    row: int = Field(description="Its place in the file, as spreadsheets count.")
    verdict: ChoiceVerdict
    organisation_id: str
    name: str = Field(description="The organisation's name; empty where it is not on the run's list.")
    field: ChoiceField | None = Field(description="The column to blame, if the row is refused.")
    message: str | None = Field(description="Why it is refused, or left out although the row says otherwise.")


class ChoicesAnswer(BaseModel):
    """What a list of choices comes to; nothing is chosen before `selection` is sent."""

    chosen: int
    left_out: int
    refused: int
    missing: int = Field(description="Organisations that could be chosen and are on no row; they are left out.")
    rows: list[JudgedChoiceAnswer]
    selection: Selection | None = Field(description="To be sent to the run's `selection`; null if nothing is chosen.")

    @classmethod
    def of(cls, plan: ChoicePlan) -> Self:
        """The plan as the API shows it."""
        counts = plan.counts
        return cls(
            chosen=counts[ChoiceVerdict.CHOSEN],
            left_out=counts[ChoiceVerdict.LEFT_OUT],
            refused=counts[ChoiceVerdict.REFUSED],
            missing=plan.missing,
            rows=[
                JudgedChoiceAnswer(
                    row=row.number,
                    verdict=row.verdict,
                    organisation_id=row.organisation_id,
                    name=row.name,
                    field=row.field,
                    message=row.message,
                )
                for row in plan.rows
            ],
            selection=plan.selection,
        )
