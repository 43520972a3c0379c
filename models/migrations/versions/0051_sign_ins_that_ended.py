"""One more cause: a sign-in that has ended for good, as the accounting software ends all."""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

BEFORE = (
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
CAUSES = (BEFORE[0], "sign_in_ended", *BEFORE[1:])
WITH_CAUSE = ("connections", "receipts", "events", "consent_attempts", "run_organisations", "app_troubles")


def _allow(table: str, words: tuple[str, ...]) -> None:
    name, listed = f"ck_{table}_cause", ", ".join(f"'{word}'" for word in words)
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (cause IN ({listed}))")


def upgrade() -> None:
    for table in WITH_CAUSE:
        _allow(table, CAUSES)


def downgrade() -> None:
    for table in WITH_CAUSE:
        op.execute(f"UPDATE {table} SET cause = 'signed_out' WHERE cause = 'sign_in_ended'")  # noqa: S608  # our tables
        _allow(table, BEFORE)
    op.execute("UPDATE connections SET look_cause = 'signed_out' WHERE look_cause = 'sign_in_ended'")
