"""Makes the database log every change of state itself, with the transaction that made it.

The log is written by triggers that are not the product's, so it also has what the product forgets to record.
``torture.checker.history`` reads it.
"""

import asyncpg

WATCHED = {
    "runs": "NEW.id",
    "run_organisations": "NEW.run_id || ' ' || NEW.organisation_id",
    "connections": "NEW.id::text",
    "grants": "NEW.id::text",
    "clients": "NEW.id::text",
    "events": "NEW.id::text",
}
"""Tables, and what names a row of each."""

_COLUMNS = {
    "runs": "stage result practice_id",
    "run_organisations": "outcome cause client_id connection_id action",
    "connections": "status cause is_current client_id grant_id organisation_id",
    "grants": "status generation account_key",
    "clients": "owner_id",
    "events": "kind cause before after client_id connection_id run_id practice_id",
}
"""Of each table, what is written down."""

_SECRET = {"grants": ", 'tokens', md5({row}.sealed_secret)"}
"""Of token sets only whether they are others."""


async def begin(url: str) -> None:
    """Make the database log all changes from now on.

    Args:
        url: Address of the product's database, with all of its tables.
    """
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(_LOG)
        for table, key in WATCHED.items():
            await connection.execute(_trigger(table, key))
    finally:
        await connection.close()


_CHANGED = {"grants": "OLD.refresh_holder IS DISTINCT FROM NEW.refresh_holder"}
"""What is written down besides, though no shown column has changed."""

_PAIR = {
    "grants": " || jsonb_build_object('took_over', coalesce("
    "OLD.refresh_holder <> NEW.refresh_holder AND OLD.refresh_until > clock_timestamp(), false))"
}
"""What only both versions of a row tell: whether a login's lease was taken from somebody whose time was not over."""

_LOG = """
    CREATE SCHEMA torture;
    CREATE TABLE torture.log (
        id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
        tx xid8 NOT NULL DEFAULT pg_current_xact_id(), what text NOT NULL, key text NOT NULL, before jsonb, after jsonb
    );
"""


def _trigger(table: str, key: str) -> str:
    before, after = _shown(table, "OLD"), _shown(table, "NEW")
    return f"""
        CREATE FUNCTION torture.of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                INSERT INTO torture.log (what, key, after) VALUES ('{table}', {key}, {after});
            ELSIF {before} IS DISTINCT FROM {after} OR {_CHANGED.get(table, "false")} THEN
                INSERT INTO torture.log (what, key, before, after)
                    VALUES ('{table}', {key}, {before}, {after}{_PAIR.get(table, "")});
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER torture_{table} AFTER INSERT OR UPDATE ON {table}
            FOR EACH ROW EXECUTE FUNCTION torture.of_{table}();
    """  # noqa: S608  # put together from the words above


def _shown(table: str, row: str) -> str:
    pairs = ", ".join(f"'{column}', {row}.{column}" for column in _COLUMNS[table].split())
    return f"jsonb_build_object({pairs}{_SECRET.get(table, '').format(row=row)})"
