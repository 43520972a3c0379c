"""Grants by the account that they belong to, with all of a credential that is decided by in columns of its own.

Until here every grant was a person's, so that the person is the account. What was sealed stays as it is and opens as
before; when such a grant ends is known with its next refresh.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_RENAMED = (("provider_user_id", "account_key"), ("display_name", "label"), ("sealed_tokens", "sealed_secret"))


def upgrade() -> None:
    for before, after in _RENAMED:
        op.alter_column("grants", before, new_column_name=after)
    op.execute(
        "ALTER TABLE grants RENAME CONSTRAINT uq_grants_provider_provider_user_id TO uq_grants_provider_account_key"
    )
    op.add_column("grants", sa.Column("person", sa.String(64), nullable=True))
    op.execute("UPDATE grants SET person = account_key")
    op.add_column("grants", sa.Column("region", sa.String(16), nullable=True))
    op.add_column("grants", sa.Column("sealed_spare", sa.LargeBinary(), nullable=True))
    op.add_column("grants", sa.Column("refresh_expires_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("grants", sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
