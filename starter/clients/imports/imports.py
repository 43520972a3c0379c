"""The operation: a list is judged against what is there, shown, and done exactly as it was shown.

Showing changes nothing. Doing locks the practice, judges once more, and goes ahead only if that comes to the same as
what was shown. Everybody of the practice may; of somebody
who may not add clients, new ones are refused row by row.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.words.client_imports import ImportField, ImportVerdict
from contracts.words.practices import Plan
from contracts.words.refusals import RefusalCode, Refused
from models.clients import accounts, imports, kept_imports
from models.clients.tables import ClientImport
from models.events import writes as events
from models.kit.columns import now as this_moment
from models.kit.database import Database
from models.kit.sealing import Sealer, open_list, seal_list
from models.practices.reads import teams_there
from models.practices.tables import Practice
from rules.clients.imports.columns import Columns, Sheet, chosen, labelled
from rules.clients.imports.judging import judge
from rules.clients.imports.plans import ImportInto, ImportPlan, KnownClient
from starter.actor import Actor
from starter.clients.imports.looks import ImportLook, Looks
from starter.clients.imports.packing import file_in, packed, unpacked
from starter.clients.imports.reading import read_file
from starter.clients.imports.writing import Writing
from starter.people.may_add_clients import why_not

CHANGED_MEANWHILE: Final = (
    "The clients have changed since this was shown, so nothing was imported. Look at what would be done now."
)
GONE: Final = "This list is not kept any more: it was kept for an hour at most. Upload the file again."

_AT_ONCE: Final = 2
"""Lists that a process reads at the same time, and that it judges: each takes a second or two of one core. Judging
never waits for reading, since whoever judges may hold the practice's lock."""


@dataclass(frozen=True, slots=True)
class KeptList:
    """A list that its colleague is looking at.

    Attributes:
        id: Its id.
        file_name: The name of the file, as the browser gave it.
        sheet: What was read; None once it is imported.
    """

    id: UUID
    file_name: str
    sheet: Sheet | None


