"""Moving one client to other books: start, look at what will match, confirm, undo."""

from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from starter.answers.connections import ChangedAnswer, ChangePreviewAnswer, ManagedConnectionAnswer
from starter.answers.runs import StartedAnswer
from starter.connections.changes import ListedIn
from web.api.runs import Key, RunId
from web.kit.authentication import Door, Manager, Reader

router = APIRouter(prefix="/api/v1/clients/{client_id}/connection/change", tags=["One connection"])


class ListedOrganisation(BaseModel):
    """An organisation on the list of a run, such as one that looks like a client."""

    model_config = ConfigDict(extra="forbid")

    run_id: str = Field(min_length=1, max_length=120, pattern=r"^[^\x00]*$")
    organisation_id: str = Field(min_length=1, max_length=64, pattern=r"^[^\x00]*$")


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    summary="Start moving a client to another organisation",
    description="Send the colleague's browser to `authorize_url`; choose one organisation in the run "
    "(`POST /api/v1/runs/{run_id}/selection`); look at the preview; confirm. For an organisation that stands on the "
    "list of a run already, name both, and nobody signs in once more: `authorize_url` is null unless it is needed.",
)
async def start(
    caller: Manager, door: Door, client_id: UUID, listed: ListedOrganisation | None = None, idempotency_key: Key = None
) -> StartedAnswer:
    """Start moving a client to other books."""
    found = ListedIn(listed.run_id, listed.organisation_id) if listed else None
    started = await door.changes.start(caller, client_id, idempotency_key, found)
    return StartedAnswer(run_id=started.run_id, authorize_url=started.authorize_url)


@router.post("/undo", summary="Give a client its former organisation back", description="For 30 days after a change.")
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
