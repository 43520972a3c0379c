"""The product's tables in PostgreSQL and every query on them, one package for each aggregate.

Tables are never payloads and never leave this room's callers. Nothing here calls a provider or Temporal, and no query
commits: the caller's transaction holds an effect and the record of it together.
"""
