"""The product's tables in PostgreSQL, one module per aggregate with its queries.

Tables are never payloads and never leave this room's callers; nothing here calls a provider, Temporal or commits
on its own: the caller's transaction holds an effect and its record together.
"""
