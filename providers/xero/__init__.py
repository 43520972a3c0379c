"""Xero: sign-in, organisations and lists. It does not know Temporal or our tables."""
