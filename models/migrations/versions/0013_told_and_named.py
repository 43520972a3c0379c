"""A notice knows which connections it tells of, until it is sent; a run knows that it is a hand-over."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notices", sa.Column("tells_of", postgresql.JSONB(), nullable=True))
    op.add_column("runs", sa.Column("is_hand_over", sa.Boolean(), nullable=False, server_default=sa.false()))
