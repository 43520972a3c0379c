"""Pages of connections: the health of all, and one client's connection."""
