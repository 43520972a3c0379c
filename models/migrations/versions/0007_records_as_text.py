"""The provider's records are kept as the text that they are: nothing looks into them, taking them apart cost much."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("organisation_profiles", "accounts", "tax_rates", "tracking_categories", "items", "contacts", "currencies")


def upgrade() -> None:
    for table in TABLES:
        op.alter_column(table, "record", type_=sa.Text(), existing_type=postgresql.JSONB(), existing_nullable=False)
