"""One more cause: trouble on our own side."""

from alembic import op

revision = "0015"
down_revision = "0014"
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
    "too_many_records",
    "rate_limited",
    "provider_unavailable",
    "app_refused",
    "our_outage",
    "unknown",
)
WITH_CAUSE = ("connections", "receipts", "events", "consent_attempts", "run_organisations", "app_troubles")


def upgrade() -> None:
    listed = ", ".join(f"'{cause}'" for cause in CAUSES)
    for table in WITH_CAUSE:
        name = f"ck_{table}_cause"
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (cause IN ({listed}))")
