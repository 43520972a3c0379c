"""every table."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_windows",
        sa.Column("app", sa.String(length=100), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("app", name=op.f("pk_call_windows")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "grants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("provider_user_id", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column("sealed_tokens", sa.LargeBinary(), nullable=False),
        sa.Column("access_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "status",
            sa.Enum("active", "signed_out", name="grantstatus", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("refreshed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
        sa.UniqueConstraint("provider", "provider_user_id", name=op.f("uq_grants_provider_provider_user_id")),
    )
    op.create_table(
        "practices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column(
            "plan",
            sa.Enum("standard", "advanced", name="plan", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("client_allowance", sa.Integer(), nullable=False),
        sa.Column("next_client_number", sa.Integer(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practices")),
        sa.UniqueConstraint("slug", name=op.f("uq_practices_slug")),
    )
    op.create_table(
        "colleagues",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column(
            "role",
            sa.Enum("admin", "member", name="role", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_colleagues_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_colleagues")),
    )
    op.create_index(op.f("ix_colleagues_practice_id"), "colleagues", ["practice_id"], unique=False)
    op.create_index("uq_colleagues_email", "colleagues", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "grant_reach",
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("provider_connection_id", sa.String(length=64), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_grant_reach_grant_id")),
        sa.PrimaryKeyConstraint("grant_id", "organisation_id", name=op.f("pk_grant_reach")),
    )
    op.create_index(op.f("ix_grant_reach_organisation_id"), "grant_reach", ["organisation_id"], unique=False)
    op.create_table(
        "teams",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_teams_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("practice_id", "name", name=op.f("uq_teams_practice_id_name")),
    )
    op.create_index(op.f("ix_teams_practice_id"), "teams", ["practice_id"], unique=False)
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["colleague_id"], ["colleagues.id"], name=op.f("fk_api_tokens_colleague_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    op.create_index(op.f("ix_api_tokens_colleague_id"), "api_tokens", ["colleague_id"], unique=False)
    op.create_table(
        "clients",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("company_number", sa.String(length=50), nullable=True),
        sa.Column("tax_number", sa.String(length=50), nullable=True),
        sa.Column("created_by_run", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["colleagues.id"], name=op.f("fk_clients_owner_id")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_clients_practice_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_clients_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
        sa.UniqueConstraint("practice_id", "code", name=op.f("uq_clients_practice_id_code")),
    )
    op.create_index(op.f("ix_clients_owner_id"), "clients", ["owner_id"], unique=False)
    op.create_index(op.f("ix_clients_practice_id"), "clients", ["practice_id"], unique=False)
    op.create_index(op.f("ix_clients_team_id"), "clients", ["team_id"], unique=False)
    op.create_table(
        "grant_holders",
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["colleague_id"], ["colleagues.id"], name=op.f("fk_grant_holders_colleague_id")),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_grant_holders_grant_id")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_grant_holders_practice_id")),
        sa.PrimaryKeyConstraint("grant_id", "practice_id", "colleague_id", name=op.f("pk_grant_holders")),
    )
    op.create_index(op.f("ix_grant_holders_practice_id"), "grant_holders", ["practice_id"], unique=False)
    op.create_table(
        "runs",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "add-clients",
                "reconnect-all",
                "reassign-clients",
                name="runkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "awaiting_consent",
                "listing",
                "awaiting_selection",
                "creating",
                "repairing",
                "reassigning",
                "pulling",
                "finished",
                name="stage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "result",
            sa.Enum(
                "completed",
                "completed_with_failures",
                "cancelled",
                "expired",
                "failed",
                name="result",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("message", sa.String(length=500), nullable=True),
        sa.Column("idempotency_key", sa.String(length=120), nullable=True),
        sa.Column("selection_digest", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["colleague_id"], ["colleagues.id"], name=op.f("fk_runs_colleague_id")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_runs_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint("colleague_id", "idempotency_key", name=op.f("uq_runs_colleague_id_idempotency_key")),
    )
    op.create_index(op.f("ix_runs_colleague_id"), "runs", ["colleague_id"], unique=False)
    op.create_index("ix_runs_practice_created", "runs", ["practice_id", "created_at"], unique=False)
    op.create_table(
        "team_members",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["colleague_id"], ["colleagues.id"], name=op.f("fk_team_members_colleague_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_team_members_team_id")),
        sa.PrimaryKeyConstraint("team_id", "colleague_id", name=op.f("pk_team_members")),
    )
    op.create_table(
        "connections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("organisation_name", sa.String(length=255), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("provider_connection_id", sa.String(length=64), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "connected",
                "needs_reconnect",
                "disconnecting",
                "disconnected",
                name="connectionstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "cause",
            sa.Enum(
                "signed_out",
                "access_lost",
                "disconnected_at_provider",
                "subscription_ended",
                "permission_missing",
                "wrong_organisation",
                "connection_cap_reached",
                "rate_limited",
                "provider_unavailable",
                "unknown",
                name="cause",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("cause_detail", sa.String(length=200), nullable=True),
        sa.Column("limited_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_good_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lists_pulled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pull_holder", sa.String(length=200), nullable=True),
        sa.Column("pull_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_connections_client_id")),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_connections_grant_id")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_connections_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connections")),
        sa.UniqueConstraint(
            "practice_id",
            "provider",
            "organisation_id",
            name=op.f("uq_connections_practice_id_provider_organisation_id"),
        ),
    )
    op.create_index(op.f("ix_connections_client_id"), "connections", ["client_id"], unique=False)
    op.create_index(op.f("ix_connections_grant_id"), "connections", ["grant_id"], unique=False)
    op.create_index("ix_connections_health", "connections", ["practice_id", "status", "cause"], unique=False)
    op.create_table(
        "consent_attempts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("colleague_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.String(length=120), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("sealed_secrets", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("grant_id", sa.Uuid(), nullable=True),
        sa.Column("consent_ref", sa.String(length=64), nullable=True),
        sa.Column(
            "cause",
            sa.Enum(
                "signed_out",
                "access_lost",
                "disconnected_at_provider",
                "subscription_ended",
                "permission_missing",
                "wrong_organisation",
                "connection_cap_reached",
                "rate_limited",
                "provider_unavailable",
                "unknown",
                name="cause",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("denied", sa.Boolean(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["colleague_id"], ["colleagues.id"], name=op.f("fk_consent_attempts_colleague_id")),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_consent_attempts_grant_id")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_consent_attempts_practice_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_consent_attempts_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_attempts")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_consent_attempts_state_hash")),
    )
    op.create_index(op.f("ix_consent_attempts_practice_id"), "consent_attempts", ["practice_id"], unique=False)
    op.create_index(op.f("ix_consent_attempts_run_id"), "consent_attempts", ["run_id"], unique=False)
    op.create_table(
        "accounts",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("account_type", sa.Text(), nullable=True),
        sa.Column("account_class", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("tax_type", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("currency_code", sa.Text(), nullable=True),
        sa.Column("bank_account_number", sa.Text(), nullable=True),
        sa.Column("bank_account_type", sa.Text(), nullable=True),
        sa.Column("system_account", sa.Text(), nullable=True),
        sa.Column("reporting_code", sa.Text(), nullable=True),
        sa.Column("is_bank_account", sa.Boolean(), nullable=False),
        sa.Column("takes_payments", sa.Boolean(), nullable=False),
        sa.Column("shows_in_expense_claims", sa.Boolean(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_accounts_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", "key", name=op.f("pk_accounts")),
    )
    op.create_table(
        "contacts",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("is_supplier", sa.Boolean(), nullable=False),
        sa.Column("is_customer", sa.Boolean(), nullable=False),
        sa.Column("contact_number", sa.Text(), nullable=True),
        sa.Column("account_number", sa.Text(), nullable=True),
        sa.Column("company_number", sa.Text(), nullable=True),
        sa.Column("tax_number", sa.Text(), nullable=True),
        sa.Column("default_currency", sa.Text(), nullable=True),
        sa.Column("sales_account_code", sa.Text(), nullable=True),
        sa.Column("purchase_account_code", sa.Text(), nullable=True),
        sa.Column("sales_tax_type", sa.Text(), nullable=True),
        sa.Column("purchase_tax_type", sa.Text(), nullable=True),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_contacts_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", "key", name=op.f("pk_contacts")),
    )
    op.create_table(
        "currencies",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_currencies_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", "key", name=op.f("pk_currencies")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("connection_id", sa.Uuid(), nullable=True),
        sa.Column("run_id", sa.String(length=120), nullable=True),
        sa.Column("colleague_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "signed_out",
                "access_lost",
                "disconnected_at_provider",
                "subscription_ended",
                "permission_missing",
                "wrong_organisation",
                "connection_cap_reached",
                "rate_limited",
                "provider_unavailable",
                "unknown",
                name="cause",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("before", sa.String(length=300), nullable=True),
        sa.Column("after", sa.String(length=300), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_events_client_id")),
        sa.ForeignKeyConstraint(["colleague_id"], ["colleagues.id"], name=op.f("fk_events_colleague_id")),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_events_connection_id")),
        sa.ForeignKeyConstraint(["practice_id"], ["practices.id"], name=op.f("fk_events_practice_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_events_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_client", "events", ["client_id", "id"], unique=False)
    op.create_index("ix_events_practice", "events", ["practice_id", "id"], unique=False)
    op.create_table(
        "items",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("purchase_description", sa.Text(), nullable=True),
        sa.Column("is_sold", sa.Boolean(), nullable=True),
        sa.Column("is_purchased", sa.Boolean(), nullable=True),
        sa.Column("is_tracked_as_inventory", sa.Boolean(), nullable=True),
        sa.Column("sales_price", sa.Numeric(), nullable=True),
        sa.Column("sales_account_code", sa.Text(), nullable=True),
        sa.Column("sales_tax_type", sa.Text(), nullable=True),
        sa.Column("purchase_price", sa.Numeric(), nullable=True),
        sa.Column("purchase_account_code", sa.Text(), nullable=True),
        sa.Column("purchase_tax_type", sa.Text(), nullable=True),
        sa.Column("quantity_on_hand", sa.Numeric(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_items_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", "key", name=op.f("pk_items")),
    )
    op.create_table(
        "organisation_profiles",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("legal_name", sa.Text(), nullable=True),
        sa.Column("country_code", sa.Text(), nullable=True),
        sa.Column("base_currency", sa.Text(), nullable=True),
        sa.Column("tax_number", sa.Text(), nullable=True),
        sa.Column("registration_number", sa.Text(), nullable=True),
        sa.Column("organisation_type", sa.Text(), nullable=True),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("is_trial", sa.Boolean(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("short_code", sa.Text(), nullable=True),
        sa.Column("pays_tax", sa.Boolean(), nullable=True),
        sa.Column("financial_year_end_day", sa.Integer(), nullable=True),
        sa.Column("financial_year_end_month", sa.Integer(), nullable=True),
        sa.Column("period_lock_date", sa.Date(), nullable=True),
        sa.Column("end_of_year_lock_date", sa.Date(), nullable=True),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_organisation_profiles_connection_id")
        ),
        sa.PrimaryKeyConstraint("connection_id", "key", name=op.f("pk_organisation_profiles")),
    )
    op.create_table(
        "receipts",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column(
            "list_name",
            sa.Enum(
                "organisation",
                "accounts",
                "bank_accounts",
                "tax_rates",
                "tracking_categories",
                "items",
                "suppliers",
                "customers",
                "currencies",
                name="listname",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("pulled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Integer(), nullable=False),
        sa.Column(
            "cause",
            sa.Enum(
                "signed_out",
                "access_lost",
                "disconnected_at_provider",
                "subscription_ended",
                "permission_missing",
                "wrong_organisation",
                "connection_cap_reached",
                "rate_limited",
                "provider_unavailable",
                "unknown",
                name="cause",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("cause_detail", sa.String(length=200), nullable=True),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pull_id", sa.String(length=160), nullable=True),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_receipts_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", "list_name", name=op.f("pk_receipts")),
    )
    op.create_table(
        "run_organisations",
        sa.Column("run_id", sa.String(length=120), nullable=False),
        sa.Column("organisation_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("provider_connection_id", sa.String(length=64), nullable=True),
        sa.Column("profile", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("profile_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "verdict",
            sa.Enum(
                "new",
                "already_client",
                "looks_like_client",
                "demo_or_trial",
                "over_allowance",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("verdict_message", sa.String(length=300), nullable=True),
        sa.Column("matched_client_id", sa.Uuid(), nullable=True),
        sa.Column(
            "action",
            sa.Enum(
                "create",
                "link",
                "repair",
                "reassign",
                name="action",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("link_client_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("team_id", sa.Uuid(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("connection_id", sa.Uuid(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "created",
                "linked",
                "already_client",
                "failed",
                "retrying",
                "skipped",
                "repaired",
                "healthy",
                "unreachable",
                "reassigned",
                "changed_meanwhile",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "cause",
            sa.Enum(
                "signed_out",
                "access_lost",
                "disconnected_at_provider",
                "subscription_ended",
                "permission_missing",
                "wrong_organisation",
                "connection_cap_reached",
                "rate_limited",
                "provider_unavailable",
                "unknown",
                name="cause",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("message", sa.String(length=500), nullable=True),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_run_organisations_client_id")),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_run_organisations_connection_id")),
        sa.ForeignKeyConstraint(["grant_id"], ["grants.id"], name=op.f("fk_run_organisations_grant_id")),
        sa.ForeignKeyConstraint(["link_client_id"], ["clients.id"], name=op.f("fk_run_organisations_link_client_id")),
        sa.ForeignKeyConstraint(
            ["matched_client_id"], ["clients.id"], name=op.f("fk_run_organisations_matched_client_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["colleagues.id"], name=op.f("fk_run_organisations_owner_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_organisations_run_id")),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name=op.f("fk_run_organisations_team_id")),
        sa.PrimaryKeyConstraint("run_id", "organisation_id", name=op.f("pk_run_organisations")),
    )
    op.create_index("ix_run_organisations_connection", "run_organisations", ["connection_id"], unique=False)
    op.create_index("ix_run_organisations_order", "run_organisations", ["run_id", "position"], unique=False)
    op.create_table(
        "tax_rates",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tax_type", sa.Text(), nullable=False),
        sa.Column("report_tax_type", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("display_rate", sa.Numeric(), nullable=True),
        sa.Column("effective_rate", sa.Numeric(), nullable=True),
        sa.Column("applies_to_assets", sa.Boolean(), nullable=True),
        sa.Column("applies_to_equity", sa.Boolean(), nullable=True),
        sa.Column("applies_to_expenses", sa.Boolean(), nullable=True),
        sa.Column("applies_to_liabilities", sa.Boolean(), nullable=True),
        sa.Column("applies_to_revenue", sa.Boolean(), nullable=True),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connections.id"], name=op.f("fk_tax_rates_connection_id")),
        sa.PrimaryKeyConstraint("connection_id", "key", name=op.f("pk_tax_rates")),
    )
    op.create_table(
        "tracking_categories",
        sa.Column("connection_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("record", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"], ["connections.id"], name=op.f("fk_tracking_categories_connection_id")
        ),
        sa.PrimaryKeyConstraint("connection_id", "key", name=op.f("pk_tracking_categories")),
    )


def downgrade() -> None:
    op.drop_table("tracking_categories")
    op.drop_table("tax_rates")
    op.drop_index("ix_run_organisations_order", table_name="run_organisations")
    op.drop_index("ix_run_organisations_connection", table_name="run_organisations")
    op.drop_table("run_organisations")
    op.drop_table("receipts")
    op.drop_table("organisation_profiles")
    op.drop_table("items")
    op.drop_index("ix_events_practice", table_name="events")
    op.drop_index("ix_events_client", table_name="events")
    op.drop_table("events")
    op.drop_table("currencies")
    op.drop_table("contacts")
    op.drop_table("accounts")
    op.drop_index(op.f("ix_consent_attempts_run_id"), table_name="consent_attempts")
    op.drop_index(op.f("ix_consent_attempts_practice_id"), table_name="consent_attempts")
    op.drop_table("consent_attempts")
    op.drop_index("ix_connections_health", table_name="connections")
    op.drop_index(op.f("ix_connections_grant_id"), table_name="connections")
    op.drop_index(op.f("ix_connections_client_id"), table_name="connections")
    op.drop_table("connections")
    op.drop_table("team_members")
    op.drop_index("ix_runs_practice_created", table_name="runs")
    op.drop_index(op.f("ix_runs_colleague_id"), table_name="runs")
    op.drop_table("runs")
    op.drop_index(op.f("ix_grant_holders_practice_id"), table_name="grant_holders")
    op.drop_table("grant_holders")
    op.drop_index(op.f("ix_clients_team_id"), table_name="clients")
    op.drop_index(op.f("ix_clients_practice_id"), table_name="clients")
    op.drop_index(op.f("ix_clients_owner_id"), table_name="clients")
    op.drop_table("clients")
    op.drop_index(op.f("ix_api_tokens_colleague_id"), table_name="api_tokens")
    op.drop_table("api_tokens")
    op.drop_index(op.f("ix_teams_practice_id"), table_name="teams")
    op.drop_table("teams")
    op.drop_index(op.f("ix_grant_reach_organisation_id"), table_name="grant_reach")
    op.drop_table("grant_reach")
    op.drop_index("uq_colleagues_email", table_name="colleagues")
    op.drop_index(op.f("ix_colleagues_practice_id"), table_name="colleagues")
    op.drop_table("colleagues")
    op.drop_table("practices")
    op.drop_table("grants")
    op.drop_table("call_windows")
