"""Managing a connection: its settings, changes of books, troubles and notices."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["colleague_id"], ["colleagues.id"], name=op.f("fk_notices_colleague_id")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_notices_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_notices_dedupe_key")),
    )
    op.create_index(op.f("ix_notices_colleague_id"), "notices", ["colleague_id"], unique=False)
    op.create_index(op.f("ix_notices_practice_id"), "notices", ["practice_id"], unique=False)
    op.create_table(
        "connection_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.Column("old_connection_id", sa.Uuid(), nullable=False),
        sa.Column("new_connection_id", sa.Uuid(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_connection_changes_client_id")),
        sa.ForeignKeyConstraint(["colleague_id"], ["colleagues.id"], name=op.f("fk_connection_changes_colleague_id")),
        sa.ForeignKeyConstraint(
            ["new_connection_id"], ["connections.id"], name=op.f("fk_connection_changes_new_connection_id")
        ),
        sa.ForeignKeyConstraint(
            ["old_connection_id"], ["connections.id"], name=op.f("fk_connection_changes_old_connection_id")
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_connection_changes_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connection_changes")),
    )
    op.create_index(op.f("ix_connection_changes_client_id"), "connection_changes", ["client_id"], unique=False)
    op.create_index(op.f("ix_connection_changes_practice_id"), "connection_changes", ["practice_id"], unique=False)
    op.add_column("connections", sa.Column("is_current", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    op.add_column("connections", sa.Column("trouble_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("connections", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("connections", sa.Column("next_refresh_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("connections", sa.Column("contacts_complete_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("connections", sa.Column("list_names", postgresql.ARRAY(sa.Text()), nullable=True))
    op.add_column("connections", sa.Column("refresh_hours", sa.Integer(), server_default="48", nullable=False))
    op.add_column(
        "connections",
        sa.Column(
            "contacts",
            sa.Enum("both", "suppliers", name="contactschoice", native_enum=False, create_constraint=True, length=40),
            server_default="both",
            nullable=False,
        ),
    )
    op.add_column(
        "connections",
        sa.Column(
            "costs_destination",
            sa.Enum(
                "bills", "spend_money", name="costsdestination", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
    )
    op.add_column(
        "connections",
        sa.Column(
            "costs_status",
            sa.Enum(
                "draft",
                "awaiting_approval",
                "awaiting_payment",
                name="costs_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
    )
    op.add_column(
        "connections",
        sa.Column(
            "sales_destination",
            sa.Enum(
                "invoices",
                "receive_money",
                name="salesdestination",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
    )
    op.add_column(
        "connections",
        sa.Column(
            "sales_status",
            sa.Enum(
                "draft",
                "awaiting_approval",
                "awaiting_payment",
                name="sales_status",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
    )
    op.add_column(
        "connections",
        sa.Column("warns_of_new_suppliers", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.create_index(
        "uq_connections_current", "connections", ["client_id"], unique=True, postgresql_where=sa.text("is_current")
    )
    op.add_column("run_organisations", sa.Column("shown_owner_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_run_organisations_shown_owner_id"), "run_organisations", "colleagues", ["shown_owner_id"], ["id"]
    )
