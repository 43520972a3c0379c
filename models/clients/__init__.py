"""Client accounts."""
