"""A connection's health is computed from its lists' receipts and the last look, which is kept apart from them.

``needs_client`` is what no sign-in of ours repairs. What an earlier version called healthy although a chosen list had
failed says so from now on.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_STATUSES = "'connected', 'needs_reconnect', 'needs_client', 'disconnecting', 'disconnected'"
_SIGN_IN = "'signed_out', 'access_lost', 'disconnected_at_provider', 'permission_missing', 'wrong_organisation'"
_SOMETHING_ELSE = "'subscription_ended', 'connection_cap_reached'"
_WORST_FIRST = (
    "'signed_out', 'access_lost', 'disconnected_at_provider', 'subscription_ended', 'permission_missing', "
    "'wrong_organisation', 'connection_cap_reached', 'unknown', 'rate_limited', 'provider_unavailable'"
)


def upgrade() -> None:
    op.add_column("connections", sa.Column("listed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("connections", sa.Column("look_cause", sa.String(length=40), nullable=True))
    op.add_column("connections", sa.Column("look_detail", sa.String(length=200), nullable=True))
    op.drop_constraint(op.f("ck_connections_connectionstatus"), "connections", type_="check")
    op.create_check_constraint(op.f("ck_connections_connectionstatus"), "connections", f"status IN ({_STATUSES})")
    # What no failed list says was found by a look.
    op.execute(
        """
        UPDATE connections c SET look_cause = c.cause, look_detail = c.cause_detail
        WHERE c.cause IS NOT NULL
          AND NOT EXISTS (SELECT FROM receipts r WHERE r.connection_id = c.id AND r.cause = c.cause)
        """
    )
    op.execute(
        f"""
        WITH worst AS (
            SELECT DISTINCT ON (known.id) known.id, known.cause, known.detail FROM (
                SELECT c.id, c.look_cause AS cause, c.look_detail AS detail FROM connections c
                UNION ALL
                SELECT c.id, r.cause, r.cause_detail FROM connections c JOIN receipts r ON r.connection_id = c.id
                WHERE c.list_names IS NULL OR r.list_name = 'organisation' OR r.list_name = ANY(c.list_names)
            ) known
            WHERE known.cause IS NOT NULL
            ORDER BY known.id, array_position(ARRAY[{_WORST_FIRST}], CAST(known.cause AS text))
        )
        UPDATE connections c
        SET cause = worst.cause, cause_detail = worst.detail,
            trouble_since = CASE WHEN c.cause = worst.cause THEN coalesce(c.trouble_since, now()) ELSE now() END,
            status = CASE WHEN worst.cause IN ({_SIGN_IN}) THEN 'needs_reconnect'
                          WHEN worst.cause IN ({_SOMETHING_ELSE}) THEN 'needs_client' ELSE 'connected' END
        FROM worst WHERE worst.id = c.id AND c.status IN ('connected', 'needs_reconnect')
        """  # noqa: S608  # our own words
    )
