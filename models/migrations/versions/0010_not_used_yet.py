"""A contact says itself which lists it is in: one that is neither supplier nor customer yet is in both.

Prices of items were stored with two decimals of four; so that they become whole at the next refresh and not with the
next weekly pass over everything, that pass is due at once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("in_suppliers", sa.Boolean(), nullable=True))
    op.add_column("contacts", sa.Column("in_customers", sa.Boolean(), nullable=True))
    # Where only suppliers are wanted, a contact that is neither was kept to tell that it is no supplier any more.
    op.execute(
        """
        UPDATE contacts SET
            in_suppliers = is_supplier OR NOT is_customer AND c.contacts = 'both',
            in_customers = (is_customer OR NOT is_supplier) AND c.contacts = 'both'
        FROM connections c WHERE c.id = contacts.connection_id
        """
    )
    op.alter_column("contacts", "in_suppliers", nullable=False)
    op.alter_column("contacts", "in_customers", nullable=False)
    op.execute(
        """
        UPDATE receipts SET rows = counted.rows
        FROM (SELECT connection_id, count(*) FILTER (WHERE in_suppliers) AS suppliers,
                     count(*) FILTER (WHERE in_customers) AS customers
              FROM contacts WHERE gone_at IS NULL GROUP BY connection_id) AS held,
             LATERAL (VALUES ('suppliers', held.suppliers), ('customers', held.customers)) AS counted (name, rows)
        WHERE receipts.connection_id = held.connection_id AND receipts.list_name = counted.name
          AND receipts.pulled_at IS NOT NULL
        """
    )
    op.execute("UPDATE connections SET contacts_complete_at = NULL WHERE contacts_complete_at IS NOT NULL")
