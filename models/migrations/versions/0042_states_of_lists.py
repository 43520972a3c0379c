"""One more cause, a list's that a plan does not have; marks of listed organisations, and two verdicts that follow."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0042"
down_revision = "0041"
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
    "not_on_plan",
    "too_many_records",
    "rate_limited",
    "provider_unavailable",
    "app_refused",
    "our_outage",
    "unknown",
)
WITH_CAUSE = ("connections", "receipts", "events", "consent_attempts", "run_organisations", "app_troubles")
VERDICTS = (
    "new",
    "already_client",
    "looks_like_client",
    "demo_or_trial",
    "practices_own",
    "subscription_ended",
    "over_allowance",
)


def _allow(table: str, column: str, words: tuple[str, ...]) -> None:
    name, listed = f"ck_{table}_{column}", ", ".join(f"'{word}'" for word in words)
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IN ({listed}))")


def upgrade() -> None:
    for table in WITH_CAUSE:
        _allow(table, "cause", CAUSES)
    _allow("run_organisations", "verdict", VERDICTS)
    op.add_column("run_organisations", sa.Column("marks", ARRAY(sa.Text()), server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("run_organisations", "marks")
