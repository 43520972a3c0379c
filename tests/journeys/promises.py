"""What must hold of the rows whenever something has come to its end: looked at after every test that runs workflows.

One statement finds what is broken and what only a running workflow would explain; of that, Temporal is asked whether
the workflow is running. What looked broken is looked at once more, since it may have come to its end in between.

A test that leaves something in the middle on purpose says what and why:
``@pytest.mark.leaves(OPEN_RUN, because="its workflow was stopped from outside")``.
"""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import pytest
from sqlalchemy import text
from temporalio.client import Client

from contracts.words.causes import Cause
from models.kit.database import Database
from runtime.temporal.connection import is_at_work

OPEN_RUN = "an open run has a workflow"
WAITING = "a client that is being tried again has a sync"
LEAVING = "a connection that is being disconnected has a workflow"
LEASE = "a lease has an activity that holds it"
HEALTH = "the health of a connection is its worst receipt or look"
STATUS_EVENT = "a status has its event"
ENDED_RUN = "an ended run has a result, an event, and an outcome for each row"
REPORT = "the message of a run counts its outcomes"
RECEIPT = "a receipt counts its list"
ONE_CONNECTION = "a client with connections has one current connection"
ONE_PRACTICE = "a row refers to its own practice alone"
NOTICE = "a notice is sent within a day"

PROMISES = frozenset(
    {OPEN_RUN, WAITING, LEAVING, LEASE, HEALTH, STATUS_EVENT, ENDED_RUN, REPORT, RECEIPT}
    | {ONE_CONNECTION, ONE_PRACTICE, NOTICE}
)


class Broken(NamedTuple):
    """A promise that does not hold.

    Attributes:
        promise: Which one.
        about: The run, client, connection, login or notice.
        what: What was found.
    """

    promise: str
    about: str
    what: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.about}: {self.what}"


async def broken(database: Database, temporal: Client) -> set[Broken]:
    """Every promise that does not hold now.

    Args:
        database: The product's.
        temporal: Where its workflows run.
    """
    found = await _without_workflow(temporal, await _found(database))
    return found and found & await _without_workflow(temporal, await _found(database))


async def judge(
    request: pytest.FixtureRequest, database: Database, temporal: Client, before: Collection[Broken] = ()
) -> set[Broken]:
    """Fail if a promise does not hold after a test that has passed; its markers say which ones need not.

    Gives all that does not hold, so that it is not held against the next test of the same practice.

    Args:
        request: The test's.
        database: The product's.
        temporal: Where its workflows run.
        before: What others had left when it began.
    """
    found = await broken(database, temporal)
    if request.node.stash.get(HAS_FAILED, False):
        return found
    may_break: set[str] = set()
    for mark in request.node.iter_markers("leaves"):
        assert mark.kwargs.get("because"), "a test that leaves something in the middle says why"
        assert PROMISES.issuperset(mark.args), f"{mark.args} are not among the promises"
        may_break.update(mark.args)
    blamed = sorted(one for one in found if one.promise not in may_break and one not in before)
    if blamed:
        pytest.fail("\n".join(["left behind:", *map(str, blamed)]), pytrace=False)
    return found


HAS_FAILED = pytest.StashKey[bool]()
"""Whether a test, or what was set up for it, has failed."""


async def _found(database: Database) -> list[tuple[Broken, tuple[str, ...]]]:
    async with database.session() as session:
        rows = (await (await session.connection()).execute(_LOOK)).all()
    return [(Broken(promise, about, what or ""), tuple(workflows or ())) for promise, about, what, workflows in rows]


async def _without_workflow(temporal: Client, found: Sequence[tuple[Broken, tuple[str, ...]]]) -> set[Broken]:
    """Those that no running workflow explains."""
    asked = sorted({workflow for _, workflows in found for workflow in workflows})
    answers = dict(zip(asked, await asyncio.gather(*(is_at_work(temporal, one) for one in asked)), strict=True))
    return {one for one, workflows in found if not any(answers[workflow] for workflow in workflows)}


def _values(causes: Iterable[Cause]) -> str:
    """Each cause with its rank, the worst first, and the status that it gives a connection."""
    ranked = [
        *(cause for cause in causes if cause.needs_person),
        *(cause for cause in Cause if not cause.needs_person and not cause.is_transient),
        *(cause for cause in Cause if cause.is_transient),
    ]
    return ", ".join(f"('{cause}', {rank}, '{_STATUS.get(cause, 'connected')}')" for rank, cause in enumerate(ranked))


