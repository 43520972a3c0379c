"""Decisions about an import of clients."""
