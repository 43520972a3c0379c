"""Signing in: country, codes, tokens, and how long each is good."""
