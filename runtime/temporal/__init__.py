"""Connects to Temporal, and prepares its namespace."""
