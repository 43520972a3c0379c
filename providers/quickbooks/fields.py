"""Reads what several of QuickBooks' records have in common: references, names of what is out of use, and states."""

import re
from datetime import datetime

from providers.kit.json_values import Record, flag, moment, nested, text

_DELETED = re.compile(r" \(deleted\)(?=:|$)")
"""What QuickBooks puts behind a name, and into the names of all below it, when a record is made inactive."""


def reference(value: object) -> str | None:
    """The id that a reference names; what it shows as a name is never compared."""
    return text(nested(value).get("value"))


def is_inactive(record: Record) -> bool:
    """Whether a record is out of use. QuickBooks deletes no list's records, and some have no such mark."""
    return flag(record.get("Active")) is False


def status_of(record: Record) -> str:
    """The same in a word."""
    return "inactive" if is_inactive(record) else "active"


def name_of(record: Record, *fields: str) -> str:
    """The first name among these fields; of an inactive record without the ending that QuickBooks has given it."""
    name = next((name for field in fields if (name := text(record.get(field)))), "")
    return _DELETED.sub("", name) if is_inactive(record) else name


def changed_at(record: Record) -> datetime | None:
    """When it was last changed."""
    return moment(nested(record.get("MetaData")).get("LastUpdatedTime"))
