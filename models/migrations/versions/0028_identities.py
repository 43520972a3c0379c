"""Sign-in at an identity provider: accounts bound to colleagues, and sign-ins under way."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "identities",
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("email", sa.String(254), nullable=True),
        sa.Column("bound_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["colleague_id"], ["colleagues.id"], name="fk_identities_colleague_id"),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name="fk_identities_practice_id"),
        sa.PrimaryKeyConstraint("colleague_id", "issuer", name="pk_identities"),
        sa.UniqueConstraint("practice_id", "issuer", "subject", name="uq_identities_practice_id_issuer_subject"),
    )
    op.create_index("ix_identities_subject", "identities", ["subject"])
    op.create_table(
        "identity_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_secrets", sa.LargeBinary(), nullable=False),
        sa.Column("back", sa.String(2000), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=True),
        sa.Column("ip", sa.String(64), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_identity_attempts"),
        sa.UniqueConstraint("state_hash", name="uq_identity_attempts_state_hash"),
    )
    op.create_index("ix_identity_attempts_created_at", "identity_attempts", ["created_at"])
    op.create_index("ix_identity_attempts_ip", "identity_attempts", ["ip", "created_at"])
