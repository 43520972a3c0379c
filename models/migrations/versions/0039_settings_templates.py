"""The settings with which a practice makes connections, remembered; and those of a run."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "settings_templates",
        sa.Column("practice_id", sa.Uuid(), sa.ForeignKey("practices.id"), primary_key=True),
        sa.Column("provider", sa.String(20), primary_key=True),
        sa.Column("settings", JSONB(), nullable=False),
    )
    op.add_column("runs", sa.Column("client_settings", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("runs", "client_settings")
    op.drop_table("settings_templates")
