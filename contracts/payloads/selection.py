"""What a colleague chooses from a run's list of organisations; the same shape in the API, the signal and the update."""

from collections import Counter
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.words.client_accounts import LONGEST_CODE
from contracts.words.connection_settings import SettingsPatch
from contracts.words.runs import Action


class SelectedOrganisation(BaseModel):
    """One organisation to add.

    Attributes:
        organisation_id: The provider's id of the organisation.
        action: ``create`` a client for it, or ``link`` it to an existing client.
        client_id: The client to link to; needed for ``link`` and refused for ``create``.
        team_id: Overrides the batch's team for this client.
        owner_id: Overrides the batch's owner for this client.
        code: The new client's code, unique in the practice; one is made up where it is left out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    organisation_id: str = Field(min_length=1, max_length=64)
    action: Literal[Action.CREATE, Action.LINK] = Action.CREATE
    client_id: UUID | None = None
    team_id: UUID | None = None
    owner_id: UUID | None = None
    code: str | None = Field(default=None, max_length=LONGEST_CODE, exclude_if=lambda code: code is None)

    @model_validator(mode="after")
    def _link_names_its_client(self) -> Self:
        if self.action is Action.LINK and self.client_id is None:
            raise ValueError("client_id is needed to link an organisation to a client")
        if self.action is Action.CREATE and self.client_id is not None:
            raise ValueError("client_id goes with the action 'link' only")
        if self.action is Action.LINK and self.code is not None:
            raise ValueError("code goes with the action 'create' only: a client that is linked keeps its own")
        return self


class Selection(BaseModel):
    """The chosen organisations, with the batch's default team and owner.

    Attributes:
        team_id: Team of every client that does not name its own; needs the advanced plan.
        owner_id: Owner of every client that does not name its own; the run's colleague when absent.
        organisations: The chosen organisations, each once.
        all_new: Choose every organisation whose verdict is *new* (for support staff in the Temporal UI and for
            scripts); ``organisations`` then adds to them.
        settings: The settings of the new connections; the practice's next run begins with them. Those that it
            remembers where this is left out.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    team_id: UUID | None = None
    owner_id: UUID | None = None
    organisations: tuple[SelectedOrganisation, ...] = ()
    all_new: bool = False
    settings: SettingsPatch | None = Field(default=None, exclude_if=lambda settings: settings is None)

    @model_validator(mode="after")
    def _chooses_something_once(self) -> Self:
        if not self.organisations and not self.all_new:
            raise ValueError("choose at least one organisation")
        counted = Counter(chosen.organisation_id for chosen in self.organisations)
        twice = [organisation_id for organisation_id, times in counted.items() if times > 1]
        if twice:
            raise ValueError(f"organisation {twice[0]} is chosen more than once")
        return self
