"""Signing in by OAuth: what token endpoints refuse, what is kept sealed, and the code flow."""
