"""Runs: start one, sign in further, look, choose, retry, stop."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Header, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from contracts.payloads.runs import SelectionAccepted
from contracts.payloads.selection import Selection
from contracts.words.runs import RunKind
from starter.answers.choice_lists import ChoicesAnswer
from starter.answers.runs import (
    AuthorizeAnswer,
    RetryAnswer,
    RunAnswer,
    RunsAnswer,
    RunSummaryAnswer,
    StartedAnswer,
    StoppingAnswer,
)
from starter.answers.sign_ins import ExpectedOrganisationsAnswer, GoingOnAnswer, SignInsAnswer
from starter.answers.views import RunFilter
from starter.runs.kinds import RunOptions
from web.api.clients.exports import CSV
from web.api.parameters import Limit, Offset
from web.kit.authentication import Adder, Door, Reader
from web.kit.csv_answers import csv_answer
from web.kit.uploads import FILE_BODY, sent_file

router = APIRouter(prefix="/api/v1", tags=["Runs"])

RunId = Annotated[str, Path(max_length=120, description="The run's id.")]
OrganisationId = Annotated[str, Path(max_length=64, description="The provider's id of the organisation.")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=120,
        description="The same key again answers with the same run and a fresh address.",
    ),
]
Everything = Annotated[
    bool, Query(alias="all", description="Reconnect all: move healthy connections to this login too.")
]
ProviderName = Annotated[str, Path(max_length=20, description="The accounting software's name in lower case.")]


class SignInWish(BaseModel):
    """How a sign-in is to begin."""

    model_config = ConfigDict(extra="forbid")

    region: str | None = Field(
        default=None,
        max_length=16,
        pattern=r"^[A-Za-z]*$",
        description="The country of the businesses, where the accounting software has several: `GB`, for instance. "
        "Without it, that of the client's login or of the practice's latest sign-in; where there is none, the answer "
        "is an error with the `choices`.",
    )


class StartWish(SignInWish):
    """How a run is to begin."""

    organisations: tuple[Annotated[str, Field(max_length=255)], ...] = Field(
        default=(),
        max_length=500,
        description="Add clients, where each sign-in brings one organisation: the names of those that you are going to "
        "sign in for, in order.",
    )
    client_ids: tuple[UUID, ...] = Field(
        default=(),
        max_length=500,
        description="Likewise: clients without a connection that they are for. Reassign clients, there: clients of "
        "colleagues that you are going to sign in for, one after the other (`…/sign-ins` shows them).",
    )
    takes_over: bool = Field(
        default=False,
        description="Reassign clients, where the accounting software keeps one sign-in for each organisation: that "
        "it is agreed that colleagues' sign-ins end when the new ones begin. Without it, the run is refused and says "
        "whose.",
    )


class ExpectWish(BaseModel):
    """Organisations that a run is to expect too."""

    model_config = ConfigDict(extra="forbid")

    organisations: tuple[Annotated[str, Field(max_length=255)], ...] = Field(default=(), max_length=500)
    client_ids: tuple[UUID, ...] = Field(default=(), max_length=500)


class TakeWish(BaseModel):
    """Which organisation is the expected one."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: str = Field(max_length=64, description="The provider's id of an organisation in the run's list.")


Wish = Annotated[SignInWish | None, Body()]
Place = Annotated[int, Path(ge=0, le=10_000, description="The place in the run's queue.")]


@router.post(
    "/client-sync/{provider}/{kind}",
    status_code=HTTPStatus.CREATED,
    summary="Start a run",
    description="Send the colleague's browser to `authorize_url`; the run goes on when it comes back.",
)
async def start(
    caller: Adder,
    door: Door,
    provider: ProviderName,
    kind: RunKind,
    idempotency_key: Key = None,
    moves_healthy: Everything = False,
    wish: Annotated[StartWish | None, Body()] = None,
) -> StartedAnswer:
    """Start a run."""
    asked = wish or StartWish()
    options = RunOptions(
        moves_healthy=moves_healthy,
        region=asked.region,
        names=asked.organisations,
        client_ids=asked.client_ids,
        takes_over=asked.takes_over,
    )
    started = await door.runs.start(caller, kind, provider, idempotency_key, options)
    to_allow = await door.runs.to_allow_again(caller, started.run_id)
    return StartedAnswer(run_id=started.run_id, authorize_url=started.authorize_url, to_allow=list(to_allow))


