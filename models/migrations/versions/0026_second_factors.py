"""Second factors: authenticator apps, recovery codes, sessions that lack something, and practices that want one."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
LACKING = sa.Enum("second_factor", "set_up", name="lacking", native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "authenticators",
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["colleague_id"], ["colleagues.id"], name="fk_authenticators_colleague_id"),
        sa.PrimaryKeyConstraint("colleague_id", name="pk_authenticators"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["colleague_id"], ["colleagues.id"], name="fk_recovery_codes_colleague_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_codes"),
        sa.UniqueConstraint("code_hash", name="uq_recovery_codes_code_hash"),
    )
    op.create_index("ix_recovery_codes_colleague_id", "recovery_codes", ["colleague_id"])
    op.add_column("web_sessions", sa.Column("lacks", LACKING, nullable=True))
    op.add_column(
        "practices", sa.Column("requires_second_factor", sa.Boolean(), nullable=False, server_default=sa.false())
    )
