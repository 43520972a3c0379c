"""Views of the client list that colleagues keep under a name, and share with their practice."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("practice_id", sa.Uuid(), sa.ForeignKey("practices.id"), nullable=False),
        sa.Column("owner_id", sa.Uuid(), sa.ForeignKey("colleagues.id"), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("query", JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_saved_views_practice_id", "saved_views", ["practice_id"])
    op.create_index("uq_saved_views_owner_name", "saved_views", ["owner_id", sa.text("lower(name)")], unique=True)
    op.create_index(
        "uq_saved_views_shared_name",
        "saved_views",
        ["practice_id", sa.text("lower(name)")],
        unique=True,
        postgresql_where=sa.text("is_shared"),
    )


def downgrade() -> None:
    op.drop_table("saved_views")
