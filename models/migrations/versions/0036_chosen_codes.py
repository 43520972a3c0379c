"""The code that was chosen for a client to be created."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run_organisations", sa.Column("wanted_code", sa.String(20), nullable=True))


def downgrade() -> None:
    op.drop_column("run_organisations", "wanted_code")
