"""Answers in XML, which is what Intuit writes for whoever does not ask for JSON."""

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "http://schema.intuit.com/finance/v3"
_ATTRIBUTES = frozenset(
    {
        "bId",
        "code",
        "domain",
        "element",
        "maxResults",
        "name",
        "size",
        "sparse",
        "startPosition",
        "status",
        "totalCount",
    }
)
_ONE_ATTRIBUTE = frozenset({"type"})


def document(told: Mapping[str, object], time: str) -> bytes:
    """A whole document.

    Args:
        told: What the JSON of the same answer has, without its time.
        time: When it was written.
    """
    inside = "".join(_written(name, value) for name, value in told.items() if name != "time")
    opening = f"<IntuitResponse xmlns={quoteattr(NAMESPACE)} time={quoteattr(time)}>"
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{opening}{inside}</IntuitResponse>'.encode()


def _written(name: str, value: object) -> str:
    if isinstance(value, list):
        return "".join(_written(name, one) for one in value)
    if not isinstance(value, dict):
        return f"<{name}>{escape(_text(value))}</{name}>"
    attributes = {one for one in value if one in _ATTRIBUTES or (one in _ONE_ATTRIBUTE and name == "Fault")}
    opened = "".join(f" {one}={quoteattr(_text(value[one]))}" for one in value if one in attributes)
    parts = {one: part for one, part in value.items() if one not in attributes}
    inside = escape(_text(parts["value"])) if set(parts) == {"value"} else _parts(parts)
    return f"<{name}{opened}>{inside}</{name}>"


def _parts(parts: Mapping[str, object]) -> str:
    return "".join(_written(name, value) for name, value in parts.items())


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
