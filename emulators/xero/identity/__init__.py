"""Signing in: pages, codes, tokens and what they may be used for."""
