"""Practices in which something has happened: broken connections, hundreds of clients, what the demo leaves."""
