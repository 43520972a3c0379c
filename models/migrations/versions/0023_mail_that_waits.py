"""A mail that was not taken waits for its next try by itself, and the practice is told of it once."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notices", sa.Column("deferrals", sa.Integer(), server_default="0", nullable=False))
    op.add_column("notices", sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("notices", sa.Column("failure_told_at", sa.DateTime(timezone=True), nullable=True))
    unsent = sa.text("sent_at IS NULL")
    op.create_index("ix_notices_outbox", "notices", ["created_at"], postgresql_where=unsent)
