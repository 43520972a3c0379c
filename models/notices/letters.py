"""A letter to a colleague as a notice in the outbox. Every mail to a colleague is made here, whatever it is about."""

from datetime import datetime
from typing import Any
from uuid import UUID

from models.practices.tables import Practice
from rules.night.digesting import Letter

_LONGEST_SUBJECT = 200


def notice_of(
    letter: Letter, practice: Practice, colleague_id: UUID, *, kind: str, key: str, at: datetime
) -> dict[str, Any]:
    """The values of a notice; its subject begins with the practice's name, since somebody may be of several.

    Args:
        letter: What it says.
        practice: Whose colleague.
        colleague_id: For whom.
        kind: What it is about.
        key: A second notice with the same one is not written.
        at: This moment.
    """
    return {
        "practice_id": practice.id,
        "colleague_id": colleague_id,
        "kind": kind,
        "subject": f"{practice.name}: {letter.subject}"[:_LONGEST_SUBJECT],
        "body": letter.body,
        "dedupe_key": key,
        "created_at": at,
    }
