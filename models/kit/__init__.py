"""What every aggregate uses: column types, the database connection, sealing."""
