"""Decisions about clients: which organisation may be whose, and what a client is called."""
