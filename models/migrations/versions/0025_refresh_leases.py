"""A lease on a login's token set, so that no connection is held while the provider is asked for a newer one."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("grants", sa.Column("refresh_holder", sa.String(length=64), nullable=True))
    op.add_column("grants", sa.Column("refresh_until", sa.DateTime(timezone=True), nullable=True))
