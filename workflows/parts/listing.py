"""The listing stage: lists what a sign-in reaches, and gives each organisation its verdict. Nothing is created."""

import asyncio

from temporalio import workflow
from temporalio.exceptions import ActivityError, is_cancelled_exception

from workflows.plans.failures import trouble_of
from workflows.plans.patches import FEWER_GROUPS, LARGER_GROUPS
from workflows.plans.sizes import (
    FEWER_PROFILES_AT_ONCE,
    FEWEST_PROFILES_AT_ONCE,
    PROFILES_AT_ONCE_BEFORE,
    profiles_at_once,
    windows,
)

with workflow.unsafe.imports_passed_through():
    from activities.runs.organisations import OrganisationActivities
    from contracts.payloads.listing import JudgeOrganisationsInput, ListOrganisationsInput, ReadProfilesInput
    from contracts.payloads.runs import ConsentGiven
    from contracts.words.runs import Stage

from workflows.parts.calls import call
from workflows.parts.run_state import RunState
from workflows.plans import policies


async def list_organisations(state: RunState, consent: ConsentGiven) -> None:
    """Add what a consent reaches to the run's list, judge the whole list, and let people choose from it.

    Raises:
        ActivityError: The provider's list could not be had.
    """
    run_id = state.run.run_id
    _, listed = await asyncio.gather(  # a person is waiting
        state.enter(Stage.LISTING),
        call(
            OrganisationActivities.list_organisations,
            ListOrganisationsInput(run_id=run_id, consent_id=consent.consent_id, grant_id=consent.grant_id),
            policies.at(state.run.provider, policies.LISTING),
            "List what this login reaches",
        ),
    )
    if workflow.patched(FEWER_GROUPS):
        size = profiles_at_once(listed.end - listed.first)
    else:
        size = PROFILES_AT_ONCE_BEFORE if workflow.patched(LARGER_GROUPS) else FEWER_PROFILES_AT_ONCE
    stretches = windows(listed.first, listed.end, size)
    await asyncio.gather(
        *(_read_profiles(state, first, end, is_full=end - first >= FEWEST_PROFILES_AT_ONCE) for first, end in stretches)
    )
    judged = await call(
        OrganisationActivities.judge_organisations,
        JudgeOrganisationsInput(run_id=run_id, consent_id=consent.consent_id, allowed=listed.allowed),
        policies.DATABASE,
        "Tell new organisations from known ones",
    )
    state.verdicts = judged.verdicts
    state.reached(Stage.AWAITING_SELECTION)  # the activity recorded the stage with the verdicts
    if judged.message is not None:
        state.note(judged.message)


async def _read_profiles(state: RunState, first: int, end: int, *, is_full: bool) -> None:
    policy = policies.PROFILES_TOGETHER if is_full else policies.PROFILES
    try:
        await call(
            OrganisationActivities.read_profiles,
            ReadProfilesInput(run_id=state.run.run_id, first=first, end=end),
            policies.at(state.run.provider, policy),
            f"Read profiles {first + 1} to {end}",
        )
    except ActivityError as error:
        if is_cancelled_exception(error):
            raise
        state.note(f"Some profiles could not be read: {trouble_of(error).cause.sentence}", lasts=True)
