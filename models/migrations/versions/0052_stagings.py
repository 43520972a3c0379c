"""Where long lists wait, page by page, until all of them is read."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

TEXTS = (
    "contact_number",
    "account_number",
    "company_number",
    "tax_number",
    "default_currency",
    "sales_account_code",
    "purchase_account_code",
    "sales_tax_type",
    "purchase_tax_type",
)


def upgrade() -> None:
    # Unlogged, both of them: after a crash of the server both are empty, and lists are read from their first page.
    op.create_table(
        "stagings",
        sa.Column("connection_id", sa.Uuid(), sa.ForeignKey("connections.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("list_name", sa.String(40), primary_key=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Uuid(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("is_all", sa.Boolean(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "staged_contacts",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("list_name", sa.String(40), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("is_supplier", sa.Boolean(), nullable=False),
        sa.Column("is_customer", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in TEXTS),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("in_suppliers", sa.Boolean(), nullable=False),
        sa.Column("in_customers", sa.Boolean(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        prefixes=["UNLOGGED"],
    )
    op.create_index("ix_staged_contacts_key", "staged_contacts", ["connection_id", "list_name", "key"])


def downgrade() -> None:
    op.drop_table("staged_contacts")
    op.drop_table("stagings")
