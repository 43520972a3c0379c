"""Reads the envelope of Sage's lists: the records of a page, with the counts.

A body that does not look like a success raises ``Unavailable`` and never counts as an empty list, because an empty list
would mark all stored rows as gone.
"""

from typing import NamedTuple

from providers.kit.json_bodies import read_object
from providers.kit.json_values import Record, decimal, records_in
from providers.port.errors import Unavailable


class Envelope(NamedTuple):
    """One page of a list.

    Attributes:
        records: In Sage's order, which is none in particular.
        total: How many records there are over all pages; None if Sage does not say.
        has_next: Whether Sage names a next page. Where it goes is not read: it is a path without host and version in
            one document and a whole address in another.
    """

    records: list[Record]
    total: int | None
    has_next: bool


def envelope(body: bytes) -> Envelope:
    """The page of a list.

    Raises:
        Unavailable: The body is malformed, cut off, or another thing than a list.
    """
    parsed = read_object(body)
    listed = parsed.get("$items")
    if not isinstance(listed, list):
        raise Unavailable("the answer has no $items")
    records = records_in(listed)
    if listed and not records:
        raise Unavailable("the answer lists no records")
    total = decimal(parsed.get("$total"))
    return Envelope(records, None if total is None else int(total), bool(parsed.get("$next")))
