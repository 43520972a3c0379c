"""Runs: one bulk operation by one colleague, and what it found and made of each organisation."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Text, UniqueConstraint, false, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from contracts.words.causes import Cause
from contracts.words.runs import Action, Outcome, Result, RunKind, SignInState, Stage, Verdict
from models.kit.columns import MOMENT, created, enum_of
from rules.runs.run_results import next_step_of


class Run(SQLModel, table=True):
    """A run; its id is also its workflow's id."""

    __tablename__ = "runs"
    __table_args__ = (
        UniqueConstraint("colleague_id", "idempotency_key"),
        Index("ix_runs_practice_created", "practice_id", "created_at"),
    )

    id: str = Field(primary_key=True, max_length=120)
    practice_id: UUID = Field(foreign_key="practices.id")
    colleague_id: UUID = Field(foreign_key="colleagues.id", index=True)
    provider: str = Field(max_length=20)
    kind: RunKind = Field(sa_type=enum_of(RunKind))
    stage: Stage = Field(default=Stage.AWAITING_CONSENT, sa_type=enum_of(Stage))
    result: Result | None = Field(default=None, sa_type=enum_of(Result))
    message: str | None = Field(default=None, max_length=500)
    """The latest thing that the colleague should know: a declined sign-in, a refused selection, how it ended."""
    idempotency_key: str | None = Field(default=None, max_length=120)
    request_digest: str | None = Field(default=None, max_length=64)
    """Of what the key's first request asked for; a later one with the same key has to ask for the same."""
    selection_digest: str | None = Field(default=None, max_length=64)
    client_id: UUID | None = Field(default=None, foreign_key="clients.id", index=True)
    """The one client that it is about: reconnecting that client alone, or changing its books."""
    paused_until: datetime | None = Field(default=None, sa_type=MOMENT)
    """Until when its pulls wait for the provider's limit on the whole app; in the past once they go on."""
    is_hand_over: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether an admin gives one colleague's clients to another; nobody signs in for it."""
    client_settings: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    """Settings of the connections that it makes, as they were chosen or remembered; None for the usual ones."""
    created_at: datetime = created()
    finished_at: datetime | None = Field(default=None, sa_type=MOMENT)

    @property
    def heading(self) -> str:
        """The run's name as people read it; some kinds have several names, such as *Reconnect* for one client."""
        if self.is_hand_over:
            return "Hand over clients"
        if self.kind is RunKind.RECONNECT_ALL and self.client_id is not None:
            return "Reconnect"
        return self.kind.heading

    def is_paused(self, at: datetime) -> bool:
        """Whether it waits at a moment (aware) because the calls that the whole app may make are used up."""
        return self.stage is not Stage.FINISHED and self.paused_until is not None and self.paused_until > at


class RunOrganisation(SQLModel, table=True):
    """One organisation in a run: its verdict, what was chosen for it, and its outcome."""

    __tablename__ = "run_organisations"
    __table_args__ = (
        Index("ix_run_organisations_order", "run_id", "position"),
        Index("ix_run_organisations_connection", "connection_id"),
        Index("ix_run_organisations_client", "client_id", postgresql_where=text("client_id IS NOT NULL")),
    )

    run_id: str = Field(foreign_key="runs.id", primary_key=True, max_length=120)
    organisation_id: str = Field(primary_key=True, max_length=64)
    position: int
    name: str = Field(max_length=255)
    grant_id: UUID = Field(foreign_key="grants.id")
    provider_connection_id: str | None = Field(default=None, max_length=64)
    is_just_allowed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whether a sign-in of this run allowed it; the others were connected to the app before."""
    marks: list[str] = Field(default_factory=list, sa_type=ARRAY(Text), sa_column_kwargs={"server_default": "{}"})
    """Members of ``Mark``."""
    profile: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    """The organisation's profile as listing read it, so that pulling need not read it again."""
    profile_read_at: datetime | None = Field(default=None, sa_type=MOMENT)
    verdict: Verdict | None = Field(default=None, sa_type=enum_of(Verdict))
    verdict_message: str | None = Field(default=None, max_length=300)
    matched_client_id: UUID | None = Field(default=None, foreign_key="clients.id")
    action: Action | None = Field(default=None, sa_type=enum_of(Action))
    link_client_id: UUID | None = Field(default=None, foreign_key="clients.id")
    owner_id: UUID | None = Field(default=None, foreign_key="colleagues.id")
    """Whose client it becomes."""
    shown_owner_id: UUID | None = Field(default=None, foreign_key="colleagues.id")
    """Reassigning: whose client it was when the list was shown; somebody else by now means hands off."""
    team_id: UUID | None = Field(default=None, foreign_key="teams.id")
    wanted_code: str | None = Field(default=None, max_length=20)
    """The code that was chosen for the client to be created."""
    client_id: UUID | None = Field(default=None, foreign_key="clients.id")
    connection_id: UUID | None = Field(default=None, foreign_key="connections.id")
    outcome: Outcome | None = Field(default=None, sa_type=enum_of(Outcome))
    cause: Cause | None = Field(default=None, sa_type=enum_of(Cause))
    message: str | None = Field(default=None, max_length=500)
    retry_at: datetime | None = Field(default=None, sa_type=MOMENT)
    updated_at: datetime = created()

    @property
    def next_step(self) -> str | None:
        """What a person can do about it; None if nothing is wrong."""
        return next_step_of(self.outcome, self.cause, makes_client=self.action in {Action.CREATE, Action.LINK})


class ChoiceDraft(SQLModel, table=True):
    """What a colleague had chosen on a run's page when they left it for another sign-in; gone once it is sent."""

    __tablename__ = "choice_drafts"

    run_id: str = Field(foreign_key="runs.id", primary_key=True, max_length=120)
    colleague_id: UUID = Field(foreign_key="colleagues.id", primary_key=True)
    form: dict[str, Any] = Field(sa_type=JSONB)
    """The page's form, which alone reads it: ids, codes, and what is for all."""
    updated_at: datetime = created()


class ExpectedOrganisation(SQLModel, table=True):
    """An organisation that a run expects by name, where each sign-in brings only one; nobody knows its id before."""

    __tablename__ = "expected_organisations"

    run_id: str = Field(foreign_key="runs.id", primary_key=True, max_length=120)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    name: str = Field(max_length=255)
    client_id: UUID | None = Field(default=None, foreign_key="clients.id")
    """The client without a connection that it is, where it is one."""
    state: SignInState = Field(default=SignInState.TO_DO, sa_type=enum_of(SignInState))
    organisation_id: str | None = Field(default=None, max_length=64)
    """What came for it, by the provider's id."""
    came_instead: str | None = Field(default=None, max_length=300)
    """What its latest sign-in allowed instead, by name; empty where nothing came; None while none did."""
    updated_at: datetime = created()


class ExpectedSignIn(SQLModel, table=True):
    """A sign-in that a run expects for one organisation, where each sign-in brings only one."""

    __tablename__ = "expected_sign_ins"

    run_id: str = Field(foreign_key="runs.id", primary_key=True, max_length=120)
    organisation_id: str = Field(primary_key=True, max_length=64)
    position: int
    name: str = Field(max_length=255)
    client_id: UUID = Field(foreign_key="clients.id")
    state: SignInState = Field(default=SignInState.TO_DO, sa_type=enum_of(SignInState))
    came_instead: str | None = Field(default=None, max_length=300)
    """What its latest sign-in allowed instead, by name; empty where the provider does not say; None while none did."""
    updated_at: datetime = created()
