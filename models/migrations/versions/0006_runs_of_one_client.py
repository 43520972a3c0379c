"""A run that is about one client (reconnecting it, changing its books) says which, so that people find both ways."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("client_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_runs_client_id"), "runs", "clients", ["client_id"], ["id"])
    op.create_index(op.f("ix_runs_client_id"), "runs", ["client_id"])
