"""Where long lists of items wait, as those of contacts do, until all of them is read."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staged_items",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("list_name", sa.String(40), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("name", "description", "purchase_description")),
        *(
            sa.Column(f"is_{name}", sa.Boolean(), nullable=True)
            for name in ("sold", "purchased", "tracked_as_inventory")
        ),
        *_priced("sales"),
        *_priced("purchase"),
        sa.Column("quantity_on_hand", sa.Numeric(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("record", sa.Text(), nullable=False),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_staged_items_key", "staged_items", ["connection_id", "list_name", "key"])


def _priced(name: str) -> tuple[sa.Column[object], ...]:
    return (
        sa.Column(f"{name}_price", sa.Numeric(), nullable=True),
        sa.Column(f"{name}_account_code", sa.Text(), nullable=True),
        sa.Column(f"{name}_tax_type", sa.Text(), nullable=True),
    )


def downgrade() -> None:
    # What the release before could neither go on with nor forget: each night it would stumble over it.
    op.execute("DELETE FROM stagings WHERE list_name = 'items'")
    op.drop_table("staged_items")
