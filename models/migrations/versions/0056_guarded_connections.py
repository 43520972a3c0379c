"""Rows of standard information are held to their connection once for each statement, where a key asked for each row."""

from alembic import op
from sqlalchemy import text

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

LISTS = (
    "organisation_profiles",
    "accounts",
    "tax_rates",
    "tracking_categories",
    "items",
    "contacts",
    "currencies",
)

# As a foreign key's checks do, both run with the rights of the owner of the tables. So names are whole, and nobody
# else may hang them on a table of his own.
SAFELY = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp"

# The lock has whoever would delete a connection wait until its rows are committed, and this wait for whoever is just
# deleting it.
OF_ROWS = """
    CREATE FUNCTION {schema}.guard_connection_of_rows() RETURNS trigger {safely} AS $$
    DECLARE
        named uuid[];
        found_ones bigint;
    BEGIN
        IF TG_LEVEL = 'STATEMENT' THEN
            named := ARRAY(SELECT DISTINCT connection_id FROM arrived);
        ELSE
            named := ARRAY[NEW.connection_id];
        END IF;
        PERFORM FROM {schema}.connections WHERE id = ANY (named) ORDER BY id FOR KEY SHARE;
        GET DIAGNOSTICS found_ones = ROW_COUNT;
        IF found_ones <> cardinality(named) THEN
            RAISE foreign_key_violation USING
                MESSAGE = format('rows for "%s" are of a connection that does not exist', TG_TABLE_NAME),
                SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
        END IF;
        RETURN NULL;
    END $$
"""

# Each statement in here sees what others have committed meanwhile, but only in READ COMMITTED: a foreign key looks past
# a transaction's snapshot, which a trigger cannot.
OF_CONNECTIONS = """
    CREATE FUNCTION {schema}.guard_rows_of_connections() RETURNS trigger {safely} AS $$
    DECLARE
        lost uuid[];
        listed text;
        held bigint;
    BEGIN
        IF TG_OP <> 'TRUNCATE' THEN
            IF TG_OP = 'DELETE' THEN
                lost := ARRAY(SELECT id FROM departed);
            ELSE
                lost := ARRAY[OLD.id];
            END IF;
            lost := ARRAY(
                SELECT one FROM unnest(lost) AS one WHERE NOT EXISTS (SELECT FROM {schema}.connections WHERE id = one)
            );
            IF lost = ARRAY[]::uuid[] THEN
                RETURN NULL;
            END IF;
        END IF;
        IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
            RAISE invalid_transaction_state USING
                MESSAGE = 'connections can be deleted in READ COMMITTED only';
        END IF;
        FOREACH listed IN ARRAY TG_ARGV LOOP
            EXECUTE format(
                'SELECT FROM %I.%I WHERE $1 IS NULL OR connection_id = ANY ($1) LIMIT 1 FOR KEY SHARE',
                TG_TABLE_SCHEMA, listed
            ) USING lost;
            GET DIAGNOSTICS held = ROW_COUNT;
            IF held > 0 THEN
                RAISE foreign_key_violation USING
                    MESSAGE = format('a connection still has rows in "%s"', listed),
                    SCHEMA = TG_TABLE_SCHEMA, TABLE = listed, CONSTRAINT = TG_NAME;
            END IF;
        END LOOP;
        RETURN NULL;
    END $$
"""

FUNCTIONS = ("guard_connection_of_rows()", "guard_rows_of_connections()")

ON_LISTS = {
    "guard_connection_of_inserted": """
        AFTER INSERT ON {table} REFERENCING NEW TABLE AS arrived
        FOR EACH STATEMENT EXECUTE FUNCTION {schema}.guard_connection_of_rows()
    """,
    "guard_connection_of_updated": """
        AFTER UPDATE ON {table}
        FOR EACH ROW WHEN (OLD.connection_id IS DISTINCT FROM NEW.connection_id)
        EXECUTE FUNCTION {schema}.guard_connection_of_rows()
    """,
}

ON_CONNECTIONS = {
    "guard_rows_of_deleted": """
        AFTER DELETE ON {table} REFERENCING OLD TABLE AS departed
        FOR EACH STATEMENT EXECUTE FUNCTION {schema}.guard_rows_of_connections({lists})
    """,
    "guard_rows_of_updated": """
        AFTER UPDATE ON {table}
        FOR EACH ROW WHEN (OLD.id IS DISTINCT FROM NEW.id)
        EXECUTE FUNCTION {schema}.guard_rows_of_connections({lists})
    """,
    "guard_rows_of_truncated": """
        AFTER TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION {schema}.guard_rows_of_connections({lists})
    """,
}


def locked() -> str:
    """Lock what is changed in the order in which pulls do, so that neither waits for the other; tell the schema."""
    op.execute(f"LOCK TABLE connections, {', '.join(LISTS)} IN ACCESS EXCLUSIVE MODE")
    found = op.get_bind().scalar(
        text("SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = 'connections'::regclass")
    )
    return str(found)


def upgrade() -> None:
    schema = locked()
    for function in (OF_ROWS, OF_CONNECTIONS):
        op.execute(function.format(schema=schema, safely=SAFELY))
    for function in FUNCTIONS:
        op.execute(f"REVOKE ALL ON FUNCTION {schema}.{function} FROM PUBLIC")
    names = ", ".join(f"'{table}'" for table in LISTS)
    on = [(table, ON_LISTS) for table in LISTS] + [("connections", ON_CONNECTIONS)]
    for table, triggers in on:
        for name, rest in triggers.items():
            whole = f"{schema}.{table}"
            op.execute(f"CREATE TRIGGER {name} {rest.format(table=whole, schema=schema, lists=names)}")
    for table in LISTS:
        op.drop_constraint(f"fk_{table}_connection_id", table, type_="foreignkey")


def downgrade() -> None:
    schema = locked()
    for table in LISTS:
        op.create_foreign_key(f"fk_{table}_connection_id", table, "connections", ["connection_id"], ["id"])
    for table, triggers in [*((table, ON_LISTS) for table in LISTS), ("connections", ON_CONNECTIONS)]:
        for name in triggers:
            op.execute(f"DROP TRIGGER {name} ON {table}")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {schema}.{function}")
