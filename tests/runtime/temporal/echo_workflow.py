"""A workflow that returns or fails with what it is given, to see what Temporal stores of it."""

from pydantic import BaseModel
from temporalio import workflow
from temporalio.exceptions import ApplicationError


class Note(BaseModel):
    """Something private to send through."""

    text: str
    must_fail: bool = False


@workflow.defn
class Echo:
    @workflow.run
    async def run(self, note: Note) -> Note:
        if note.must_fail:
            raise ApplicationError(f"about {note.text}", type="ReadableType", non_retryable=True)
        return note
