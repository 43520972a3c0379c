"""An e-mail address is unique within a practice: the same person may be a colleague of several."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    email = sa.text("lower(email)")
    op.create_index("uq_colleagues_practice_email", "colleagues", ["practice_id", email], unique=True)
    op.create_index("ix_colleagues_email", "colleagues", [email])
    op.drop_index("uq_colleagues_email", table_name="colleagues")