@router.get("/runs", summary="List the practice's runs, newest first")
async def runs(
    caller: Reader,
    door: Door,
    kind: Annotated[RunKind | None, Query(description="Only runs of this kind.")] = None,
    colleague_id: Annotated[UUID | None, Query(description="Only runs that this colleague started.")] = None,
    is_active: Annotated[
        bool | None, Query(alias="active", description="Only runs that are not finished; or only those that are.")
    ] = None,
    limit: Limit = 50,
    offset: Offset = 0,
    before: Annotated[AwareDatetime | None, Query(description="Only runs that were started before this.")] = None,
) -> RunsAnswer:
    """The practice's runs, newest first."""
    wanted = RunFilter(kind=kind, colleague_id=colleague_id, is_active=is_active, before=before)
    found, total = await door.runs.activity(caller, wanted, limit=limit, offset=offset)
    return RunsAnswer(runs=[RunSummaryAnswer.of(run) for run in found], total=total)


@router.get(
    "/runs/{run_id}",
    summary="Show a run",
    description="Its stage, its counts, and each organisation with its verdict, its outcome and the cause of that.",
)
async def run(caller: Reader, door: Door, run_id: RunId) -> RunAnswer:
    """One run."""
    return RunAnswer.of(await door.runs.show(caller, run_id))


@router.post(
    "/runs/{run_id}/consent",
    summary="Sign in once more",
    description="While a run waits for its sign-in or its selection, a further sign-in adds to its organisations.",
)
async def consent(caller: Adder, door: Door, run_id: RunId, wish: Wish = None) -> AuthorizeAnswer:
    """A further sign-in."""
    return AuthorizeAnswer(authorize_url=await door.consents.begin(caller, run_id, wish.region if wish else None))


@router.get(
    "/runs/{run_id}/sign-ins",
    summary="Show the sign-ins that a run expects",
    description="One for each organisation that needs one, where a sign-in brings only one; else none.",
)
async def sign_ins(caller: Reader, door: Door, run_id: RunId) -> SignInsAnswer:
    """The expected sign-ins."""
    return SignInsAnswer.of(await door.sign_ins.expected(caller, run_id))


@router.post(
    "/runs/{run_id}/sign-ins/{organisation_id}/drop",
    summary="Leave a sign-in out",
    description="The run goes on once no sign-in is left to do. The same again changes nothing.",
)
async def drop_sign_in(caller: Adder, door: Door, run_id: RunId, organisation_id: OrganisationId) -> SignInsAnswer:
    """Leave a sign-in out."""
    return SignInsAnswer.of(await door.sign_ins.drop(caller, run_id, organisation_id))


@router.post(
    "/runs/{run_id}/sign-ins/go-on",
    status_code=HTTPStatus.ACCEPTED,
    summary="Go on with the sign-ins so far",
    description="What is still to do is left out, and stays as it is.",
)
async def go_on(caller: Adder, door: Door, run_id: RunId) -> GoingOnAnswer:
    """Go on with the sign-ins so far."""
    await door.sign_ins.go_on(caller, run_id)
    return GoingOnAnswer(run_id=run_id)


@router.get(
    "/runs/{run_id}/expected-organisations",
    summary="Show the organisations that a run expects",
    description="Those that were named for an Add clients where each sign-in brings one organisation; else none.",
)
async def expected(caller: Reader, door: Door, run_id: RunId) -> ExpectedOrganisationsAnswer:
    """The expected organisations."""
    return ExpectedOrganisationsAnswer.of(await door.expected_organisations.expected(caller, run_id))


@router.post(
    "/runs/{run_id}/expected-organisations",
    summary="Expect further organisations",
    description="By name, or for clients without a connection. One that is expected already changes nothing.",
)
async def expect(
    caller: Adder, door: Door, run_id: RunId, wish: Annotated[ExpectWish | None, Body()] = None
) -> ExpectedOrganisationsAnswer:
    """Expect further organisations."""
    asked = wish or ExpectWish()
    queue = await door.expected_organisations.add(caller, run_id, asked.organisations, asked.client_ids)
    return ExpectedOrganisationsAnswer.of(queue)


