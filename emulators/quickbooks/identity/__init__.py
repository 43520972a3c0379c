"""Signing in: codes, tokens, who somebody is, and how long each is good."""
