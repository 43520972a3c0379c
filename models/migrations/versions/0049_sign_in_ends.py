"""Warnings before sign-ins end for good, each once."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_end_warnings",
        sa.Column("connection_id", sa.Uuid(), primary_key=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("warning", sa.String(10), primary_key=True),
        sa.Column("warned_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("sign_in_end_warnings")
