"""A run lists all that a login reaches, and marks what was allowed in its own sign-ins."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "run_organisations", sa.Column("is_just_allowed", sa.Boolean(), nullable=False, server_default=sa.false())
    )
