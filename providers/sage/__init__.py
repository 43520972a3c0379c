"""Sage Accounting: sign-in, businesses and lists. It does not know Temporal or our tables."""
