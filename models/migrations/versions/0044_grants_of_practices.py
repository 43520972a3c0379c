"""A grant that is an organisation's is one practice's own, so that no practice's sign-in replaces another's."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

UNIQUE = "uq_grants_provider_account_key"


def upgrade() -> None:
    op.add_column("grants", sa.Column("practice_id", sa.Uuid(), sa.ForeignKey("practices.id"), nullable=True))
    op.drop_constraint(UNIQUE, "grants")
    op.create_unique_constraint(
        "uq_grants_provider_account_key_practice_id",
        "grants",
        ["provider", "account_key", "practice_id"],
        postgresql_nulls_not_distinct=True,
    )


def downgrade() -> None:
    op.drop_constraint("uq_grants_provider_account_key_practice_id", "grants")
    op.create_unique_constraint(UNIQUE, "grants", ["provider", "account_key"])
    op.drop_column("grants", "practice_id")
