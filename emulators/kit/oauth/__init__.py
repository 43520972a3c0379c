"""Signing in and what comes of it: pages, codes, tokens, grants. How strict and how long is a platform's policies."""
