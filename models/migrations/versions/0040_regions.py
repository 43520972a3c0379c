"""The region of a practice's latest sign-in to an accounting software, and what is said about a sign-in's region."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "practice_regions",
        sa.Column("practice_id", sa.Uuid(), sa.ForeignKey("practices.id"), primary_key=True),
        sa.Column("provider", sa.String(20), primary_key=True),
        sa.Column("region", sa.String(16), nullable=False),
    )
    op.add_column("sign_in_links", sa.Column("region", sa.String(16), nullable=True))
    op.add_column(
        "consent_attempts", sa.Column("is_other_region", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("consent_attempts", "is_other_region")
    op.drop_column("sign_in_links", "region")
    op.drop_table("practice_regions")
