"""A practice's own reference of a client."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clients", sa.Column("reference", sa.String(100), nullable=True))
