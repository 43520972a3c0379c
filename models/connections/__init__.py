"""Connections: client and organisation through a grant, with health, settings and leases."""
