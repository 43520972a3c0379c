"""Activities on one connection: moved to other books, or ended."""
