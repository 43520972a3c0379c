"""Links by which a client's own people sign in for it; one sign-in by each succeeds."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "client_links",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("practice_id", sa.Uuid(), sa.ForeignKey("practices.id"), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), sa.ForeignKey("colleagues.id"), nullable=False),
        sa.Column("client_id", sa.Uuid(), sa.ForeignKey("clients.id"), nullable=False),
        sa.Column("provider", sa.String(20), nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=False),
        sa.Column("was_ended", sa.Boolean(), nullable=False),
        sa.Column("run_id", sa.String(120), sa.ForeignKey("runs.id"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Uuid(), sa.ForeignKey("colleagues.id"), nullable=True),
    )
    for column in ("practice_id", "colleague_id", "client_id"):
        op.create_index(f"ix_client_links_{column}", "client_links", [column])
    op.add_column(
        "consent_attempts", sa.Column("client_link_id", sa.Uuid(), sa.ForeignKey("client_links.id"), nullable=True)
    )
    op.create_index("ix_consent_attempts_client_link_id", "consent_attempts", ["client_link_id"])
    op.create_table(
        "client_link_uses",
        sa.Column("link_id", sa.Uuid(), sa.ForeignKey("client_links.id"), primary_key=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("consent_attempts", "client_link_id")
    op.drop_table("client_link_uses")
    op.drop_table("client_links")
