"""What support staff can do at each stage of each kind of run; only actions that work for that kind. Pure."""

from collections.abc import Mapping

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from contracts.naming.spans import span
    from contracts.words.connections import UNDO_WITHIN
    from contracts.words.runs import Outcome, RunKind, Stage

LEFT_BEHIND = frozenset({Outcome.FAILED, Outcome.UNREACHABLE, Outcome.CHANGED_MEANWHILE})
"""Outcomes of what was asked for and did not come about."""

_ANY: Mapping[Stage, str] = {
    Stage.AWAITING_CONSENT: (
        "Waiting for the colleague to sign in. Nothing to do. To stop the run, press **Request Cancellation**."
    ),
    Stage.LISTING: "Reading what the login reaches. Nothing to do; it usually takes seconds.",
    Stage.AWAITING_SELECTION: "Waiting for the colleague to choose. Nothing is changed until then.",
    Stage.AWAITING_CONFIRMATION: "Waiting for the colleague to confirm. Nothing is changed until then.",
    Stage.CREATING: "Creating client accounts. Nothing to do; it can be cancelled safely at any moment.",
    Stage.REPAIRING: (
        "Trying the new login on each connection that needs repair. A connection keeps the login that it has until the "
        "new one has read the organisation. Nothing to do; it can be cancelled safely at any moment."
    ),
    Stage.REASSIGNING: (
        "Moving clients, each with its login and in one step. A client that waits for the accounting "
        "software's limit is moved as soon as that allows it, which is said below. Nothing to do; it can be cancelled "
        "safely at any moment: what was not moved yet stays with its owner."
    ),
    Stage.PULLING: (
        "Pulling standard information: `pull_clients` reads some clients together, and one that stumbles there is read "
        "again alone, by `pull_client` with its name. A client in trouble is handed to a workflow of its own "
        "(`sync-client-…`, see **Relationships**) and never holds this run up."
    ),
    Stage.FINISHED: ("Nothing is left to do here."),
}

_STILL_TRIED = "A client that is still being tried has a workflow of its own (`sync-client-…`, see **Relationships**)."
_AT_THE_END = "What stands below was so when the run ended; its page shows what has become of it since."

_OF_KIND: Mapping[tuple[RunKind, Stage], str] = {
    (RunKind.ADD_CLIENTS, Stage.AWAITING_SELECTION): (
        "Waiting for the colleague to choose. If they ask you to take all that are new: `clientsync runs select "
        "{run_id} --all-new`; on a machine of one's own the signal `select_organisations` with "
        '`{"all_new": true}` does the same. Nothing is changed until then.'
    ),
    (RunKind.REASSIGN_CLIENTS, Stage.LISTING): (
        "Listing the clients that can be moved. Nothing to do; it usually takes seconds."
    ),
    (RunKind.REASSIGN_CLIENTS, Stage.AWAITING_SELECTION): (
        "Waiting for the colleague to choose. If they ask you to take over all that are listed: `clientsync runs "
        "select {run_id} --all`; on a machine of one's own the signal `select_organisations` with "
        '`{"all_new": true}` does the same. Nothing is changed until then.'
    ),
    (RunKind.CHANGE_CONNECTION, Stage.AWAITING_SELECTION): (
        "Waiting for the colleague to choose one organisation. If they ask you to choose for them: `clientsync runs "
        "select {run_id} -o ID`; `clientsync runs show {run_id} --json` has the ids. Nothing of the client is changed "
        "by it."
    ),
    (RunKind.CHANGE_CONNECTION, Stage.AWAITING_CONFIRMATION): (
        "The new organisation's lists are read, and the colleague is shown what will match. If they ask you to confirm "
        "for them: **Send a Signal** `confirm_change` with no input. Nothing is changed until then."
    ),
    (RunKind.CHANGE_CONNECTION, Stage.PULLING): (
        "Reading the new organisation's lists, to compare them with the present ones. Nothing of the client has "
        "changed. While the accounting software does not answer, it is tried again; the signal `retry_now` tries at "
        "once."
    ),
    (RunKind.CHANGE_CONNECTION, Stage.FINISHED): (
        f"Nothing is left to do here. The change can be undone on the client's page for {span(UNDO_WITHIN)}."
    ),
}

_LEFT: Mapping[RunKind, str] = {
    RunKind.ADD_CLIENTS: (
        "Some failed. Once what is said below is mended, they can be retried alone: *Retry the failed ones* on the "
        "run's page, or `clientsync runs retry {run_id}`."
    ),
    RunKind.RECONNECT_ALL: (
        "Some are left. Once what is said below is mended, let the colleague start *Reconnect all* again, or "
        "*Reconnect* on the client's page: it does only what is left. There is nothing to retry in this run."
    ),
    RunKind.REASSIGN_CLIENTS: (
        "Some were not moved and stay with their owners. Let the colleague start *Reassign clients* again, or an admin "
        "hand over once more: what has moved is not listed again. There is nothing to retry in this run."
    ),
    RunKind.CHANGE_CONNECTION: (
        "The client was not changed. If it still is to be, let the colleague start *Change the connection* on the "
        "client's page again. There is nothing to retry in this run."
    ),
}


def what_to_do(kind: RunKind, stage: Stage, outcomes: Mapping[Outcome, int], run_id: str) -> str:
    """The advice for a run, as Markdown.

    Args:
        kind: The kind of run.
        stage: The run's stage.
        outcomes: Outcomes so far, with counts.
        run_id: The run.
    """
    is_over, is_tried = stage is Stage.FINISHED, bool(outcomes.get(Outcome.RETRYING))
    is_left = is_over and any(outcomes.get(one) for one in LEFT_BEHIND)
    if kind is RunKind.CHANGE_CONNECTION:  # it is about one client, which was linked to the new organisation or not
        is_left = is_over and not outcomes.get(Outcome.LINKED)
    parts = [_LEFT[kind] if is_left else _OF_KIND.get((kind, stage)) or _ANY[stage]]
    if is_over and is_tried:
        parts.append(_STILL_TRIED)
    if is_over and outcomes and (is_left or is_tried):
        parts.append(_AT_THE_END)
    return " ".join(parts).replace("{run_id}", run_id)
