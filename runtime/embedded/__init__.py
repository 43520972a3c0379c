"""Servers and processes that run as our children on this machine."""
