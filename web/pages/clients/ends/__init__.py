"""Clients that go: into the archive and out of it, into another account, and for good."""
