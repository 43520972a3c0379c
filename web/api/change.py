"""Moving one client to other books: start, look at what will match, confirm, undo."""

from http import HTTPStatus
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator

from contracts.naming.spans import span
from contracts.words.connections import UNDO_WITHIN
from starter.answers.connections import ChangedAnswer, ChangePreviewAnswer, ManagedConnectionAnswer
from starter.answers.runs import StartedAnswer
from starter.connections.changes import ListedIn
from web.api.runs import Key, RunId, SignInWish
from web.kit.authentication import Door, Manager, Reader

router = APIRouter(prefix="/api/v1/clients/{client_id}/connection/change", tags=["One connection"])


class ChangeWish(SignInWish):
    """An organisation on the list of a run, such as one that looks like a client; or how the sign-in is to begin."""

    run_id: str | None = Field(default=None, min_length=1, max_length=120, pattern=r"^[^\x00]*$")
    organisation_id: str | None = Field(default=None, min_length=1, max_length=64, pattern=r"^[^\x00]*$")

    @model_validator(mode="after")
    def _names_both_or_none(self) -> Self:
        if (self.run_id is None) != (self.organisation_id is None):
            raise ValueError("name both the run and the organisation, or neither")
        return self

    @property
    def listed(self) -> ListedIn | None:
        """Where the organisation is listed; None where none is named."""
        if self.run_id is None or self.organisation_id is None:
            return None
        return ListedIn(self.run_id, self.organisation_id)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    summary="Start moving a client to another organisation",
    description="Send the colleague's browser to `authorize_url`; choose one organisation in the run "
    "(`POST /api/v1/runs/{run_id}/selection`); look at the preview; confirm. For an organisation that stands on the "
    "list of a run already, name both, and nobody signs in once more: `authorize_url` is null unless it is needed.",
)
async def start(
    caller: Manager, door: Door, client_id: UUID, wish: ChangeWish | None = None, idempotency_key: Key = None
) -> StartedAnswer:
    """Start moving a client to other books."""
    wish = wish or ChangeWish()
    started = await door.changes.start(caller, client_id, idempotency_key, wish.listed, wish.region)
    return StartedAnswer(run_id=started.run_id, authorize_url=started.authorize_url)


@router.post(
    "/undo",
    summary="Give a client its former organisation back",
    description=f"For {span(UNDO_WITHIN)} after a change.",
)
async def undo(caller: Manager, door: Door, client_id: UUID) -> ManagedConnectionAnswer:
    """Undo the move."""
    await door.changes.undo(caller, client_id)
    return ManagedConnectionAnswer.shown(*await door.managing.show(caller, client_id))


@router.get(
    "/{run_id}",
    summary="Show what will match in the new organisation",
    description="By code and by name: accounts, tax rates, tracking, items, contacts. Changes nothing.",
)
async def preview(caller: Reader, door: Door, client_id: UUID, run_id: RunId) -> ChangePreviewAnswer:
    """Preview which records will match."""
    return ChangePreviewAnswer.of(await door.changes.preview(caller, client_id, run_id))


@router.post(
    "/{run_id}/confirm",
    summary="Move the client",
    description="Old lists are kept and linked. The same again gets the same answer.",
)
async def confirm(caller: Manager, door: Door, client_id: UUID, run_id: RunId) -> ChangedAnswer:
    """Confirm the move."""
    changed = await door.changes.confirm(caller, client_id, run_id)
    return ChangedAnswer(message=changed.message)
