"""Signing in: sessions, passwords, tokens, second steps, and sign-ins at an identity provider."""
