"""What the client list shows: read from its address, and kept as a view."""
