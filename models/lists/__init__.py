"""Standard information: the nine lists of a connection."""
