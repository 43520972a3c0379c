"""Operations on lists of choices: what may be chosen in a run as CSV, and what a list that comes back would choose.

Neither changes anything: what a list chooses is set on the page, or sent as a selection, by whoever asked.
"""

import asyncio
from collections.abc import Mapping
from uuid import UUID

from contracts.payloads.selection import Selection
from contracts.words.choice_lists import ChoiceField
from contracts.words.practices import Plan
from contracts.words.refusals import RefusalCode, Refused
from contracts.words.runs import RunKind, Verdict
from models.clients import writes as clients
from models.clients.imports import people_of
from models.kit.columns import now
from models.kit.database import Database
from models.practices.reads import teams_there
from models.practices.tables import Practice
from models.runs.reports import OrganisationFilter, OrganisationView, RowOrder
from rules.clients.imports.plans import ImportInto
from rules.runs.choice_lists import ChoicePlan, ChoosingFrom, RunListRow, judge_choices
from rules.runs.choosing import require_listed
from starter.actor import Actor
from starter.clients.exports import Export, Row, each
from starter.clients.imports.imports import ClientImports
from starter.runs.choices import Choices
from starter.runs.runs import Runs

NOTHING: Mapping[str, str] = {}


class ChoiceLists:
    """The operations on lists of choices.

    Args:
        database: The product's database.
        runs: Checks which runs the actor may see.
        choices: Says what can be chosen.
        imports: Reads files.
    """

    def __init__(self, database: Database, runs: Runs, choices: Choices, imports: ClientImports) -> None:
        self._database = database
        self._runs = runs
        self._choices = choices
        self._imports = imports

    async def export(
        self, actor: Actor, run_id: str, selection: Selection | None = None, codes: Mapping[str, str] = NOTHING
    ) -> Export:
        """The organisations of a run with what is chosen for each, by name.

        Args:
            actor: Who asks.
            run_id: A run of *Add clients* that awaits its selection.
            selection: What is chosen so far; None for nothing.
            codes: Codes that stand beside organisations, by organisation id; the others get one by the pattern.

        Raises:
            Refused: There is no such run, or nothing can be chosen in it now.
        """
        listed = await self._listed(actor, run_id)
        chosen = {one.organisation_id: one for one in selection.organisations} if selection else {}
        linkable = {client.id: client.code for client in await self._choices.linkable(actor)}
        new = [view for view in listed if view.organisation.verdict is not Verdict.ALREADY_CLIENT]
        made = await self._choices.codes(actor, [view.organisation.name for view in new], given=codes.values())
        by_pattern = {view.organisation.organisation_id: code for view, code in zip(new, made, strict=True)}
        async with self._database.reading() as session:
            emails = {one.id: one.email for one in await people_of(session, actor.practice_id)}
            teams = dict(await teams_there(session, actor.practice_id))

        def row(view: OrganisationView) -> Row:
            found = view.organisation
            choice, is_client = chosen.get(found.organisation_id), found.verdict is Verdict.ALREADY_CLIENT
            suggested = linkable.get(view.client_id) if view.client_id else None
            existing = view.client_code if is_client else suggested
            if choice is not None:
                existing = linkable.get(choice.client_id) if choice.client_id else None
            code = "" if existing else codes.get(found.organisation_id) or by_pattern.get(found.organisation_id)
            values: dict[ChoiceField, object] = {
                ChoiceField.ORGANISATION_ID: found.organisation_id,
                ChoiceField.ORGANISATION: found.name,
                ChoiceField.LISTED_AS: found.verdict,
                ChoiceField.ABOUT: found.verdict_message or view.distinction,
                ChoiceField.CHOSEN: choice is not None,
                ChoiceField.CODE: code,
                ChoiceField.OWNER_EMAIL: emails.get(choice.owner_id) if choice and choice.owner_id else None,
                ChoiceField.TEAM: teams.get(choice.team_id) if choice and choice.team_id else None,
                ChoiceField.EXISTING_CLIENT: existing,
                ChoiceField.EXISTING_NAME: view.client_name if existing == view.client_code else None,
            }
            return [values[field] for field in ChoiceField]

        name = f"{run_id}-choices-{now().astimezone(actor.time_zone).date()}.csv"
        return Export(name, list(ChoiceField), each([row(view) for view in listed]), actor.time_zone)

    async def judge(self, actor: Actor, run_id: str, content: bytes) -> ChoicePlan:
        """What a list that comes back would choose, row by row; nothing is chosen by it.

        Args:
            actor: Who asks.
            run_id: A run of *Add clients* that awaits its selection.
            content: The file: CSV or XLSX.

        Raises:
            Refused: There is no such run, nothing can be chosen in it now, or the file is no such list.
        """
        listed = await self._listed(actor, run_id)
        sheet = await self._imports.read(content)
        linkable: dict[str, UUID] = {client.code: client.id for client in await self._choices.linkable(actor)}
        async with self._database.reading() as session:
            practice = await session.get_one(Practice, actor.practice_id)
            into = ChoosingFrom(
                listed={
                    view.organisation.organisation_id: RunListRow(view.organisation.name, view.organisation.verdict)
                    for view in listed
                },
                linkable=linkable,
                codes=await clients.codes_in_use(session, practice.id),
                practice=ImportInto(
                    clients=(),
                    people=await people_of(session, practice.id),
                    teams=await teams_there(session, practice.id),
                    has_teams=practice.plan is Plan.ADVANCED,
                    allowance=practice.client_allowance,
                    importer_id=actor.colleague_id,
                ),
            )
        return await asyncio.to_thread(judge_choices, sheet, into)

    async def _listed(self, actor: Actor, run_id: str) -> list[OrganisationView]:
        run = (await self._runs.report(actor, run_id)).run
        if run.kind is not RunKind.ADD_CLIENTS:
            told = "Lists of choices are for Add clients. Choose on the run's page."
            raise Refused(RefusalCode.WRONG_STAGE, told)
        require_listed(run.stage)
        found, _ = await self._runs.organisations(actor, run_id, OrganisationFilter(order=RowOrder.BY_NAME), limit=None)
        return list(found)
