"""API tokens have a name, scopes, an end and a last use. Earlier ones go on for 90 days."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("api_tokens", sa.Column("name", sa.String(length=100), nullable=True))
    op.add_column("api_tokens", sa.Column("scope_names", ARRAY(sa.String(length=20)), nullable=True))
    op.add_column("api_tokens", sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("api_tokens", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE api_tokens SET name = 'Made before tokens had names', scope_names = ARRAY['add', 'manage', 'read'], "
        "expires_at = now() + interval '90 days'"
    )
    for column in ("name", "scope_names", "expires_at"):
        op.alter_column("api_tokens", column, nullable=False)
    op.create_index(
        "ix_events_no_client", "events", ["practice_id", "id"], postgresql_where=sa.text("client_id IS NULL")
    )
