"""What somebody had chosen on a run's page when they left it for another sign-in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "choice_drafts",
        sa.Column("run_id", sa.String(120), sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("colleague_id", sa.Uuid(), sa.ForeignKey("colleagues.id"), primary_key=True),
        sa.Column("form", JSONB(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("choice_drafts")
