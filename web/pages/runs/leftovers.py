"""What the reports of *Reconnect all* and *Reassign clients* show besides outcomes. No query, no rule."""

from collections.abc import Mapping
from typing import Final

from contracts.words.runs import Outcome
from starter.actor import Actor
from starter.answers.run_words import MEANS
from starter.answers.views import OFFERS, RunView
from starter.operations import Operations

SOME_KEEP: Final = "They have a new owner. Connections moved with them, except for those named below."

SHOWN: Final = 12
"""Organisations that are named, of each kind; there may be a thousand."""


async def of_reconnect(door: Operations, actor: Actor, report: RunView) -> Mapping[str, object]:
    """Whose login could repair the rest, and which organisations are no client's.

    Args:
        door: All operations.
        actor: Who looks.
        report: The run.
    """
    offered, _ = await door.runs.organisations(
        actor, report.run, OFFERS, limit=SHOWN, is_told_apart=False, is_counted=False
    )
    return {
        "noun": "connection",
        "extra": "runs/reconnect_leftovers.html",
        "shown": SHOWN,
        "unreached": await door.runs.unreached(actor, report.run),
        "offered": [view.organisation.name for view in offered],
    }


async def of_reassign(door: Operations, actor: Actor, report: RunView) -> Mapping[str, object]:
    """Who has the clients now, and which are still read with an old login.

    Args:
        door: All operations.
        actor: Who looks.
        report: The run.
    """
    kept = await door.runs.kept_logins(actor, report.run)
    first, _ = await door.runs.organisations(actor, report.run, limit=1, is_told_apart=False, is_counted=False)
    taker_id = first[0].organisation.owner_id if first else None
    return {
        "noun": "client",
        "extra": "runs/reassign_leftovers.html",
        "kept": kept,
        "kept_ids": {one.client_id for one in kept},
        "means": MEANS | ({Outcome.REASSIGNED: SOME_KEEP} if kept else {}),
        "taker_id": taker_id or report.run.colleague_id,
        "taker": first[0].owner_name if first and taker_id else report.colleague_name,
    }
