"""Xero: sign-in, organisations and lists, typed. Has never heard of Temporal or of our tables."""
