"""Two more causes: a role that is too low for a list, and our app refused by the provider, which is told once."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

CAUSES = (
    "signed_out",
    "access_lost",
    "disconnected_at_provider",
    "subscription_ended",
    "permission_missing",
    "role_too_low",
    "wrong_organisation",
    "connection_cap_reached",
    "rate_limited",
    "provider_unavailable",
    "app_refused",
    "unknown",
)
WITH_CAUSE = ("connections", "receipts", "events", "consent_attempts", "run_organisations")


def upgrade() -> None:
    listed = ", ".join(f"'{cause}'" for cause in CAUSES)
    for table in WITH_CAUSE:
        name = f"ck_{table}_cause"
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (cause IN ({listed}))")
    cause = sa.Enum(*CAUSES, name="cause", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "app_troubles",
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("cause", cause, nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("provider", name="pk_app_troubles"),
    )
