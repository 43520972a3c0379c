"""Records what support staff read of workflows, and tells the practices whose it is."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from models.access import support_reads
from models.kit.columns import now
from models.kit.database import Database
from starter.support.identity import SupportPerson

DEEPEST = 40
"""Levels of a payload that are looked through for whose it is."""


@dataclass(slots=True)
class NamedPractice:
    """The practices that payloads name, by id, short name or run."""

    ids: set[UUID] = field(default_factory=set)
    slugs: set[str] = field(default_factory=set)
    run_ids: set[str] = field(default_factory=set)


class SupportReads:
    """Operations that record what support staff have read.

    Args:
        database: The product's database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, person: SupportPerson, opened: Sequence[bytes]) -> None:
        """Record that a member of support staff read these payloads.

        Args:
            person: The member of support staff.
            opened: The payloads' data, decrypted.
        """
        named = named_in(opened)
        async with self._database.transaction() as session:
            practices = await support_reads.practices_of(session, named.ids, named.slugs, named.run_ids)
            await support_reads.record(
                session,
                subject=person.subject,
                name=person.name,
                payloads=len(opened),
                practices=practices,
                at=now(),
            )


def named_in(opened: Sequence[bytes]) -> NamedPractice:
    """The practices that payloads name, as far as they do."""
    named = NamedPractice()
    for data in opened:
        try:
            value: object = json.loads(data)
        except (ValueError, RecursionError):  # a piece of text, or nothing
            continue
        for name, found in _texts(value, DEEPEST):
            text = found.replace("\x00", "")
            if name == "practice_id":
                try:
                    named.ids.add(UUID(text))
                except ValueError:
                    continue
            elif name == "practice_slug":
                named.slugs.add(text)
            elif name == "run_id":
                named.run_ids.add(text)
    return named


def _texts(value: object, deepest: int) -> Iterator[tuple[str, str]]:
    """Every name and text in a JSON value, down to a depth of ``deepest``."""
    if deepest == 0:
        return
    if isinstance(value, dict):
        for name, one in value.items():
            if isinstance(one, str):
                yield name, one
            else:
                yield from _texts(one, deepest - 1)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one, deepest - 1)
