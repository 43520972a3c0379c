"""Pages of connections: the health of all, and managing one."""
