"""Refusals: why an input cannot be carried out, and what to do instead. A refused input has changed nothing."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from contracts.payload import Payload


class RefusalCode(StrEnum):
    """Why something was refused; the ``code`` of the JSON API's errors."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    WRONG_STAGE = "wrong_stage"
    ALREADY_SELECTED = "already_selected"
    UNKNOWN_ORGANISATION = "unknown_organisation"
    UNKNOWN_CLIENT = "unknown_client"
    UNKNOWN_COLLEAGUE = "unknown_colleague"
    UNKNOWN_TEAM = "unknown_team"
    PLAN_TOO_SMALL = "plan_too_small"
    OVER_ALLOWANCE = "over_allowance"
    CLIENT_ALREADY_CONNECTED = "client_already_connected"
    DUPLICATE = "duplicate"
    LOOKS_LIKE_CLIENT = "looks_like_client"
    NOTHING_TO_RETRY = "nothing_to_retry"
    NOT_CONNECTED = "not_connected"
    NOT_READ_YET = "not_read_yet"
    TOO_MANY = "too_many"
    UNAVAILABLE = "unavailable"


class RowFault(Payload):
    """What is wrong with one row of an input that is refused whole.

    Attributes:
        field: The row's field, such as ``organisations.3.code``.
        message: What is wrong and what to do.
    """

    field: str
    message: str


class Choice(Payload):
    """A value that a field may have, and its name for people."""

    value: str
    label: str


class Refusal(Payload):
    """A refusal, as payloads carry it and as people read it.

    Attributes:
        code: Why.
        message: What is wrong and what to do, in one or two sentences.
        field: The input's field, such as ``organisations.3.team_id``, when one is to blame.
        rows: Everything that is wrong, row by row, when several rows are to blame; some of them where they are many.
        client_id: The client that stands in the way, when it is one.
        choices: What the field may be, where there are few values.
    """

    code: RefusalCode
    message: str
    field: str | None = None
    rows: tuple[RowFault, ...] = Field(default=(), exclude_if=lambda rows: not rows)
    client_id: UUID | None = Field(default=None, exclude_if=lambda identity: identity is None)
    choices: tuple[Choice, ...] = Field(default=(), exclude_if=lambda choices: not choices)


class Refused(Exception):
    """Raised where input is checked; whoever asked receives the refusal."""

    def __init__(
        self,
        code: RefusalCode,
        message: str,
        *,
        field: str | None = None,
        rows: Sequence[RowFault] = (),
        client_id: UUID | None = None,
        choices: Sequence[Choice] = (),
    ) -> None:
        super().__init__(message)
        self.refusal = Refusal(
            code=code, message=message, field=field, rows=tuple(rows), client_id=client_id, choices=tuple(choices)
        )


REFUSED = "refused"
"""The error type under which a refusal travels through Temporal."""
