"""Rows of runs by their client, so that erasing a client reads its own and not everybody's."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_run_organisations_client",
        "run_organisations",
        ["client_id"],
        postgresql_where=sa.text("client_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_run_organisations_client", table_name="run_organisations")