@router.post(
    "/runs/{run_id}/expected-organisations/{position}/drop",
    summary="Leave an expected organisation out",
    description="No sign-in is expected for it any more. The same again changes nothing.",
)
async def drop_expected(caller: Adder, door: Door, run_id: RunId, position: Place) -> ExpectedOrganisationsAnswer:
    """Leave an expected organisation out."""
    return ExpectedOrganisationsAnswer.of(await door.expected_organisations.drop(caller, run_id, position))


@router.post(
    "/runs/{run_id}/expected-organisations/{position}/take",
    summary="Say which organisation is the expected one",
    description="Where it has another name in the accounting software than in your list.",
)
async def take_expected(
    caller: Adder, door: Door, run_id: RunId, position: Place, wish: Annotated[TakeWish | None, Body()] = None
) -> ExpectedOrganisationsAnswer:
    """Say which organisation is the expected one."""
    organisation_id = wish.organisation_id if wish else ""
    queue = await door.expected_organisations.take(caller, run_id, position, organisation_id)
    return ExpectedOrganisationsAnswer.of(queue)


@router.post(
    "/runs/{run_id}/organisations/{organisation_id}/take-off",
    summary="Take an organisation off the list",
    description="One that was picked by mistake, while an Add clients awaits its choice. A sign-in that nothing uses "
    "is ended the night after the run.",
)
async def take_off(
    caller: Adder, door: Door, run_id: RunId, organisation_id: OrganisationId
) -> ExpectedOrganisationsAnswer:
    """Take an organisation off the list."""
    await door.expected_organisations.take_off(caller, run_id, organisation_id)
    return ExpectedOrganisationsAnswer.of(await door.expected_organisations.expected(caller, run_id))


@router.post(
    "/runs/{run_id}/selection",
    summary="Choose organisations",
    description="Checked first, and taken whole or refused whole. The same selection again gets the same answer.",
)
async def select(caller: Adder, door: Door, run_id: RunId, selection: Selection) -> SelectionAccepted:
    """Choose organisations."""
    return await door.runs.select(caller, run_id, selection)


@router.get(
    "/runs/{run_id}/choices.csv",
    summary="Take the list to choose from along",
    description="Organisations with what can be chosen for each; changed, it comes back to `POST …/choices`.",
    response_class=StreamingResponse,
    responses=CSV,
)
async def choices_out(caller: Reader, door: Door, run_id: RunId) -> StreamingResponse:
    """The list to choose from."""
    return csv_answer(await door.choice_lists.export(caller, run_id))


@router.post(
    "/runs/{run_id}/choices",
    summary="See what a list of choices would choose",
    description="CSV or XLSX, row by row; nothing is chosen before `selection` is sent to the call of that name.",
    openapi_extra={"requestBody": FILE_BODY},
)
async def choices_in(request: Request, caller: Reader, door: Door, run_id: RunId) -> ChoicesAnswer:
    """What a list of choices would choose."""
    await door.runs.report(caller, run_id)  # whose it is comes before what was sent
    content, _ = await sent_file(request)
    return ChoicesAnswer.of(await door.choice_lists.judge(caller, run_id, content))


@router.post("/runs/{run_id}/retry", status_code=HTTPStatus.ACCEPTED, summary="Retry what failed, alone")
async def retry(caller: Adder, door: Door, run_id: RunId) -> RetryAnswer:
    """Retry what failed."""
    retried = await door.runs.retry(caller, run_id)
    return RetryAnswer(run_id=run_id, reopened=retried.reopened, tried_now=retried.tried_now, limited=retried.limited)


@router.post(
    "/runs/{run_id}/cancel",
    status_code=HTTPStatus.ACCEPTED,
    summary="Stop a run",
    description="What was already done stays; the run's result becomes `cancelled`.",
)
async def cancel(caller: Adder, door: Door, run_id: RunId) -> StoppingAnswer:
    """Stop a run."""
    await door.runs.cancel(caller, run_id)
    return StoppingAnswer(run_id=run_id)
