"""Saved views of the client list: a filter and an order under a name, one's own or shared with the practice."""

from http import HTTPStatus
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from contracts.words.causes import Cause
from contracts.words.client_accounts import LONGEST_SEARCH
from starter.answers.views import LONGEST_VIEW_NAME, ClientFilter, ClientOrder, ClientSort, ClientStatus
from starter.clients.saved_views import OpenedView, ViewQuery
from web.kit.authentication import Door, Manager, Reader

router = APIRouter(prefix="/api/v1/saved-views", tags=["Clients"])

# What else is refused has words of its own; it stands here for whoever reads the description.
Name = Annotated[
    str,
    Field(
        max_length=300,
        description="What it is called: once among your views, and once among those that the practice shares.",
        json_schema_extra={"minLength": 1, "maxLength": LONGEST_VIEW_NAME},
    ),
]
Shared = Annotated[bool, Field(description="Whether the whole practice has it; only you and admins can change it.")]


class ViewQueryFields(BaseModel):
    """What a view asks for, as `GET /api/v1/clients` takes it; what is null does not filter."""

    model_config = ConfigDict(extra="forbid")

    search: Annotated[str, Field(min_length=1, max_length=LONGEST_SEARCH, pattern=r"^[^\x00]*$")] | None = None
    owner_id: UUID | None = Field(
        default=None,
        description="Your own id stands for whoever looks: a view that you share shows each colleague their own.",
    )
    team_id: UUID | None = None
    status: ClientStatus | None = None
    cause: Cause | None = None
    provider: Annotated[str, Field(max_length=20, pattern=r"^[a-z]+$")] | None = None
    sort: ClientSort = ClientSort.NAME
    descending: bool = False

    def query(self) -> ViewQuery:
        """The same for the operation."""
        wanted = ClientFilter(self.search, self.owner_id, self.team_id, self.status, self.cause, self.provider)
        return ViewQuery(wanted, ClientOrder(self.sort, self.descending))

    @classmethod
    def of(cls, query: ViewQuery) -> Self:
        """What is kept."""
        wanted, order = query.wanted, query.order
        return cls(
            search=wanted.search,
            owner_id=wanted.owner_id,
            team_id=wanted.team_id,
            status=wanted.status,
            cause=wanted.cause,
            provider=wanted.provider,
            sort=order.column,
            descending=order.is_descending,
        )


class NewSavedView(BaseModel):
    """A view to keep."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    shared: Shared = False
    query: ViewQueryFields


class SavedViewPatch(BaseModel):
    """What changes; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    shared: Shared | None = None
    query: ViewQueryFields | None = Field(default=None, description="In place of the whole query.")


class SavedViewAnswer(BaseModel):
    """A saved view."""

    view_id: UUID
    name: str
    owner_id: UUID = Field(description="Who made it.")
    owner: str
    shared: bool
    may_change: bool = Field(description="Whether you may: your own, and admins shared ones.")
    query: ViewQueryFields = Field(description="Without the parts that are gone.")
    left_out: list[str] = Field(
        description="Parts of the query that are gone, such as `team_id` when the team was deleted."
    )

    @classmethod
    def of(cls, view: OpenedView) -> Self:
        """A view as the API shows it."""
        return cls(
            view_id=view.view_id,
            name=view.name,
            owner_id=view.owner_id,
            owner=view.owner_name,
            shared=view.is_shared,
            may_change=view.may_change,
            query=ViewQueryFields.of(view.query),
            left_out=list(view.left_out),
        )


class SavedViewsAnswer(BaseModel):
    """Your own views, then those that colleagues share, each by name."""

    views: list[SavedViewAnswer]


@router.get("", summary="List your saved views of the client list, and those that the practice shares")
async def saved_views(caller: Reader, door: Door) -> SavedViewsAnswer:
    """The views."""
    return SavedViewsAnswer(views=[SavedViewAnswer.of(view) for view in await door.saved_views.seen_by(caller)])


@router.post("", status_code=HTTPStatus.CREATED, summary="Save a view of the client list")
async def save_view(caller: Manager, door: Door, new: NewSavedView) -> SavedViewAnswer:
    """Save a view."""
    view_id = await door.saved_views.save(caller, new.name, new.query.query(), is_shared=new.shared)
    return SavedViewAnswer.of(await door.saved_views.one(caller, view_id))


@router.patch("/{view_id}", summary="Rename, share or replace a saved view")
async def change_view(caller: Manager, door: Door, view_id: UUID, patch: SavedViewPatch) -> SavedViewAnswer:
    """Change a view; the answer is the view after the change."""
    query = patch.query.query() if patch.query else None
    changed = await door.saved_views.change(caller, view_id, name=patch.name, is_shared=patch.shared, query=query)
    return SavedViewAnswer.of(changed)


@router.delete("/{view_id}", status_code=HTTPStatus.NO_CONTENT, summary="Delete a saved view")
async def delete_view(caller: Manager, door: Door, view_id: UUID) -> Response:
    """Delete a view."""
    await door.saved_views.delete(caller, view_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)
