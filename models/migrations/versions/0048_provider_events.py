"""Events of which providers told us by themselves, each once."""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_events",
        sa.Column("provider", sa.String(20), primary_key=True),
        sa.Column("event_id", sa.String(160), primary_key=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_connections_organisation", "connections", ["provider", "organisation_id"])


def downgrade() -> None:
    op.drop_index("ix_connections_organisation", "connections")
    op.drop_table("provider_events")
