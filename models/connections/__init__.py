"""Connections: each links a client to an organisation through a grant, with health, settings and leases."""
