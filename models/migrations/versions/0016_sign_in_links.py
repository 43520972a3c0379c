"""A sign-in is finished in the browser in which it was begun; links at which somebody else signs in."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.String(length=120), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name="fk_sign_in_links_practice_id"),
        sa.ForeignKeyConstraint(["colleague_id"], ["colleagues.id"], name="fk_sign_in_links_colleague_id"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name="fk_sign_in_links_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_links"),
        sa.UniqueConstraint("token_hash", name="uq_sign_in_links_token_hash"),
    )
    for column in ("practice_id", "colleague_id", "run_id"):
        op.create_index(f"ix_sign_in_links_{column}", "sign_in_links", [column])
    op.add_column("consent_attempts", sa.Column("link_id", sa.Uuid(), nullable=True))
    op.add_column("consent_attempts", sa.Column("browser_hash", sa.LargeBinary(), nullable=True))
    op.create_foreign_key("fk_consent_attempts_link_id", "consent_attempts", "sign_in_links", ["link_id"], ["id"])
    op.create_index("ix_consent_attempts_link_id", "consent_attempts", ["link_id"])
