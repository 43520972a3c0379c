"""Where a passkey was asked for by somebody who is not signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("passkey_challenges", sa.Column("ip", sa.String(64), nullable=True))
    op.create_index("ix_passkey_challenges_ip", "passkey_challenges", ["ip"])
