"""The way to Temporal, and its namespace."""
