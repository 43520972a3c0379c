"""When a client was erased for good and by whom, and into which account another one was merged.

A code is unique among clients that were not erased: the record keeps the code, and another client may have it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clients", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("clients", sa.Column("erased_by_id", sa.Uuid(), nullable=True))
    op.add_column("clients", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_clients_erased_by_id"), "clients", "colleagues", ["erased_by_id"], ["id"])
    op.create_foreign_key(op.f("fk_clients_merged_into_id"), "clients", "clients", ["merged_into_id"], ["id"])
    op.create_index(op.f("ix_clients_merged_into_id"), "clients", ["merged_into_id"])
    op.create_check_constraint(
        op.f("ck_clients_ended_is_archived"),
        "clients",
        "archived_at IS NOT NULL OR (erased_at IS NULL AND merged_into_id IS NULL)",
    )
    op.drop_constraint("uq_clients_practice_id_code", "clients", type_="unique")
    is_there = sa.text("erased_at IS NULL")
    op.create_index("uq_clients_code", "clients", ["practice_id", "code"], unique=True, postgresql_where=is_there)
