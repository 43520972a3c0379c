"""A run that waits for the provider's limit on the whole app says until when: people see why nothing moves."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True))