_STATUS = {
    **dict.fromkeys(
        (
            *(Cause.SIGNED_OUT, Cause.ACCESS_LOST, Cause.DISCONNECTED_AT_PROVIDER),
            *(Cause.PERMISSION_MISSING, Cause.ROLE_TOO_LOW, Cause.WRONG_ORGANISATION),
        ),
        "needs_reconnect",
    ),
    **dict.fromkeys((Cause.SUBSCRIPTION_ENDED, Cause.CONNECTION_CAP_REACHED), "needs_client"),
}
"""Said again here, so that the product's own word for it is judged too."""

_STORED = {
    "organisation": ("organisation_profiles", "true"),
    "accounts": ("accounts", "true"),
    "bank_accounts": ("accounts", "is_bank_account"),
    "tax_rates": ("tax_rates", "true"),
    "tracking_categories": ("tracking_categories", "true"),
    "items": ("items", "true"),
    "suppliers": ("contacts", "in_suppliers"),
    "customers": ("contacts", "in_customers"),
    "currencies": ("currencies", "true"),
}
"""Of each list: its table, and which of its rows."""

_ORDER = (
    *("created", "linked", "already_client", "failed", "retrying", "skipped"),
    *("repaired", "healthy", "unreachable", "reassigned", "changed_meanwhile"),
)
"""In which a run's message counts outcomes."""

_COUNTS = " UNION ALL ".join(
    f"SELECT connection_id, '{name}' AS list_name, count(*) AS rows FROM {table}"  # noqa: S608  # our own words
    f" WHERE gone_at IS NULL AND {which} GROUP BY connection_id"
    for name, (table, which) in _STORED.items()
)

