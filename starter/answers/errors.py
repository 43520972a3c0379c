"""The one shape of everything that goes wrong over HTTP."""

from uuid import UUID

from pydantic import BaseModel


class ErrorRow(BaseModel):
    """What is wrong with one row of what was sent."""

    field: str
    message: str


class ErrorBody(BaseModel):
    """What went wrong; ``rows`` tells it row by row where several rows are to blame.

    ``client_id`` is the client that stands in the way, when it is one.
    """

    code: str
    message: str
    field: str | None = None
    rows: list[ErrorRow] | None = None
    client_id: UUID | None = None


class ErrorAnswer(BaseModel):
    """The body of every answer with a status of 400 or more."""

    error: ErrorBody
