"""What support asks for, beside an event's cause."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("detail", sa.String(200), nullable=True))


def downgrade() -> None:
    op.drop_column("events", "detail")
