"""What the API answers with: our own shapes, so that a change of a table is no change of the API."""

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.words.causes import Cause
from contracts.words.runs import Action, Outcome, Result, RunKind, Stage, Verdict
from models.kit.columns import now
from models.runs.reads import RunView, WholeRun
from models.runs.tables import RunOrganisation
from models.runs.tallies import MadeAccounts
from starter.software import named_of


class StartedAnswer(BaseModel):
    """A run that was started, or that the same key had started before."""

    run_id: str
    authorize_url: str | None = Field(
        description="Where to send the browser: a page of Clientsync that says for which practice the sign-in is, and "
        "goes on to the accounting software. Nothing when the run is past its sign-in."
    )
    to_allow: list[str] = Field(
        default_factory=list,
        description="Reconnecting: names of organisations that were removed at the provider; say before the browser "
        "leaves that access to them has to be allowed again there.",
    )


class AuthorizeAnswer(BaseModel):
    """Where to send the browser."""

    authorize_url: str


class RetryAnswer(BaseModel):
    """What a retry set going."""

    run_id: str
    reopened: int = Field(description="Failed organisations that are being done again.")
    tried_now: int = Field(description="Clients in trouble that try at once instead of later.")
    limited: int = Field(
        description="Clients whose calls, or the app's, are used up: no call is made before that ends."
    )


class StoppingAnswer(BaseModel):
    """A run that was told to stop."""

    run_id: str
    cancelling: bool = True


class OrganisationAnswer(BaseModel):
    """One organisation in a run."""

    organisation_id: str = Field(description="The provider's id of the organisation.")
    name: str
    distinction: str | None = Field(description="What tells it from others of the same name in this list.")
    just_allowed: bool = Field(description="Allowed in a sign-in of this run; otherwise it was connected before.")
    verdict: Verdict | None
    verdict_message: str | None
    action: Action | None = Field(description="What was chosen for it.")
    client_id: UUID | None = Field(description="The client that was made or linked, or that it is or looks like.")
    outcome: Outcome | None
    cause: Cause | None
    message: str | None
    next_step: str | None = Field(description="What a person can do about the cause.")
    retry_at: datetime | None

    @classmethod
    def of(cls, row: RunOrganisation, provider: str, distinction: str | None = None) -> Self:
        """The organisation as the API shows it; see ``models.runs.choosable`` for the distinction."""
        return cls(
            organisation_id=row.organisation_id,
            name=row.name,
            distinction=distinction,
            just_allowed=row.is_just_allowed,
            verdict=row.verdict,
            verdict_message=row.verdict_message,
            action=row.action,
            client_id=row.client_id or row.link_client_id or row.matched_client_id,
            outcome=row.outcome,
            cause=row.cause,
            message=named_of(row.message, provider),
            next_step=named_of(row.next_step, provider),
            retry_at=row.retry_at,
        )


class OfferAnswer(BaseModel):
    """An organisation that the login reaches and nobody added."""

    organisation_id: str = Field(description="The provider's id of the organisation.")
    name: str


class RunFactsAnswer(BaseModel):
    """What every answer about a run has."""

    run_id: str
    kind: RunKind
    heading: str = Field(description="What it is, as people read it: such as the reconnecting of one client alone.")
    provider: str
    stage: Stage
    result: Result | None
    message: str | None = Field(description="The latest thing to know about the run.")
    colleague: str = Field(description="Who started it.")
    paused_until: datetime | None = Field(
        description="Until when it waits for the provider's limit on the whole app; null while it does not."
    )
    created_at: datetime
    finished_at: datetime | None
    total: int = Field(description="How many organisations its list has.")
    counts: dict[Outcome, int] = Field(description="Organisations by outcome.")
    causes: dict[Cause, int] = Field(description="Organisations by cause.")


class RunSummaryAnswer(RunFactsAnswer):
    """A run without its organisations."""

    @classmethod
    def of(cls, view: RunView) -> Self:
        """The run as the API shows it."""
        return cls(**_facts(view))


class AccountsAnswer(BaseModel):
    """What an *Add clients* has made; the three add up to it."""

    made: int = Field(description="Accounts that were created or linked.")
    complete: int = Field(description="Of these, those with all of their lists.")
    waiting: int = Field(description="Of these, those whose lists are still being tried for.")
    need_you: int = Field(description="Of these, those that somebody has to do something about.")

    @classmethod
    def of(cls, accounts: MadeAccounts) -> Self:
        """The accounts as the API shows them."""
        return cls(made=accounts.made, complete=accounts.complete, waiting=accounts.waiting, need_you=accounts.need_you)


class RunAnswer(RunFactsAnswer):
    """A run with its organisations."""

    accounts: AccountsAnswer | None = Field(description="Add clients: what was made; null as long as nothing is.")

    verdicts: dict[Verdict, int] = Field(description="Organisations by what they were listed as.")
    organisations: list[OrganisationAnswer]
    offers: list[OfferAnswer] = Field(description="Reconnect all: what the login reaches and nobody added.")

    @classmethod
    def of(cls, whole: WholeRun) -> Self:
        """The run as the API shows it."""
        accounts = whole.view.accounts
        return cls(
            **_facts(whole.view),
            accounts=AccountsAnswer.of(accounts) if accounts else None,
            verdicts=whole.view.tally.verdicts,
            organisations=[
                OrganisationAnswer.of(row, whole.view.run.provider, whole.distinctions.get(row.organisation_id))
                for row in whole.organisations
            ],
            offers=[OfferAnswer(organisation_id=row.organisation_id, name=row.name) for row in whole.offered],
        )


class RunsAnswer(BaseModel):
    """Runs, newest first."""

    runs: list[RunSummaryAnswer]
    total: int = Field(description="How many match over all pages.")


def _facts(view: RunView) -> dict[str, Any]:
    run = view.run
    return {
        "run_id": run.id,
        "kind": run.kind,
        "heading": run.heading,
        "provider": run.provider,
        "stage": run.stage,
        "result": run.result,
        "message": named_of(run.message, run.provider),
        "paused_until": run.paused_until if run.is_paused(now()) else None,
        "colleague": view.colleague_name,
        "created_at": run.created_at,
        "finished_at": run.finished_at,
        "total": view.total,
        "counts": view.counts,
        "causes": view.tally.causes,
    }
