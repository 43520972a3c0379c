"""Calls of our whole app that are used up at a provider, until when: once, not at each client that met it."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_limits",
        sa.Column("provider", sa.String(20), primary_key=True),
        sa.Column("window", sa.String(20), primary_key=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("provider_limits")
