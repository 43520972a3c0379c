"""Erasing a client for good: what goes and what stays is shown before, and the record of it after.

Only an archived client can be erased, so that its connection has ended in the ordinary way, at the provider too.
"""

import asyncio
import logging
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.client import Client as Temporal
from temporalio.service import RPCError

from contracts.words.connections import ConnectionStatus
from contracts.words.refusals import RefusalCode, Refused
from models.clients import accounts, erasing
from models.clients.erasing import Erased, Holdings
from models.clients.tables import Client
from models.kit.columns import now
from models.kit.database import Database
from models.kit.sealing import Sealer
from starter.actor import Actor
from starter.clients.finding import is_at_work, locked_or_refused, workflow_ids
from starter.support.temporal_faults import ANSWERS_WITHIN

logger = logging.getLogger(__name__)

NOT_ITS_CODE: Final = "This is not the client's code. Nothing was erased."


@dataclass(frozen=True, slots=True)
class ErasePreview:
    """What erasing a client would delete. Nothing was changed.

    Attributes:
        name: The client's.
        code: Its code, which is typed to confirm.
        holdings: What is stored of it.
        merged: Names and codes of accounts that were merged into it, which go with it.
        refused: Why it cannot be erased just now, with what to do; None where it can.
    """

    name: str
    code: str
    holdings: Holdings
    merged: tuple[str, ...]
    refused: str | None


class Erasing:
    """The operations that erase a client for good.

    Args:
        database: The product's.
        sealer: Seals that nothing is left of a login.
        temporal: Knows whether something of a client is at work, and keeps what its workflows did.
    """

    def __init__(self, database: Database, sealer: Sealer, temporal: Temporal) -> None:
        self._database = database
        self._sealer = sealer
        self._temporal = temporal

    async def preview(self, actor: Actor, client_id: UUID) -> ErasePreview:
        """What erasing would delete, and whether it can be done now.

        Raises:
            Refused: There is no such client in the practice, or Temporal cannot be reached.
        """
        async with self._database.transaction() as session:
            client, *merged = await self._accounts(session, actor, client_id)
            holdings = await erasing.holdings(session, [client, *merged])
            refused = await self._refused(session, actor, [client, *merged])
        others = tuple(f"{one.name}, {one.code}" for one in merged)
        return ErasePreview(client.name, client.code, holdings, others, refused.refusal.message if refused else None)

    async def erased(self, actor: Actor, client_id: UUID) -> Erased | None:
        """The record that a client of the practice was erased; None if it was not, or is another practice's."""
        async with self._database.reading() as session:
            return await erasing.erased(session, actor.practice_id, client_id)

    async def erase(self, actor: Actor, client_id: UUID, code: str) -> Erased:
        """Erase an archived client for good; one that is erased stays so, and its record is given again.

        Args:
            actor: Who asks.
            client_id: Which client.
            code: Its code in any case, as somebody has typed it to confirm.

        Raises:
            Refused: There is no such client in the practice, it is not its code, it is not archived, something of it
                is at work, or Temporal cannot be reached. Nothing was changed.
        """
        record = await self.erased(actor, client_id)
        if record is None:
            record = await self._erase(actor, client_id, code)
        else:
            _check_code(record.code, code)
        return record

    async def _erase(self, actor: Actor, client_id: UUID, code: str) -> Erased:
        at = now()
        async with self._database.transaction() as session:
            await accounts.locked_practice(session, actor.practice_id)  # so that no run connects it meanwhile
            if (record := await erasing.erased(session, actor.practice_id, client_id)) is not None:
                return record  # somebody else was faster
            theirs = await self._accounts(session, actor, client_id)
            _check_code(theirs[0].code, code)
            if (refused := await self._refused(session, actor, theirs)) is not None:
                raise refused
            await erasing.erase(session, self._sealer, theirs, colleague_id=actor.colleague_id, at=at)
        for one in theirs:
            await self._forget_workflows(actor, one)
        return Erased(client_id, theirs[0].code, at, actor.colleague_name)

    async def _accounts(self, session: AsyncSession, actor: Actor, client_id: UUID) -> list[Client]:
        """The client, and after it those that were merged into it; all locked."""
        client = await locked_or_refused(session, actor, client_id)
        return [client, *(one for one in await erasing.accounts_of(session, client) if one.id != client.id)]

    async def _refused(self, session: AsyncSession, actor: Actor, theirs: list[Client]) -> Refused | None:
        """Why a client cannot be erased now; it and its connections are locked from here on."""
        client = theirs[0]
        connections = await erasing.connections_of(session, theirs, is_locked=True)
        if client.archived_at is None:
            return Refused(RefusalCode.WRONG_STAGE, f"Archive {client.name} first: only archived clients are erased.")
        if any(one.is_current and one.status is not ConnectionStatus.DISCONNECTED for one in connections):
            message = f"{client.name} is being disconnected. Erase it once that is done."
            return Refused(RefusalCode.WRONG_STAGE, message)
        if any(one.pull_until is not None and one.pull_until > now() for one in connections):
            return Refused(RefusalCode.WRONG_STAGE, f"{client.name} is being read just now. Try again in a minute.")
        if (runs := await erasing.open_runs(session, theirs)) and (run := runs[0]):
            day = run.created_at.astimezone(actor.time_zone)
            message = (
                f"A run lists {client.name} and has not ended: {run.heading}, begun on {day.day} {day:%B at %H:%M}. "
                "Finish it or stop it first."
            )
            return Refused(RefusalCode.WRONG_STAGE, message)
        for one in theirs:
            if await is_at_work(self._temporal, actor, one):
                message = f"{one.name} is being synchronised or disconnected. Erase it once that is done."
                return Refused(RefusalCode.WRONG_STAGE, message)
        return None

    async def _forget_workflows(self, actor: Actor, client: Client) -> None:
        """Delete what Temporal keeps of the client's own workflows.

        It is asked for after the client was erased. What Temporal does not answer goes when its retention is over.
        """
        ids = ", ".join(f"'{one}'" for one in workflow_ids(actor, client))  # codes have no quotation marks
        try:
            async with asyncio.timeout(ANSWERS_WITHIN.total_seconds()):
                async for found in self._temporal.list_workflows(f"WorkflowId IN ({ids})"):
                    await self._temporal.workflow_service.delete_workflow_execution(
                        DeleteWorkflowExecutionRequest(
                            namespace=self._temporal.namespace,
                            workflow_execution=WorkflowExecution(workflow_id=found.id, run_id=found.run_id),
                        )
                    )
        except (RPCError, TimeoutError) as error:
            logger.warning("workflows of an erased client stay until their retention is over: %s", type(error).__name__)


def _check_code(code: str, typed: str) -> None:
    if typed.strip().casefold() != code.casefold():
        raise Refused(RefusalCode.INVALID, NOT_ITS_CODE, field="code")