class ClientImports:
    """The operations that import clients.

    Args:
        database: The product's.
        sealer: Seals lists that are looked at.
        now: The clock by which these are forgotten.
    """

    def __init__(self, database: Database, sealer: Sealer, now: Callable[[], datetime] = this_moment) -> None:
        self._database = database
        self._sealer = sealer
        self._looks = Looks()
        self.now = now

    async def read(self, content: bytes, sheet: str | None = None) -> Sheet:
        """The list in a file, on the sheet of this name if one is given; see ``reading.read_file``.

        Raises:
            Refused: It cannot be read.
        """
        async with self._database.room("reading lists", _AT_ONCE):
            return await asyncio.to_thread(read_file, content, sheet)

    async def plan(self, actor: Actor, sheet: Sheet, columns: Columns, *, adds_namesakes: bool = False) -> ImportPlan:
        """What an import would do with each row; it changes nothing.

        Args:
            actor: Who imports.
            sheet: The list.
            columns: Which of its columns are ours.
            adds_namesakes: Whether a row with a code of its own may make a second client of a name.
        """
        async with self._database.reading() as session:
            practice = await session.get_one(Practice, actor.practice_id)
            into = await _into(session, practice, actor)
        return await self._judged(sheet, columns, into, adds_namesakes=adds_namesakes)

    async def plan_kept(
        self, actor: Actor, kept: KeptList, columns: Columns, *, adds_namesakes: bool = False
    ) -> ImportPlan:
        """What an import of a kept list would do; judged again only if something has changed since the last look.

        Args:
            actor: Who imports.
            kept: The list.
            columns: Which of its columns are ours.
            adds_namesakes: As for ``plan``.
        """
        look = ImportLook.at(kept.id, columns, adds_namesakes=adds_namesakes)
        async with self._database.reading() as session:
            practice = await session.get_one(Practice, actor.practice_id)
            # First the state: clients that change between the two reads are judged, and judged again at the next look.
            state = await imports.state_of_clients(session, practice.id), await _into(session, practice, actor, ())
            if (seen := self._looks.seen(look, state)) is not None:
                return seen
            into = await _into(session, practice, actor)
        plan = await self._judged(kept.sheet or Sheet([], []), columns, into, adds_namesakes=adds_namesakes)
        self._looks.keep(look, state, plan)
        return plan

    async def carry_out(
        self,
        actor: Actor,
        sheet: Sheet,
        columns: Columns,
        *,
        adds_namesakes: bool = False,
        expected: str | None = None,
    ) -> ImportPlan:
        """Import a list, whole or not at all; rows that are refused are left out.

        Args:
            actor: Who imports.
            sheet: The list.
            columns: Which of its columns are ours.
            adds_namesakes: As for ``plan``.
            expected: The fingerprint of the plan that was shown; None for whatever is to be done now.

        Returns:
            What was done.

        Raises:
            Refused: It would not do what was shown.
        """
        async with self._database.transaction() as session:
            return await self._done(session, actor, sheet, columns, adds_namesakes=adds_namesakes, expected=expected)

    async def keep(self, actor: Actor, content: bytes, file_name: str, sheet: str | None = None) -> UUID:
        """Read a file and keep its list for this colleague to look at, for an hour at most; gives its id.

        Of a workbook with several sheets, all of it is kept, so that another sheet can be read instead.

        Raises:
            Refused: It cannot be read, or has no sheet of this name.
        """
        found, import_id = await self.read(content, sheet), uuid4()
        file = content if found.read and found.read.others else b""
        sealed = seal_list(self._sealer, import_id, await asyncio.to_thread(packed, found, file))
        kept = ClientImport(
            id=import_id,
            practice_id=actor.practice_id,
            colleague_id=actor.colleague_id,
            file_name="".join(character for character in file_name if character.isprintable())[-255:],
            sealed_list=sealed,
            created_at=self.now(),
        )
        async with self._database.transaction() as session:
            await kept_imports.keep(session, kept)
        return import_id

    async def read_other(self, actor: Actor, import_id: UUID, sheet: str) -> UUID:
        """Read another sheet of a kept workbook, and keep that instead; gives its id.

        Raises:
            Refused: There is none, its time is over, or it has no such sheet that can be read.
        """
        async with self._database.reading() as session:
            found = await self._kept_by(session, actor, import_id)
        file = file_in(open_list(self._sealer, found.id, found.sealed_list)) if found.sealed_list else b""
        if not file:
            raise Refused(RefusalCode.INVALID, "The file has no other sheet that can be read.", field="sheet")
        return await self.keep(actor, file, found.file_name, sheet)

    async def kept(self, actor: Actor, import_id: UUID) -> KeptList:
        """A list that this colleague keeps.

        Raises:
            Refused: There is none, or its time is over.
        """
        async with self._database.reading() as session:
            found = await self._kept_by(session, actor, import_id)
        return await self._opened(found)

    async def carry_out_kept(
        self, actor: Actor, import_id: UUID, columns: Columns, *, adds_namesakes: bool, expected: str
    ) -> None:
        """Import a kept list as it was shown; the same once more does nothing.

        Raises:
            Refused: There is none, its time is over, or it would not do what was shown.
        """
        async with self._database.transaction() as session:
            await accounts.locked_practice(session, actor.practice_id)
            found = await self._kept_by(session, actor, import_id, is_locked=True)
            sheet = (await self._opened(found)).sheet
            if sheet is None:
                return
            await self._done(session, actor, sheet, columns, adds_namesakes=adds_namesakes, expected=expected)
            found.sealed_list, found.imported_at = None, self.now()
            session.add(found)
        self._looks.forget(import_id)

    async def _kept_by(
        self, session: AsyncSession, actor: Actor, import_id: UUID, *, is_locked: bool = False
    ) -> ClientImport:
        whose = {"practice_id": actor.practice_id, "colleague_id": actor.colleague_id}
        found = await kept_imports.kept_by(session, import_id, **whose, at=self.now(), is_locked=is_locked)
        if found is None:
            raise Refused(RefusalCode.NOT_FOUND, GONE)
        return found

    async def _opened(self, found: ClientImport) -> KeptList:
        if found.sealed_list is None:
            return KeptList(found.id, found.file_name, None)
        content = open_list(self._sealer, found.id, found.sealed_list)
        return KeptList(found.id, found.file_name, await asyncio.to_thread(unpacked, content))

    async def _judged(self, sheet: Sheet, columns: Columns, into: ImportInto, *, adds_namesakes: bool) -> ImportPlan:
        async with self._database.room("judging lists", _AT_ONCE):
            return await asyncio.to_thread(judge, sheet, columns, into, adds_namesakes=adds_namesakes)

    async def _done(
        self,
        session: AsyncSession,
        actor: Actor,
        sheet: Sheet,
        columns: Columns,
        *,
        adds_namesakes: bool,
        expected: str | None,
    ) -> ImportPlan:
        practice = await accounts.locked_practice(session, actor.practice_id)
        into = await _into(session, practice, actor)
        plan = await self._judged(sheet, columns, into, adds_namesakes=adds_namesakes)
        if expected is not None and plan.fingerprint != expected:
            raise Refused(RefusalCode.WRONG_STAGE, CHANGED_MEANWHILE)
        given = {row.code for row in plan.rows if row.code}
        writing = Writing(practice, into, given, actor, this_moment())
        created = [writing.created(row) for row in plan.having(ImportVerdict.CREATED)]
        changed = [(row.client, writing.changed(row)) for row in plan.having(ImportVerdict.CHANGED) if row.client]
        await imports.insert_clients(session, created)
        if not await imports.change_clients(session, practice.id, changed):
            raise Refused(RefusalCode.WRONG_STAGE, CHANGED_MEANWHILE)
        session.add(practice)
        await session.flush()
        await events.record(session, writing.told)
        return plan


