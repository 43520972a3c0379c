"""What every aggregate is built on: columns, the way to PostgreSQL, sealing."""
