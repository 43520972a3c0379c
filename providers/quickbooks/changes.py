"""What has changed in a company since a moment: QuickBooks' change data, one call for all of its lists.

It is complete only for the last 30 days and below 1,000 records over all lists: an answer with as many has been cut.
Tax codes and rates are not in it. Where it is not complete, lists are read whole. Source: Intuit's page on change data
capture.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from contracts.words.causes import Cause
from providers.kit.clock import Clock
from providers.kit.json_values import Record, records_in, text
from providers.kit.reads.shared_reads import SharedReads
from providers.port.credential import CredentialSource
from providers.port.errors import NeedsPerson, Unavailable
from providers.quickbooks.api import PAGE, Calls
from providers.quickbooks.errors import Faulty, fault_of

REACHES_BACK = timedelta(days=29)
"""A day less than Intuit promises, since its clock and ours are two."""

CUT_AT = 1000

_NOT_TOLD = frozenset({Cause.UNKNOWN, Cause.NOT_ON_PLAN})
"""Refusals of the call itself, such as for the sake of one entity in it."""


class Changed(NamedTuple):
    """What changed in one entity.

    Attributes:
        records: Whole records, as they are now.
        deleted: Those that are deleted: their ids alone.
    """

    records: Sequence[Record] = ()
    deleted: Sequence[Record] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether nothing did."""
        return not self.records and not self.deleted


Answer = dict[str, Changed]
"""By entity; one that is not in it has not been told of."""


class ChangeReader:
    """Asks for changes, once for all lists of a pull."""

    def __init__(self, api: Calls, now: Clock) -> None:
        self._api, self._now = api, now
        self._answers = SharedReads[Answer]()

    async def of(
        self, tokens: CredentialSource, realm: str, entity: str, entities: Sequence[str], since: datetime
    ) -> Changed | None:
        """What changed in an entity; None where that cannot be told, so that it has to be read whole.

        Args:
            tokens: The grant.
            realm: The company's id.
            entity: Which one is asked for now; each is given once for an answer, so that a repeat reads it whole.
            entities: All that may be asked for, in one call.
            since: The moment (aware).

        Raises:
            ProviderError: Classified by cause.
        """
        if self._now() - since > REACHES_BACK or entity not in entities:
            return None

        async def load() -> Answer:
            params = {
                "entities": ",".join(entities),
                "changedSince": since.astimezone(UTC).isoformat(timespec="seconds"),
            }
            try:
                return await self._api.get(
                    "/cdc", tokens, realm, lambda answer: changes_in(answer, entities), PAGE.of_changes, params
                )
            except NeedsPerson as error:
                if error.cause not in _NOT_TOLD:
                    raise
                return {}

        answer = await self._answers.get(tokens, f"{realm} {since.isoformat()}", load)
        return answer.pop(entity, None)


def changes_in(answer: Mapping[str, object], entities: Sequence[str]) -> Answer:
    """What an answer tells of each entity; empty where it may have been cut.

    Raises:
        Faulty: A fault stands in it.
        Unavailable: It is no answer about changes.
    """
    outer = answer.get("CDCResponse")
    if not isinstance(outer, list):
        raise Unavailable("/cdc: the answer has no CDCResponse")
    responses = records_in(outer)
    inner = [one for response in responses for one in records_in(response.get("QueryResponse"))]
    for one in (*responses, *inner):
        if fault := fault_of(one):
            raise Faulty(fault)
    found = {entity: [record for one in inner for record in records_in(one.get(entity))] for entity in entities}
    if sum(map(len, found.values())) >= CUT_AT:
        return {}
    return {entity: _told_of(records) for entity, records in found.items()}


def _told_of(records: Sequence[Record]) -> Changed:
    changed, deleted = list[Record](), list[Record]()
    for record in records:
        is_deleted = (text(record.get("status")) or "").lower() == "deleted"
        (deleted if is_deleted else changed).append(record)
    return Changed(changed, deleted)