async def _into(
    session: AsyncSession, practice: Practice, actor: Actor, clients: Sequence[KnownClient] | None = None
) -> ImportInto:
    """The practice as an import finds it; with these clients where they are not to be read."""
    return ImportInto(
        clients=await imports.known_clients(session, practice.id) if clients is None else clients,
        people=tuple(await imports.people_of(session, practice.id)),
        teams=tuple((team_id, name) for team_id, name in await teams_there(session, practice.id)),
        has_teams=practice.plan is Plan.ADVANCED,
        allowance=practice.client_allowance,
        importer_id=actor.colleague_id,
        why_not_add=await why_not(session, actor),
    )


def columns_of(sheet: Sheet, wanted: Sequence[str] = ()) -> Columns:
    """The columns of a list by their headings, with those that somebody has named instead.

    Args:
        sheet: The list.
        wanted: Each as ``code=Client ref``; ``code=`` says that there is none.

    Raises:
        Refused: One is not of this form, no field of ours, or no heading of the list; or no column is ours.
    """
    named = {}
    for one in wanted:
        field, is_named, heading = one.partition("=")
        if not is_named or field.strip() not in set(ImportField):
            told = f"Write a column as FIELD=HEADING, with one of these fields: {', '.join(ImportField)}."
            raise Refused(RefusalCode.INVALID, told, field="column")
        named[ImportField(field.strip())] = heading
    try:
        columns = chosen(sheet.headings, named)
    except LookupError as unknown:
        there = ", ".join(labelled(sheet.headings)[:20])
        told = f"There is no column {unknown.args[0]!r}. The list has: {there}."
        raise Refused(RefusalCode.INVALID, told, field="column") from None
    if not columns:
        there = ", ".join(labelled(sheet.headings)[:20])
        told = f"None of the columns is known by its heading ({there}). Say which is which, such as name=HEADING."
        raise Refused(RefusalCode.INVALID, told, field="column")
    return columns
