"""Changing the books of a client: a kind of run of its own, which waits for a confirmation."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KINDS = ("add-clients", "reconnect-all", "reassign-clients", "change-connection")
STAGES = (
    "awaiting_consent",
    "listing",
    "awaiting_selection",
    "awaiting_confirmation",
    "creating",
    "repairing",
    "reassigning",
    "pulling",
    "finished",
)


def upgrade() -> None:
    for name, column, values in (("runkind", "kind", KINDS), ("stage", "stage", STAGES)):
        allowed = ", ".join(f"'{value}'" for value in values)
        op.drop_constraint(op.f(f"ck_runs_{name}"), "runs", type_="check")
        op.create_check_constraint(op.f(f"ck_runs_{name}"), "runs", f"{column} IN ({allowed})")
