"""Who of the colleagues may add clients: everybody who is there may, and an admin always."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("colleagues", sa.Column("may_add_clients", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_check_constraint("ck_colleagues_admins_add_clients", "colleagues", "may_add_clients OR role <> 'admin'")


def downgrade() -> None:
    op.drop_constraint("ck_colleagues_admins_add_clients", "colleagues")
    op.drop_column("colleagues", "may_add_clients")