_LOOK = text(f"""
WITH ranks (cause, rank, status) AS (VALUES {_values(Cause)}),
living AS (
    SELECT c.*, k.code, p.slug FROM connections c
    JOIN clients k ON k.id = c.client_id JOIN practices p ON p.id = c.practice_id
    WHERE c.status NOT IN ('disconnecting', 'disconnected')
),
said AS (
    SELECT l.id, l.look_cause AS cause, false AS of_a_list FROM living l WHERE l.look_cause IS NOT NULL
    UNION ALL
    SELECT l.id, r.cause, r.list_name <> 'organisation' AND r.cause = 'role_too_low'
    FROM living l JOIN receipts r ON r.connection_id = l.id
    WHERE r.cause IS NOT NULL AND (r.cause <> 'not_on_plan' OR r.list_name = 'organisation')
      AND (l.list_names IS NULL OR r.list_name = 'organisation' OR r.list_name = ANY(l.list_names))
),
worst AS (
    SELECT DISTINCT ON (said.id) said.id, said.cause, CASE WHEN said.of_a_list THEN 'connected' ELSE ranks.status END
        AS status
    FROM said LEFT JOIN ranks USING (cause) ORDER BY said.id, said.of_a_list, ranks.rank
),
told AS (
    SELECT DISTINCT ON (e.connection_id) e.connection_id, e.after FROM events e
    WHERE e.kind IN ('connection.connected', 'connection.needs_reconnect', 'connection.needs_client',
                     'connection.trouble')
      AND e.after IN ('connected', 'needs_reconnect', 'needs_client')
    ORDER BY e.connection_id, e.id DESC
),
counts AS (
    SELECT run_id, '{{{",".join(_ORDER)}}}'::text[] AS names, outcome, count(*) AS number
    FROM run_organisations WHERE outcome IS NOT NULL GROUP BY run_id, outcome
),
messages AS (
    SELECT run_id, string_agg(number || ' ' || replace(outcome, '_', ' '), ' · '
                              ORDER BY array_position(names, outcome::text)) AS message
    FROM counts GROUP BY run_id
),
stored AS ({_COUNTS})
SELECT '{OPEN_RUN}', id, stage::text, ARRAY[id::text] FROM runs WHERE stage <> 'finished'
UNION ALL
SELECT '{WAITING}', o.run_id || ' ' || o.name, o.cause::text,
       ARRAY['sync-client-' || p.slug || '-' || k.code, o.run_id]
FROM run_organisations o JOIN clients k ON k.id = o.client_id JOIN practices p ON p.id = k.practice_id
WHERE o.outcome = 'retrying'
UNION ALL
SELECT '{LEAVING}', c.organisation_name, c.status::text, ARRAY['disconnect-client-' || p.slug || '-' || k.code]
FROM connections c JOIN clients k ON k.id = c.client_id JOIN practices p ON p.id = k.practice_id
WHERE c.status = 'disconnecting'
UNION ALL
SELECT '{LEASE}', organisation_name, 'is held by ' || coalesce(pull_holder, 'nobody'), ARRAY[pull_holder]
FROM connections WHERE pull_holder IS NOT NULL
UNION ALL
SELECT '{LEASE}', organisation_name, 'lasts, and nobody holds it', NULL
FROM connections WHERE pull_holder IS NULL AND pull_until IS NOT NULL
UNION ALL
SELECT '{LEASE}', label, 'is held by ' || refresh_holder, NULL FROM grants
WHERE refresh_holder IS NOT NULL OR refresh_until IS NOT NULL
UNION ALL
SELECT '{HEALTH}', l.organisation_name,
       concat_ws(' ', l.status, 'for', coalesce(l.cause, 'no cause'), 'and not', coalesce(w.status, 'connected'), 'for',
                 coalesce(w.cause, 'no cause')), NULL
FROM living l LEFT JOIN worst w USING (id)
WHERE l.cause IS DISTINCT FROM w.cause OR l.status <> coalesce(w.status, 'connected')
UNION ALL
SELECT '{HEALTH}', organisation_name, 'its trouble has a cause without a moment, or a moment without a cause', NULL
FROM living WHERE (cause IS NULL) <> (trouble_since IS NULL)
UNION ALL
SELECT '{STATUS_EVENT}', l.organisation_name, l.status || ', and told last was ' || coalesce(told.after, 'nothing'),
       NULL
FROM living l LEFT JOIN told ON told.connection_id = l.id
WHERE l.is_current AND l.status <> coalesce(told.after, 'connected')
UNION ALL
SELECT '{ENDED_RUN}', r.id, 'no outcome for ' || o.name, NULL
FROM runs r JOIN run_organisations o ON o.run_id = r.id
WHERE r.stage = 'finished' AND o.outcome IS NULL AND (r.kind <> 'reconnect-all' OR o.connection_id IS NOT NULL)
UNION ALL
SELECT '{ENDED_RUN}', r.id, concat_ws(' ', r.result, r.finished_at, 'with', count(e.id), 'events of its end'), NULL
FROM runs r LEFT JOIN events e ON e.run_id = r.id AND e.kind = 'run.finished'
WHERE r.stage = 'finished' GROUP BY r.id HAVING r.result IS NULL OR r.finished_at IS NULL OR count(e.id) = 0
UNION ALL
SELECT '{REPORT}', r.id, concat(r.message, ', and there are ', m.message), NULL
FROM runs r JOIN messages m ON m.run_id = r.id
WHERE r.stage = 'finished' AND r.kind IN ('add-clients', 'reconnect-all')
  AND r.result IN ('completed', 'completed_with_failures') AND r.message IS DISTINCT FROM m.message
UNION ALL
SELECT '{RECEIPT}', c.organisation_name, concat(r.list_name, ' says ', r.rows, ', and there are ', coalesce(s.rows, 0)),
       NULL
FROM receipts r JOIN connections c ON c.id = r.connection_id
LEFT JOIN stored s ON s.connection_id = r.connection_id AND s.list_name = r.list_name
WHERE r.pulled_at IS NOT NULL AND r.rows <> coalesce(s.rows, 0)
UNION ALL
SELECT '{ONE_CONNECTION}', k.code, 'has ' || count(*) FILTER (WHERE c.is_current), NULL
FROM clients k JOIN connections c ON c.client_id = k.id WHERE k.erased_at IS NULL GROUP BY k.id
HAVING count(*) FILTER (WHERE c.is_current) <> 1
UNION ALL
SELECT '{ONE_PRACTICE}', c.organisation_name, 'the client is another practice''s', NULL
FROM connections c JOIN clients k ON k.id = c.client_id WHERE k.practice_id <> c.practice_id
UNION ALL
SELECT '{ONE_PRACTICE}', o.run_id, o.name || ' is another practice''s client', NULL
FROM run_organisations o JOIN runs r ON r.id = o.run_id
LEFT JOIN clients k ON k.id = o.client_id LEFT JOIN connections c ON c.id = o.connection_id
WHERE k.practice_id <> r.practice_id OR c.practice_id <> r.practice_id
UNION ALL
SELECT '{ONE_PRACTICE}', e.kind, 'an event of a client of another practice', NULL
FROM events e LEFT JOIN clients k ON k.id = e.client_id LEFT JOIN runs r ON r.id = e.run_id
WHERE k.practice_id <> e.practice_id OR r.practice_id <> e.practice_id
UNION ALL
SELECT '{NOTICE}', n.subject, 'written ' || n.created_at, NULL
FROM notices n JOIN colleagues p ON p.id = n.colleague_id
WHERE n.sent_at IS NULL AND n.created_at < now() - interval '1 day' AND p.deactivated_at IS NULL
""")  # noqa: S608  # our own words
