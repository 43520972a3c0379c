"""Activities on one connection: moving a client to other books, and ending the connection."""
