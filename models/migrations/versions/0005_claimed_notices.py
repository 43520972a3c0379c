"""A notice that is being sent is claimed for a while, so that no transaction is open while a mail server answers."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notices", sa.Column("claimed_by", sa.String(length=200), nullable=True))
    op.add_column("notices", sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True))
