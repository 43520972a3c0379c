"""Standard information: the nine lists of each connection."""
