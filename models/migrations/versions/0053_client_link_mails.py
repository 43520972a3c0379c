"""Mails with links by which a client's own people sign in; what one says is sealed until it is settled."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

STATES = ("on_its_way", "sent", "refused", "given_up", "not_needed")
STATE = sa.Enum(*STATES, name="mailstate", native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "client_link_mails",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("practice_id", sa.Uuid(), sa.ForeignKey("practices.id"), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), sa.ForeignKey("colleagues.id"), nullable=False),
        sa.Column("client_id", sa.Uuid(), sa.ForeignKey("clients.id"), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("address_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_mail", sa.LargeBinary(), nullable=True),
        sa.Column("state", STATE, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("token_hash", "address_hash"),
    )
    for columns in (("practice_id", "created_at"), ("client_id",)):
        op.create_index(f"ix_client_link_mails_{columns[0]}", "client_link_mails", list(columns))


def downgrade() -> None:
    op.drop_table("client_link_mails")
