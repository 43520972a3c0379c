"""The organisations that a run expects by name where each sign-in brings one; and which of them a sign-in is for."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

STATE = sa.Enum("to_do", "done", "dropped", name="signinstate", native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "expected_organisations",
        sa.Column("run_id", sa.String(120), sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("client_id", sa.Uuid(), sa.ForeignKey("clients.id"), nullable=True),
        sa.Column("state", STATE, nullable=False),
        sa.Column("organisation_id", sa.String(64), nullable=True),
        sa.Column("came_instead", sa.String(300), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("consent_attempts", sa.Column("expected_position", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("consent_attempts", "expected_position")
    op.drop_table("expected_organisations")
