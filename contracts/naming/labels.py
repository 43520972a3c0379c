"""The name for people of any value of a closed set: its own label, or else its word without underscores.

Filters, pills, tables and commands name all values by this, so that no two of them can call one thing differently.
"""

from enum import StrEnum


def label_of(value: object) -> str:
    """The name for people, such as ``Needs reconnect``; empty for None.

    Args:
        value: A member of a set of ours, or its word.
    """
    if value is None:
        return ""
    if isinstance(value, StrEnum):
        label = getattr(value, "label", None)
        if isinstance(label, str):
            return label
        value = value.value
    text = str(value).replace("_", " ").replace("-", " ")
    return f"{text[:1].upper()}{text[1:]}"
