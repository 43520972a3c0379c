"""Browsers in which somebody has signed in: their attempts are counted by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known_browsers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.Column("mark_hash", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["colleague_id"], ["colleagues.id"], name="fk_known_browsers_colleague_id"),
        sa.PrimaryKeyConstraint("id", name="pk_known_browsers"),
    )
    op.create_index("ix_known_browsers_colleague_id", "known_browsers", ["colleague_id"])
    op.create_index("ix_known_browsers_mark_hash", "known_browsers", ["mark_hash"])
    op.add_column("sign_in_attempts", sa.Column("browser_hash", sa.LargeBinary(), nullable=True))
