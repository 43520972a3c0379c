"""The sign-ins that a run expects where each brings one organisation; and the organisation that a sign-in is for."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

STATE = sa.Enum("to_do", "done", "dropped", name="signinstate", native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "expected_sign_ins",
        sa.Column("run_id", sa.String(120), sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("organisation_id", sa.String(64), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("client_id", sa.Uuid(), sa.ForeignKey("clients.id"), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("came_instead", sa.String(300), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("consent_attempts", sa.Column("expected_organisation_id", sa.String(64), nullable=True))


def downgrade() -> None:
    op.drop_column("consent_attempts", "expected_organisation_id")
    op.drop_table("expected_sign_ins")
