"""Indexes on the references to connections: one that was only read for a preview is deleted, and looked for in each.

They are built in the transaction of the upgrade, so that ``events`` takes no rows for as long as that takes: about a
second for each million.
"""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_events_connection_id", "events", ["connection_id"])
    for column in ("old_connection_id", "new_connection_id"):
        op.create_index(f"ix_connection_changes_{column}", "connection_changes", [column])
