"""Decisions, tested without a server and without a database."""
