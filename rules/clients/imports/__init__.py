"""Decisions about an import of clients: which column is which, and what becomes of each row."""
