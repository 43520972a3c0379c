"""Change data capture: what has changed in several entities since a moment, gone records as stubs.

Source: Intuit's page on it. It looks back 30 days, tells at most 1,000 objects of all entities together, and has no
pages: who gets exactly as many does not know what is missing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from emulators.quickbooks.accounting.entities import Entity
from emulators.quickbooks.accounting.selecting import shown_whole
from emulators.quickbooks.records.record import Record

MOST = 1000
LOOKS_BACK = 30 * 86_400
"""Seconds."""


def captured(entities: Sequence[Entity], records: Mapping[str, Sequence[Record]], since: float) -> list[Record]:
    """The ``CDCResponse``.

    Args:
        entities: In the order in which they were asked for.
        records: All that there are, gone ones included, by the entity's name.
        since: Seconds since the epoch.
    """
    told: list[Record] = []
    left = MOST
    for entity in entities:
        changed = [one for one in records[entity.name] if _changed_at(one) >= since][:left]
        left -= len(changed)
        rows = [shown_whole(entity, one) for one in changed]
        told.append({entity.name: rows, "startPosition": 1, "maxResults": len(rows)} if rows else {})
    return [{"QueryResponse": told}]


def _changed_at(record: Record) -> float:
    meta = record.get("MetaData")
    text = str(meta.get("LastUpdatedTime", "")) if isinstance(meta, dict) else ""
    return datetime.fromisoformat(text).timestamp() if text else 0.0
