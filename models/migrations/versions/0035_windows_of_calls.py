"""Calls of any window are counted, for an app or an organisation; and slots of calls at once.

What was counted of the minute in which this runs is dropped. The table is written to the log from now on: the count of
a month has to outlive a crash of PostgreSQL.
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("call_windows")
    op.create_table(
        "call_windows",
        sa.Column("provider", sa.String(20), primary_key=True),
        sa.Column("scope_key", sa.String(200), primary_key=True),
        sa.Column("unit", sa.String(20), primary_key=True),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
    )
    op.create_table(
        "call_slots",
        sa.Column("provider", sa.String(20), primary_key=True),
        sa.Column("scope_key", sa.String(200), primary_key=True),
        sa.Column("holder", sa.Uuid(), primary_key=True),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("call_slots")
    op.drop_table("call_windows")
    op.create_table(
        "call_windows",
        sa.Column("app", sa.String(100), primary_key=True),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        prefixes=["UNLOGGED"],
    )
