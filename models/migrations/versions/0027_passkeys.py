"""Passkeys, their challenges, and what colleagues are called in them."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
CEREMONY = sa.Enum("add", "use", "sign_in", name="ceremony", native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.add_column("colleagues", sa.Column("passkey_handle", sa.LargeBinary(), nullable=True))
    op.create_unique_constraint("uq_colleagues_passkey_handle", "colleagues", ["passkey_handle"])
    op.create_table(
        "passkeys",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", sa.String(length=200), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["colleague_id"], ["colleagues.id"], name="fk_passkeys_colleague_id"),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("credential_id", name="uq_passkeys_credential_id"),
    )
    op.create_index("ix_passkeys_colleague_id", "passkeys", ["colleague_id"])
    op.create_table(
        "passkey_challenges",
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("bound_to", sa.LargeBinary(), nullable=False),
        sa.Column("ceremony", CEREMONY, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("challenge", name="pk_passkey_challenges"),
    )
    op.create_index("ix_passkey_challenges_bound_to", "passkey_challenges", ["bound_to"])
    op.create_index("ix_passkey_challenges_expires_at", "passkey_challenges", ["expires_at"])
