"""What is wrong with a value that came from outside, as a sentence for people.

The texts of validators and parsers change with their versions and are never shown. Each known kind of mistake has a
sentence here; an unknown kind gets a general one. Sentences of our own validators are shown as they are.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

UNUSABLE: Final = "This cannot be used here."
WHOLE_NUMBER: Final = "Give a whole number."
_NUMBER: Final = "Give a number."
_YES_OR_NO: Final = "Say true or false."
_TEXT: Final = "Give text."
_ID: Final = "This is not an id of ours."
_MOMENT: Final = "Give a day and a time with its zone, such as 2026-11-28T09:30:00Z."
_DURATION: Final = "Give seconds, such as 90, or a duration such as PT1H30M."
_LIST: Final = "Give a list."
_OBJECT: Final = "Give an object with its fields."

_SENTENCES: Final[Mapping[str, str]] = {
    "missing": "This is needed.",
    "extra_forbidden": "There is no such field.",
    "json_invalid": "This is not valid JSON.",
    "json_type": "This is not valid JSON.",
    "none_required": "Leave this out.",
    "string_type": _TEXT,
    "string_unicode": _TEXT,
    "string_pattern_mismatch": "This is not of the form that is needed here.",
    "int_type": WHOLE_NUMBER,
    "int_parsing": WHOLE_NUMBER,
    "int_parsing_size": WHOLE_NUMBER,
    "int_from_float": WHOLE_NUMBER,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _YES_OR_NO,
    "bool_parsing": _YES_OR_NO,
    "uuid_type": _ID,
    "uuid_parsing": _ID,
    "uuid_version": _ID,
    "timezone_aware": _MOMENT,
    "timezone_naive": _MOMENT,
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "datetime_object_invalid": _MOMENT,
    "time_delta_type": _DURATION,
    "time_delta_parsing": _DURATION,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "iterable_type": _LIST,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "dict_type": _OBJECT,
    "dataclass_type": _OBJECT,
}
_LIMITS: Final[Mapping[str, str]] = {
    "greater_than": "Give more than {gt}.",
    "greater_than_equal": "Give {ge} or more.",
    "less_than": "Give less than {lt}.",
    "less_than_equal": "Give {le} or less.",
    "string_too_short": "Give {min_length} characters or more.",
    "string_too_long": "Give {max_length} characters or fewer.",
    "too_short": "Give {min_length} or more.",
    "too_long": "Give {max_length} or fewer.",
    "enum": "Choose one of these: {expected}.",
    "literal_error": "Choose one of these: {expected}.",
}
_OURS: Final = "value_error"


def sentence_of(mistake: Mapping[str, Any]) -> str:
    """Say what is wrong with a value, in one sentence.

    Args:
        mistake: One of ``ValidationError.errors()``.
    """
    kind, facts = str(mistake["type"]), mistake.get("ctx") or {}
    if kind == _OURS:  # raised by a validator of ours, whose words are for people
        plain = str(facts.get("error") or mistake["msg"].removeprefix("Value error, "))
        return f"{plain[:1].upper()}{plain[1:]}".rstrip(".") + "."
    if kind == "string_too_short" and facts.get("min_length") == 1:
        return "This must not be empty."
    if kind in _LIMITS:
        try:
            return _LIMITS[kind].format(**facts).replace("'", "")
        except (KeyError, IndexError):
            return UNUSABLE
    return _SENTENCES.get(kind, UNUSABLE)


def first_of(error: ValidationError) -> tuple[str | None, str]:
    """The path of the first wrong field, such as ``organisations.3.team_id``, and a sentence on what is wrong.

    Args:
        error: Any validation error.

    Returns:
        The path (None when the whole input is wrong), and the sentence.
    """
    first = error.errors(include_input=False, include_url=False)[0]
    return ".".join(str(step) for step in first["loc"]) or None, sentence_of(first)
