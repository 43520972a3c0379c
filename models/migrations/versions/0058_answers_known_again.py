"""Of the answer that a list's rows are made of, a fingerprint: the same answer need not be taken apart again."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("receipts", sa.Column("answer_fingerprint", sa.LargeBinary(), nullable=True))
    op.add_column("receipts", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("receipts", "answered_at")
    op.drop_column("receipts", "answer_fingerprint")
